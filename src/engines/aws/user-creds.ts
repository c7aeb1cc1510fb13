import { z } from "zod";
import {
  type BackendContext,
  type LeaseGrant,
  type LeaseType,
  type PendingLease,
  VaultError,
} from "../../framework/index.ts";
import { randomText } from "../../std/random.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import type { Address, View } from "../../storage/store.ts";
import { type Budget, startBudget } from "./budget.ts";
import type { CredsReply } from "./creds-shapes.ts";
import { AwsFailure, broken, forCaller, isCode, told } from "./failure.ts";
import { awaitKey } from "./key-acceptance.ts";
import { leaseTimes } from "./lease-config.ts";
import { UNDO_MS, WORK_MS } from "./limits.ts";
import type { AwsKeys, Iam, NewUser, Scope } from "./ports.ts";
import { type RootConfig, readRoot, scopeOf } from "./root-config.ts";
import type { Role } from "./stored-role.ts";
import { LEASE_TAG } from "./user-mark.ts";
import { removeUser } from "./user-removal.ts";
import { makeName } from "./usernames.ts";
import type { EngineWorld } from "./world.ts";

/**
 * A key of an IAM user of its own for each lease. The order is what keeps the account clean: ask whether the name is
 * free, record the lease as pending with the user's name, create the user marked with the lease's number, give it its
 * policies, groups and key, wait until AWS accepts the key, answer. A process that stops anywhere after the second step
 * leaves a pending lease, and the sweeper removes the user it names.
 *
 * Security: a user is removed only if it carries the mark of the lease (`user-revocation.ts`), so a name that belongs to
 * somebody else is never touched. A lease whose user was certainly never made, or was taken back at once, is `voided`.
 */

export const UserInternal = z.object({
  username: z.string(),
  role: z.string(),
  mark: z.string(),
  /** Where the user was made; `""` until it is known. */
  account: z.string(),
});
export type UserInternal = z.output<typeof UserInternal>;

const NAMES = 3;
const VOIDED_SECONDS = seconds(30 * 86_400);

export const voidedAddress = (view: View, mark: string): Address => view.at(`voided/${mark}`);

/**
 * A name that the account does not know yet. Throws `AwsFailure`. A key whose rights are limited to a path may not be
 * told: then CreateUser finds out.
 */
const freeName = async (iam: Iam, config: RootConfig, role: string, cx: BackendContext): Promise<string> => {
  for (let attempt = 0; attempt < NAMES; attempt += 1) {
    const data = { Type: "IAM", DisplayName: cx.caller?.displayName ?? "", PolicyName: role } as const;
    const name = makeName(config.username_template, data, cx);
    try {
      await iam.getUser(name);
    } catch (cause) {
      if (isCode(cause, "NoSuchEntity", "AccessDenied")) return name;
      throw cause;
    }
  }
  throw broken("failed to generate username: the names the template makes are taken");
};

/** Nothing is left of the user at AWS: the sweeper need not look for it. */
const markVoided = async (cx: BackendContext, mark: string): Promise<void> => {
  const ttl = plus(epochSeconds(cx.clock.now()), VOIDED_SECONDS);
  const address = voidedAddress(cx.storage, mark);
  await cx.storage.write([{ op: "put", address, body: null, clear: { ttl }, when: "any" }]);
};

interface Making {
  readonly world: EngineWorld;
  readonly scope: Scope;
  readonly config: RootConfig;
  readonly role: Role;
  readonly roleName: string;
  readonly internal: UserInternal;
}

/** Whether AWS certainly made no user. */
const notMade = (cause: unknown): boolean => cause instanceof AwsFailure && cause.kind !== "unknown";

