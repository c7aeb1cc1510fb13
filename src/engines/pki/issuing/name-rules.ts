import { isIP } from "node:net";
import { inCidrs } from "../../../std/cidr.ts";
import { matchesGlob } from "../../../std/glob.ts";
import { asciiName, isHostName, isWildLabel } from "./host-names.ts";
import { sameButForCase } from "./lists.ts";
import type { Role } from "./role.ts";

/**
 * Which host names and e-mail addresses a role allows. Pure: what is judged is the text that will be written.
 *
 * Security: nothing is allowed unless a flag of the role allows it. Case folds for ASCII alone, and only where a whole
 * name is compared; a wildcard is in the first label, once, and never behind an `@`; an address written as a host
 * must be allowed as an address too; and no name holds a character that cannot be seen.
 * Source: OpenBao 2.6.2 `builtin/logical/pki/cert_util.go`; RFC 6125, section 6.4.3.
 */

export type NameRole = Pick<
  Role,
  | "allow_localhost"
  | "allow_bare_domains"
  | "allow_subdomains"
  | "allow_glob_domains"
  | "allow_wildcard_certificates"
  | "allow_any_name"
  | "enforce_hostnames"
  | "allow_ip_sans"
  | "allowed_ip_sans_cidr"
  | "cn_validations"
>;

interface Name {
  /** As it will be written. */
  readonly text: string;
  /** What is behind the `@`, or all of it; without the label of a wildcard. */
  readonly host: string;
  readonly isEmail: boolean;
  /** The label with the wildcard; `undefined`: no wildcard. */
  readonly wild: string | undefined;
}

/** `undefined`: not a name. */
const take = (text: string): Name | undefined => {
  if (text === "" || /\p{Cc}/u.test(text)) return undefined;
  const [front = "", behind, ...more] = text.split("@");
  if (more.length > 0) return undefined;
  const isEmail = behind !== undefined;
  const host = behind ?? front;
  const stars = host.split("*").length - 1;
  if (stars === 0) return { text, host, isEmail, wild: undefined };
  if (stars > 1 || isEmail) return undefined;
  const dot = host.indexOf(".");
  const wild = dot < 0 ? host : host.slice(0, dot);
  const rest = dot < 0 ? "" : host.slice(dot + 1);
  return wild.includes("*") ? { text, host: rest, isEmail, wild } : undefined;
};

const isHost = ({ host, wild }: Name): boolean => {
  if (wild !== undefined && !isWildLabel(wild)) return false;
  if (host === "" && wild !== undefined) return true;
  const name = asciiName(host);
  return name !== undefined && "ascii" in name && isHostName(name.ascii);
};

/** Whether an address may be in a certificate of the role. */
export const allowsAddress = (address: string, role: Pick<Role, "allow_ip_sans" | "allowed_ip_sans_cidr">): boolean =>
  role.allow_ip_sans && (role.allowed_ip_sans_cidr.length === 0 || inCidrs(address, role.allowed_ip_sans_cidr));

/** An address in the place of a host is held to the rule for addresses as well. */
const isForbiddenAddress = ({ host }: Name, role: NameRole): boolean => {
  const address = host.replace(/\.$/, "");
  return isIP(address) !== 0 && !allowsAddress(address, role);
};

const isBelow = ({ host, wild }: Name, domain: string): boolean =>
  host.endsWith(`.${domain}`) || (wild !== undefined && sameButForCase(host, domain));

const isLocal = (name: Name, role: NameRole): boolean =>
  ["localhost", "localdomain"].some(
    (local) => (name.wild === undefined && name.host === local) || (role.allow_subdomains && isBelow(name, local)),
  );

const isOfDomain = (name: Name, domain: string, role: NameRole): boolean => {
  if (domain === "") return false;
  if (role.allow_bare_domains) {
    if (sameButForCase(name.text, domain) || (name.isEmail && sameButForCase(name.host, domain))) return true;
  }
  if (role.allow_subdomains && isBelow(name, domain)) return true;
  return role.allow_glob_domains && domain.includes("*") && matchesGlob(domain, name.text);
};

/** Whether a role allows a host name or an e-mail address. `domains`: its allowed domains, templates filled. */
export const allowsName = (text: string, role: NameRole, domains: readonly string[]): boolean => {
  const name = take(text);
  if (name === undefined) return false;
  if (name.wild !== undefined && !role.allow_wildcard_certificates) return false;
  if (role.enforce_hostnames && !isHost(name)) return false;
  if (isForbiddenAddress(name, role)) return false;
  if (role.allow_any_name) return true;
  if (role.allow_localhost && isLocal(name, role)) return true;
  return domains.some((domain) => isOfDomain(name, domain, role));
};

/** Whether a role allows a common name, which may be more than a host or an address. */
export const allowsCommonName = (text: string, role: NameRole, domains: readonly string[]): boolean => {
  const { cn_validations } = role;
  if (/\p{Cc}/u.test(text)) return false;
  if (cn_validations.includes("disabled")) return true;
  return allowsName(text, role, domains) && cn_validations.includes(text.includes("@") ? "email" : "hostname");
};
