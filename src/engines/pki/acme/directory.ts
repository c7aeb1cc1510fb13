import type { BackendContext } from "../../../framework/index.ts";
import { withAuthority } from "../authorities/authority.ts";
import { findIndex, issuerIdOf, refOf } from "../authorities/index-entry.ts";
import type { Role } from "../issuing/role.ts";
import { verbatimRole } from "../issuing/verbatim.ts";
import type { IssuersIndex } from "../model.ts";
import { type AcmeConfig, defaultPolicyOf, findConfig, isAny, NO_BASE, usableRole } from "./config.ts";
import { malformed, Problem, problem, wordsFirst } from "./problems.ts";

/**
 * A directory: where a client begins, and what may be issued there. There is one for the mount, one for each role, one
 * for each issuer, and one for each role with each issuer; what `config/acme` forbids answers as a problem.
 */

/** What the path of a request says. */
export interface Place {
  /** `acme/`, `roles/web/acme/`: up to and with the last `acme/`. */
  readonly directory: string;
  readonly role: string | undefined;
  readonly issuer: string | undefined;
}

export interface Directory {
  /** Where the mount is reached, without a slash at its end. */
  readonly cluster: string;
  /** Where the directory is, with a slash at its end. */
  readonly base: string;
  readonly directory: string;
  readonly config: AcmeConfig;
  readonly role: Role;
  /** `""`: none. */
  readonly roleName: string;
  readonly issuerId: string;
}

const PURPOSE_OF_ACME = {
  ext_key_usage: ["serverauth"],
  ext_key_usage_oids: [],
  server_flag: true,
  client_flag: false,
  code_signing_flag: false,
  email_protection_flag: false,
};

/** Any name that is proved; what else a subject may say cannot be proved. */
const ANY_NAME: Role = { ...verbatimRole({}, undefined), allowed_serial_numbers: [], allowed_user_ids: [] };

const forAcme = (role: Role, { allow_role_ext_key_usage: own }: AcmeConfig): Role =>
  own ? role : { ...role, ...PURPOSE_OF_ACME };

const internal = (why: string): Problem => wordsFirst("serverInternal", why);

const roleFor = async (
  { role }: Place,
  config: AcmeConfig,
  cx: BackendContext,
): Promise<{ readonly role: Role; readonly name: string }> => {
  if (role !== undefined) {
    const found = await usableRole(role, cx);
    if (!isAny(config.allowed_roles) && !config.allowed_roles.includes(role)) {
      throw internal("specified role not allowed by ACME policy");
    }
    return { role: found, name: role };
  }
  const policy = defaultPolicyOf(config.default_directory_policy);
  if (policy.type === "forbid") throw internal("default directory not allowed by ACME policy");
  if (policy.type === "sign-verbatim") return { role: ANY_NAME, name: "" };
  return { role: await usableRole(policy.role, cx), name: policy.role };
};

const issuerFor = async (
  ref: string,
  index: IssuersIndex,
  { allowed_issuers: allowed }: AcmeConfig,
  cx: BackendContext,
): Promise<string> => {
  const looked = issuerIdOf(index, refOf(ref === "" ? "default" : ref));
  if ("missing" in looked) throw wordsFirst("malformed", "issuer does not exist");
  const usable = await withAuthority(cx, (authority) => {
    const { stored, keyId } = authority.issuer(looked.id);
    return keyId !== "" && stored.usage.includes("issuing-certificates");
  });
  if (!usable) throw internal("issuer missing proper issuance usage or key");
  const may =
    isAny(allowed) ||
    allowed.some((name) => {
      const one = issuerIdOf(index, refOf(name));
      return "id" in one && one.id === looked.id;
    });
  if (!may) throw internal("specified issuer not allowed by ACME policy");
  return looked.id;
};

/** `undefined`: the mount serves no ACME. Throws `Problem`. */
export const directoryAt = async (place: Place, cx: BackendContext): Promise<Directory | undefined> => {
  const config = await findConfig(cx);
  if (!config.enabled) return undefined;
  const index = await findIndex(cx);
  if (index.cluster.path === "") throw new Problem("serverInternal", NO_BASE);
  const { role, name } = await roleFor(place, config, cx);
  const issuerId = await issuerFor(place.issuer ?? role.issuer_ref, index, config, cx);
  const cluster = index.cluster.path.replace(/\/+$/, "");
  return {
    cluster,
    base: `${cluster}/${place.directory}`,
    directory: place.directory,
    config,
    role: forAcme(role, config),
    roleName: name,
    issuerId,
  };
};

/** Where everything is. Names cannot be proved before they are ordered, so no resource offers it. */
export const documentOf = ({ base, config }: Directory) => ({
  newNonce: `${base}new-nonce`,
  newAccount: `${base}new-account`,
  newOrder: `${base}new-order`,
  revokeCert: `${base}revoke-cert`,
  keyChange: `${base}key-change`,
  meta: { externalAccountRequired: config.eab_policy !== "not-required" },
});

/** The directory that a path below the mount belongs to. */
export const directoryIn = (path: string): string => {
  const at = `/${path}`.lastIndexOf("/acme/");
  if (at < 0) throw malformed("the path has no directory");
  return `${path.slice(0, at)}acme/`;
};

/** Throws where the policy wants a binding that an account does not have. */
export const needBinding = (wanted: boolean, binding: string): void => {
  if (wanted && binding === "") throw problem("externalAccountRequired", "");
};
