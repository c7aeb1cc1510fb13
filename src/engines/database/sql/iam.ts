import { cut } from "../../../std/shown.ts";
import { SettingsError } from "../failure.ts";
import type { Host } from "./target.ts";

/**
 * Logging in to RDS and Aurora with a token that IAM vouches for: `auth_type` `aws_iam`. The token is sent as it is, so
 * it goes only to a server whose certificate was checked. Nothing secret is stored.
 */

export interface TokenTarget {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly region: string;
}

/** A token for one login. Throws `NoConnection`. */
export type LoginToken = (target: TokenTarget) => Promise<string>;

interface Facts {
  readonly auth_type?: string | undefined;
  readonly aws_region?: string | undefined;
  readonly hosts: readonly Host[];
  readonly username: string;
  readonly password: string;
  /** TLS, and the server's certificate is held to an authority and to its name. */
  readonly isChecked: boolean;
  /** How to ask for that. */
  readonly checkedBy: string;
}

const refuse = (why: string): never => {
  throw new SettingsError(`auth_type aws_iam ${why}`);
};

/** Whom a token is for; nothing where a password is used. Throws `SettingsError`. */
export const iamTarget = (facts: Facts): TokenTarget | undefined => {
  const { auth_type: type = "", aws_region: region = "", hosts, username, password } = facts;
  if (type === "") return undefined;
  if (type !== "aws_iam") throw new SettingsError(`'${cut(type)}' is not a valid auth_type; there is aws_iam`);
  const [host, ...others] = hosts;
  if (!host || others.length > 0) return refuse("needs exactly one host: a token is for one");
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/.test(region)) return refuse("needs aws_region, such as eu-central-1");
  if (username === "") return refuse("needs a username");
  if (password !== "") return refuse("and a password exclude each other");
  if (!facts.isChecked) return refuse(`needs TLS with a certificate that is checked: ${facts.checkedBy}`);
  return { host: host.name, port: host.port, username, region };
};
