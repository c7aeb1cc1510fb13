import { z } from "zod";
import { VaultError } from "../../framework/index.ts";
import type { Clock } from "../../std/time.ts";
import { DEFAULTS } from "./client-config.ts";
import { loginShape, readLogin } from "./login-request.ts";
import type { StsFetch } from "./ports.ts";
import { partitionOf } from "./regions.ts";
import { callerIdentity, type Identity } from "./sts-answer.ts";

/**
 * Who signed a GetCallerIdentity request, outside any mount: what an operator's order is held against. The request is
 * judged and rebuilt exactly as a login's is; STS says who signed it.
 *
 * Security: `serverId` must be signed, so that a signature made for a login, for another deployment or for another
 * order is refused here.
 */

/** The four fields of a login that carry the signed request. */
export const signedCallerShape = z.strictObject({
  iam_http_request_method: loginShape.iam_http_request_method,
  iam_request_url: loginShape.iam_request_url,
  iam_request_body: loginShape.iam_request_body,
  iam_request_headers: loginShape.iam_request_headers,
});

export interface SignedCallerOptions {
  readonly sts: StsFetch;
  /** Of the function; its partition is the one callers must be of. */
  readonly region: string;
  /** Value that `X-Vault-AWS-IAM-Server-ID` must have, signed. */
  readonly serverId: string;
  readonly clock: Clock;
}

/** Throws `invalid_request` for a request that is not good, `upstream_failed` where STS is at fault. */
export const signedCaller = async (
  input: z.output<typeof signedCallerShape>,
  { sts, region, serverId, clock }: SignedCallerOptions,
): Promise<Identity> => {
  const partition = partitionOf(region);
  if (!partition) throw new VaultError("internal", { reason: `no partition is known for region ${region}` });
  const none = { role: undefined, pkcs7: undefined, identity: undefined, signature: undefined, nonce: undefined };
  const config = { ...DEFAULTS, iam_server_id_header_value: serverId };
  const { request } = readLogin({ ...none, ...input }, config, partition, clock.now());
  return callerIdentity(sts, request, partition);
};

const withoutPath = (arn: string): string => arn.replace(/:(role|user)\/(?:.*\/)?([^/]+)$/, ":$1/$2");

/**
 * Whether one of the patterns names the caller: the ARN of a user, of a role or of one session of it. A `*` at the end
 * matches any text. Paths do not count: STS leaves them out, and a name is given once in an account.
 */
export const isNamedBy = (identity: Identity, patterns: readonly string[]): boolean =>
  patterns
    .map(withoutPath)
    .some((pattern) =>
      [identity.arn, identity.canonicalArn]
        .map(withoutPath)
        .some((arn) => (pattern.endsWith("*") ? arn.startsWith(pattern.slice(0, -1)) : arn === pattern)),
    );
