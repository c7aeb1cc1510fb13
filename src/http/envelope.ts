import type { z } from "zod";
import type { MfaRequirement } from "../core/mfa/types.ts";
import type { Answer, WrapInfo } from "../core/request/answer.ts";
import type { AuthBlock, Given, IssuedAuth } from "../framework/index.ts";
import { defined } from "../std/defined.ts";
import { isJsonObject } from "../std/json.ts";
import { rfc3339 } from "../std/time.ts";

/** Vault's response envelope, in its order of keys. */

const authBlock = (auth: IssuedAuth): Given<z.output<typeof AuthBlock>> =>
  defined({
    client_token: auth.clientToken.reveal(),
    accessor: auth.accessor,
    policies: auth.policies,
    token_policies: auth.tokenPolicies.length > 0 ? auth.tokenPolicies : undefined,
    identity_policies: auth.identityPolicies.length > 0 ? auth.identityPolicies : undefined,
    metadata: auth.shownOnce ? { ...auth.metadata, ...auth.shownOnce } : auth.metadata,
    lease_duration: auth.leaseDuration,
    renewable: auth.renewable,
    entity_id: auth.entityId,
    token_type: auth.tokenType,
    orphan: auth.orphan,
    mfa_requirement: null,
    num_uses: auth.numUses,
  });

/** The `auth` block of a login that waits for its codes, as Go prints one without a token. */
const awaitingBlock = ({ requestId, constraints }: MfaRequirement): Given<z.output<typeof AuthBlock>> => ({
  client_token: "",
  accessor: "",
  policies: null,
  metadata: null,
  lease_duration: 0,
  renewable: false,
  entity_id: "",
  token_type: "default",
  orphan: false,
  mfa_requirement: {
    mfa_request_id: requestId.reveal(),
    mfa_constraints: Object.fromEntries(
      constraints.map(({ enforcement, any }) => [
        enforcement,
        {
          any: any.map(({ type, id, name }) =>
            defined({ type, id, uses_passcode: true, name: name === "" ? undefined : name }),
          ),
        },
      ]),
    ),
  },
  num_uses: 0,
});

const authOf = ({ auth, awaits }: Answer) => {
  if (awaits) return awaitingBlock(awaits);
  return auth ? authBlock(auth) : null;
};

const wrapBlock = (wrap: WrapInfo) =>
  defined({
    token: wrap.token.reveal(),
    accessor: wrap.accessor,
    ttl: wrap.ttl,
    creation_time: rfc3339(wrap.creationTime),
    creation_path: wrap.creationPath,
    wrapped_accessor: wrap.wrappedAccessor,
  });

/**
 * `request_id, lease_id, renewable, lease_duration, data, wrap_info, warnings, auth, mount_type`.
 *
 * A wrapped answer has an empty `request_id` and nothing but `wrap_info`. Where the path says so (`dataInFront`) the
 * members of `data` are copied to the top; a member never hides one of the envelope's own.
 */
export const envelope = (answer: Answer): object => {
  const { reply, lease, wrapInfo } = answer;
  const data: unknown = reply?.data ?? null;
  if (wrapInfo) {
    return {
      request_id: "",
      lease_id: "",
      renewable: false,
      lease_duration: 0,
      data: null,
      wrap_info: wrapBlock(wrapInfo),
      warnings: null,
      auth: null,
      mount_type: "",
    };
  }
  const own = {
    request_id: answer.requestId,
    lease_id: lease?.id ?? "",
    renewable: lease?.renewable ?? false,
    lease_duration: lease?.duration ?? reply?.leaseDuration ?? 0,
    data,
    wrap_info: null,
    warnings: answer.warnings.length > 0 ? answer.warnings : null,
    auth: authOf(answer),
    mount_type: answer.mountType,
  };
  return answer.dataInFront && isJsonObject(data) ? { ...data, ...own } : own;
};
