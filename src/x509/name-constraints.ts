import { isIP } from "node:net";
import type { GeneralName, GeneralSubtree, NameConstraints } from "@peculiar/asn1-x509";
import { inCidrs } from "../std/cidr.ts";
import type { Certificate } from "./certificate.ts";

/**
 * Whether a certificate keeps to the name constraints of an authority above it. What cannot be judged is refused: a
 * constraint of a kind not known here, and names of a kind that is not read where such names are constrained.
 *
 * Stricter than Go: a common name that looks like a host is held to the constraints on hosts, since it becomes the
 * caller's name. Source: RFC 5280, section 4.2.1.10.
 */

type Kind = "dNSName" | "rfc822Name" | "uniformResourceIdentifier" | "iPAddress";

const isBelow = (host: string, base: string): boolean => {
  const [name, limit] = [host, base].map((text) => text.toLowerCase().replace(/\.$/, ""));
  if (name === undefined || limit === undefined) return false;
  if (limit === "") return true;
  return limit.startsWith(".") ? name.endsWith(limit) : name === limit || name.endsWith(`.${limit}`);
};

/** Hosts in constraints on addresses and URIs: with a dot in front all below, without it that host alone. */
const isHost = (host: string, base: string): boolean => {
  const [name, limit] = [host.toLowerCase(), base.toLowerCase()];
  return limit.startsWith(".") ? name.endsWith(limit) : name === limit;
};

const mailMatches = (address: string, base: string): boolean => {
  const cut = address.lastIndexOf("@");
  if (cut < 1) return false;
  if (!base.includes("@")) return isHost(address.slice(cut + 1), base);
  const at = base.lastIndexOf("@");
  return address.slice(0, cut) === base.slice(0, at) && isHost(address.slice(cut + 1), base.slice(at + 1));
};

const URI = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:@[\]]+)(?::\d*)?(?:[/?#]|$)/i;

/** `undefined` where a URI has none, or an address instead of a name: neither can be held to a constraint on names. */
const hostOf = (uri: string): string | undefined => {
  const host = URI.exec(uri)?.[1];
  return host === undefined || isIP(host) !== 0 ? undefined : host;
};

/** A wildcard stands for any label, so it is as far out as the parent domain, and may be as deep as any name in it. */
const dnsMatches = (name: string, base: string): boolean => isBelow(name.replace(/^\*\./, ""), base);

const uriMatches = (uri: string, base: string): boolean => {
  const host = hostOf(uri);
  return host !== undefined && isHost(host, base);
};

const MATCHES: Readonly<Record<Kind, (name: string, base: string) => boolean>> = {
  dNSName: dnsMatches,
  rfc822Name: mailMatches,
  uniformResourceIdentifier: uriMatches,
  iPAddress: (address, range) => inCidrs(address, [range]),
};
const KINDS: readonly Kind[] = ["dNSName", "rfc822Name", "uniformResourceIdentifier", "iPAddress"];

const HOST_LIKE = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)+\.?$/i;

/** The names that constraints of a kind are about. */
const namesOf = ({ alternative, subject }: Certificate, kind: Kind): readonly string[] => {
  switch (kind) {
    case "dNSName":
      return HOST_LIKE.test(subject.commonName) ? [...alternative.dns, subject.commonName] : alternative.dns;
    case "rfc822Name":
      return alternative.emails;
    case "uniformResourceIdentifier":
      return alternative.uris;
    case "iPAddress":
      return alternative.addresses;
  }
};

const basesOf = (subtrees: readonly GeneralSubtree[], kind: Kind): readonly string[] =>
  subtrees.map(({ base }) => base[kind]).filter((base): base is string => base !== undefined);

const isKnown = (base: GeneralName): boolean => KINDS.some((kind) => base[kind] !== undefined);

/** A wildcard name is also excluded where a host that it covers is, or domains in its own are. */
const touches = (kind: Kind, name: string, base: string): boolean =>
  MATCHES[kind](name, base) || (kind === "dNSName" && name.startsWith("*.") && isBelow(base, name.slice(2)));

/** A URI whose host cannot be read may be anywhere. */
const isUnclear = (kind: Kind, name: string): boolean =>
  (kind === "uniformResourceIdentifier" && hostOf(name) === undefined) ||
  (kind === "rfc822Name" && !name.includes("@"));

const keepsTo = (
  certificate: Certificate,
  kind: Kind,
  permitted: readonly string[],
  excluded: readonly string[],
): boolean => {
  const names = namesOf(certificate, kind);
  if (permitted.length + excluded.length === 0) return true;
  return names.every(
    (name) =>
      !isUnclear(kind, name) &&
      !excluded.some((base) => touches(kind, name, base)) &&
      (permitted.length === 0 || permitted.some((base) => MATCHES[kind](name, base))),
  );
};

export const meetsNameConstraints = (certificate: Certificate, constraints: NameConstraints): boolean => {
  const permitted = [...(constraints.permittedSubtrees ?? [])];
  const excluded = [...(constraints.excludedSubtrees ?? [])];
  const all = [...permitted, ...excluded];
  if (all.some(({ base, minimum, maximum }) => !isKnown(base) || minimum !== 0 || maximum !== undefined)) return false;
  return KINDS.every((kind) => keepsTo(certificate, kind, basesOf(permitted, kind), basesOf(excluded, kind)));
};
