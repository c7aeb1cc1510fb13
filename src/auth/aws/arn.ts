import { globMatch } from "../../policy/glob.ts";
import { cut, shown } from "../../std/shown.ts";

/**
 * Names of principals. Reads an ARN whole or not at all; never searches inside one.
 * Source: IAM User Guide, "IAM identifiers"; texts as Vault's AWS auth method gives them.
 */

export interface PrincipalArn {
  readonly partition: string;
  readonly account: string;
  readonly type: "user" | "role" | "assumed-role" | "instance-profile";
  /** Between type and name, without outer slashes; STS never reports it for a session. */
  readonly path: string;
  readonly name: string;
  /** Session name of an assumed role, else `""`. */
  readonly session: string;
}

/** Why a text is not the ARN of a principal; the message goes to the caller. */
export class ArnError extends Error {
  override readonly name = "ArnError";
}

interface ArnFields {
  readonly partition: string;
  readonly account: string;
  readonly resource: string;
}

/** The fields between the colons. Throws `ArnError` unless they are those of an IAM or STS principal. */
const fieldsOf = (text: string): ArnFields => {
  const parts = text.split(":");
  const [arn, partition, service, region, account, resource] = parts;
  if (parts.length !== 6 || resource === undefined || account === undefined || partition === undefined)
    throw new ArnError(`unrecognized arn: contains ${parts.length} colon-separated parts, expected 6`);
  if (arn !== "arn") throw new ArnError('unrecognized arn: does not begin with "arn:"');
  if (service !== "iam" && service !== "sts")
    throw new ArnError(`unrecognized service: ${cut(service ?? "")}, not one of iam or sts`);
  if (!/^aws(-[a-z]+)*$/.test(partition) || region !== "" || !/^[0-9]{12}$/.test(account))
    throw new ArnError("unrecognized arn: partition, region or account is malformed");
  return { partition, account, resource };
};

/** A session has its role's name and its own, but no path. */
const assumedRole = (rest: readonly string[], resource: string) => {
  const [name, session] = rest;
  if (name === undefined || session === undefined)
    throw new ArnError(`unrecognized arn: ${shown(resource)} contains fewer than 3 slash-separated parts`);
  if (rest.length > 2) throw new ArnError(`unrecognized arn: ${shown(resource)} contains too many parts`);
  return { type: "assumed-role", path: "", name, session } as const;
};

/** Throws `ArnError`. */
export const parseArn = (text: string): PrincipalArn => {
  const { partition, account, resource } = fieldsOf(text);
  const segments = resource.split("/");
  const [type, ...rest] = segments;
  if (rest.length < 1)
    throw new ArnError(`unrecognized arn: ${shown(resource)} contains fewer than 2 slash-separated parts`);
  if (rest.some((segment) => !/^[\x21-\x7e]+$/.test(segment)))
    throw new ArnError(`unrecognized arn: ${shown(resource)} contains an empty or malformed part`);
  const common = { partition, account };
  if (type === "assumed-role") return { ...common, ...assumedRole(rest, resource) };
  if (type !== "user" && type !== "role" && type !== "instance-profile")
    throw new ArnError(`unrecognized principal type: ${shown(type ?? "")}`);
  return { ...common, type, path: rest.slice(0, -1).join("/"), name: rest.at(-1) ?? "", session: "" };
};

/** The IAM ARN without path; for a session, that of its role. */
export const canonicalArn = (arn: PrincipalArn): string => {
  const type = arn.type === "assumed-role" ? "role" : arn.type;
  return `arn:${arn.partition}:iam::${arn.account}:${type}/${arn.name}`;
};

/** As globs in policies, but that `*` alone is any text. */
export const globMatches = (pattern: string, text: string): boolean => pattern === "*" || globMatch(pattern, text);
