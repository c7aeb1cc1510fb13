import { z } from "zod";
import {
  type BackendContext,
  invalidRequest,
  type LoginGrant,
  type LoginRenewal,
  VaultError,
} from "../../framework/index.ts";
import { samePolicies, tokenParams } from "../../framework/token-params.ts";
import { restateLater } from "../../std/restate.ts";
import { findMember, type Member } from "./member.ts";
import type { Parts } from "./parts.ts";

/**
 * A login by a user's token of GitHub, and its renewal.
 *
 * Security: renewal asks GitHub once more with the same token, which is kept sealed with ours for that. So a token that
 * was revoked, a user who left and a team that changed end ours at its next renewal.
 */

const kept = z.object({ token: z.string(), user_id: z.number() });

const grantFor = ({ token, config, user, organization, teams, policies }: Member): LoginGrant => ({
  displayName: user.login,
  token: { ...tokenParams(config), policies },
  metadata: { username: user.login, org: organization.login },
  alias: { name: user.login },
  groupAliases: teams,
  internal: { token, user_id: user.id },
  renewable: true,
});

export const login = async (parts: Parts, token: string | undefined, cx: BackendContext) => {
  const member = await findMember(parts, token, cx);
  return { auth: grantFor(member), warnings: member.warnings };
};

const failedToRenew = ({ code, wire, reason, retryAfter }: VaultError): VaultError =>
  new VaultError(code, {
    wire: wire === undefined ? wire : `failed to renew entry: ${wire}`,
    reason,
    retryAfter,
    multi: true,
  });

const refuse = (wire: string): VaultError => failedToRenew(invalidRequest(wire));

/** Throws where GitHub does not vouch for the user any more, or the user's policies are others now. */
export const renewLogin = async (parts: Parts, renewal: LoginRenewal, cx: BackendContext): Promise<LoginGrant> => {
  const { token, user_id } = kept.parse(renewal.internal);
  const member = await restateLater(VaultError, failedToRenew, () => findMember(parts, token, cx));
  // A name that was given up may be another user's by now.
  if (member.user.id !== user_id || member.user.login !== renewal.metadata["username"])
    throw refuse("the token belongs to another user or name now");
  if (!samePolicies(member.policies, renewal.policies)) throw refuse("policies do not match");
  return grantFor(member);
};
