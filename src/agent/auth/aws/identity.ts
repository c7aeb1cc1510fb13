import { sameSecret } from "../../../std/same-secret.ts";
import type { Sensitive } from "../../../std/sensitive.ts";

/** The keys of a principal of AWS, for as long as its source says. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Sensitive<string>;
  readonly sessionToken: Sensitive<string> | undefined;
}

const same = (one: Sensitive<string> | undefined, other: Sensitive<string> | undefined): boolean =>
  sameSecret(one?.reveal() ?? "", other?.reveal() ?? "");

export const sameCredentials = (one: AwsCredentials, other: AwsCredentials): boolean =>
  one.accessKeyId === other.accessKeyId &&
  same(one.secretAccessKey, other.secretAccessKey) &&
  same(one.sessionToken, other.sessionToken);