const createUser = async (iam: Iam, { role, internal }: Making, cx: BackendContext): Promise<string> => {
  const user: NewUser = {
    name: internal.username,
    path: role.user_path || "/",
    boundary: role.permissions_boundary_arn || undefined,
    tags: { ...role.iam_tags, [LEASE_TAG]: internal.mark },
  };
  try {
    const { arn } = await cx.crash("aws.user.create", () => iam.createUser(user));
    return arn.split(":")[4] ?? "";
  } catch (cause) {
    if (notMade(cause)) await markVoided(cx, internal.mark);
    throw forCaller(cause, "Error creating IAM user");
  }
};

const equip = async (iam: Iam, { role, roleName, internal }: Making, cx: BackendContext): Promise<AwsKeys> => {
  const { username } = internal;
  for (const arn of role.policy_arns ?? [])
    await told("Error attaching user policy", () => cx.crash("aws.user.attach", () => iam.attachPolicy(username, arn)));
  if (role.policy_document !== "")
    await told("Error putting user policy", () =>
      cx.crash("aws.user.policy", () => iam.putPolicy(username, roleName, role.policy_document)),
    );
  for (const group of role.iam_groups ?? [])
    await told("Error adding user to group", () => cx.crash("aws.user.group", () => iam.addToGroup(username, group)));
  return told("Error creating access keys", () => cx.crash("aws.user.key", () => iam.createKey(username)));
};

/** Takes back a user that could not be finished. What cannot be done now the sweeper does. */
const undo = async ({ world, scope, internal }: Making, cx: BackendContext): Promise<void> => {
  try {
    const iam = world.aws.iam(scope, startBudget(cx.clock, UNDO_MS));
    await cx.crash("aws.user.undo", () => removeUser(iam, internal.username));
    await markVoided(cx, internal.mark);
  } catch (cause) {
    if (!(cause instanceof AwsFailure)) throw cause;
    cx.log("a user that was not finished is left to the sweeper", { error: cause.code });
  }
};

const makeUser = async (making: Making, budget: Budget, cx: BackendContext) => {
  const { world, scope, config } = making;
  const iam = world.aws.iam(scope, budget);
  const account = await createUser(iam, making, cx);
  try {
    const keys = await equip(iam, making, cx);
    if (config.wait_for_keys)
      await cx.crash("aws.user.accept", () =>
        awaitKey(world, { scope, keys, budget }, "its user was removed, try again"),
      );
    return { keys, account };
  } catch (cause) {
    // Anything but a failure of AWS is the process ending: what is left is the sweeper's.
    if (cause instanceof VaultError) await undo(making, cx);
    throw cause;
  }
};

const grantOf = async (internal: UserInternal, cx: BackendContext): Promise<LeaseGrant> => ({
  type: "iam_user",
  ...(await leaseTimes(cx.storage)),
  renewable: true,
  internal,
});

/** Creates a user with a key, and its lease. Throws with Vault's texts. */
export const issueUser = async (
  world: EngineWorld,
  roleName: string,
  role: Role,
  cx: BackendContext,
): Promise<CredsReply> => {
  const config = await readRoot(cx.storage);
  const scope = scopeOf(config, world.aws.region);
  const budget = startBudget(cx.clock, WORK_MS);
  const username = await told("Error creating IAM user", () =>
    freeName(world.aws.iam(scope, budget), config, roleName, cx),
  );
  const internal: UserInternal = { username, role: roleName, mark: randomText(cx.random, 20), account: "" };
  const grant = await grantOf(internal, cx);
  const lease: PendingLease = await cx.crash("aws.user.pend", () => cx.pend(grant));
  const { keys, account } = await makeUser({ world, scope, config, role, roleName, internal }, budget, cx);
  const data = { access_key: keys.accessKey, secret_key: keys.secretKey.reveal(), security_token: null };
  return { data, lease: { ...lease, internal: { ...internal, account } } };
};

/** Keys of users live as `config/lease` says today; nothing changes at AWS. */
export const renewUser = async (lease: LeaseType, cx: BackendContext): Promise<LeaseGrant> =>
  grantOf(UserInternal.parse(lease.internal), cx);
