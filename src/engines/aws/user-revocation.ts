import type { BackendContext, LeaseType } from "../../framework/index.ts";
import { epochSeconds } from "../../std/time.ts";
import { type Budget, startBudget } from "./budget.ts";
import { forRetry, isCode, later } from "./failure.ts";
import { CHANGE_MS } from "./limits.ts";
import type { Aws, Iam, IamUser, Scope } from "./ports.ts";
import { readRoot, scopeOf } from "./root-config.ts";
import { UserInternal, voidedAddress } from "./user-creds.ts";
import { LEASE_TAG } from "./user-mark.ts";
import { removeUser } from "./user-removal.ts";

/**
 * Ends the user of a lease: the one with the lease's mark, and no other. Whatever goes wrong is tried again by core; only
 * what cannot be told for certain ends as an irrevocable lease, which operators see.
 *
 * Security: nothing here writes to the mount's storage, because the function that sweeps leases may not.
 */

/**
 * IAM may answer that a user is not there although it was made a moment ago, and a request that was signed may still
 * arrive within five minutes. After six, a missing user is gone for good.
 */
const SETTLED_SECONDS = 360;
/** How far the clock of AWS and ours may differ. */
const SKEW_MS = 300_000;

const find = async (iam: Iam, username: string): Promise<IamUser | undefined> => {
  try {
    return await iam.getUser(username);
  } catch (cause) {
    if (isCode(cause, "NoSuchEntity")) return undefined;
    throw cause;
  }
};

/** The user is not there: is that certain, and did we look in the right account? */
const confirmGone = async (
  { aws, scope, budget }: { readonly aws: Aws; readonly scope: Scope; readonly budget: Budget },
  lease: LeaseType,
  { account }: UserInternal,
  cx: BackendContext,
): Promise<void> => {
  if (account !== "") {
    const identity = await aws.sts(scope, budget).callerIdentity();
    if (identity.account !== account)
      throw later(`the user was made in account ${account}, and config/root is of account ${identity.account}`);
  }
  if (epochSeconds(cx.clock.now()) - lease.issued < SETTLED_SECONDS)
    throw later("the user is not there, but IAM may not know it yet");
};

/** Whether a user of the lease's name is the lease's. Throws when nobody can tell. */
const isOurs = (user: IamUser, lease: LeaseType, { mark }: UserInternal): boolean => {
  const found = user.tags[LEASE_TAG];
  if (found !== undefined) return found === mark;
  if (user.created < lease.issued * 1000 - SKEW_MS) return false;
  throw later(`the user has lost its tag ${LEASE_TAG}: remove it by hand, then force the revocation`);
};

/** Succeeds when the user is gone. Throws `upstream_failed`. */
export const revokeUser = async (aws: Aws, lease: LeaseType, cx: BackendContext): Promise<void> => {
  const internal = UserInternal.parse(lease.internal);
  if ((await cx.storage.get(voidedAddress(cx.storage, internal.mark))) !== undefined) return;
  const scope = scopeOf(await readRoot(cx.storage), aws.region);
  const budget = startBudget(cx.clock, CHANGE_MS);
  const iam = aws.iam(scope, budget);
  try {
    const user = await find(iam, internal.username);
    if (!user) return await confirmGone({ aws, scope, budget }, lease, internal, cx);
    if (isOurs(user, lease, internal)) await cx.crash("aws.user.revoke", () => removeUser(iam, internal.username));
  } catch (cause) {
    throw forRetry(cause, "Error deleting IAM user");
  }
};
