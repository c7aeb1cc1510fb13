import { z } from "zod";
import { type BackendContext, VaultError } from "../../framework/index.ts";
import { NO_FAILURES, oneMoreFailure, rotateEach, rotationError } from "../../framework/rotations.ts";
import { rfc3339 } from "../../std/time.ts";
import { change, leave, tryWrite } from "../../storage/change.ts";
import { startBudget } from "./budget.ts";
import { AwsFailure, broken, forCaller, isCode, later } from "./failure.ts";
import { CHANGE_MS, CUT_OFF_MS } from "./limits.ts";
import type { AwsKeys, Iam, KeyInfo } from "./ports.ts";
import { busy, readRoot, scopeOf } from "./root-config.ts";
import {
  dueRoles,
  foundIn,
  isDue,
  nextRotation,
  readStaticRole,
  type StaticRole,
  staticRoleAddress,
} from "./static-role.ts";
import type { EngineWorld } from "./world.ts";

/**
 * Replacing the key of a static role. A user may have two: the one before stays valid until the next rotation, and the
 * older of two goes before a new one is made, as in Vault. What the user had is written down first, so that a key whose
 * secret was lost in a crash is known for what it is, and removed.
 */

const SKEW_MS = 30_000;
/** IAM allows two keys for each user. */
const MOST_KEYS = 2;

/** The intent of this rotation, written down; `undefined` when somebody else is at it. */
const intend = (cx: BackendContext, name: string, known: readonly string[]): Promise<StaticRole | undefined> =>
  change<StaticRole | undefined>(
    cx.storage,
    staticRoleAddress(cx.storage, name),
    (entry) => {
      const role = foundIn(entry)?.role;
      const at = cx.clock.now();
      if (!role || (role.intent && role.intent.at > at - CUT_OFF_MS)) return leave(undefined);
      // Of an intent that was cut off its list is the one that counts.
      const body: StaticRole = { ...role, intent: { at, known: role.intent?.known ?? [...known] } };
      return { op: "put", body, result: body };
    },
    { around: (write) => cx.crash("aws.static.intend", write), busy },
  );

/** Keys that a rotation made and could not store: nobody knows their secrets. */
export const lostKeys = ({ access_key, intent }: StaticRole, keys: readonly KeyInfo[]): readonly KeyInfo[] =>
  keys.filter(
    ({ accessKey, created }) =>
      intent !== null &&
      accessKey !== access_key &&
      !intent.known.includes(accessKey) &&
      created > intent.at - SKEW_MS &&
      created < intent.at + CUT_OFF_MS + SKEW_MS,
  );

/** Makes room for one more key: what a crash left, then the oldest. */
const makeRoom = async (iam: Iam, role: StaticRole, keys: readonly KeyInfo[], cx: BackendContext): Promise<void> => {
  const lost = lostKeys(role, keys);
  const kept = keys.filter((key) => !lost.includes(key)).sort((a, b) => a.created - b.created);
  const surplus = kept.slice(0, Math.max(0, kept.length - MOST_KEYS + 1));
  for (const { accessKey } of [...lost, ...surplus]) {
    try {
      await cx.crash("aws.static.delete", () => iam.deleteKey(role.username, accessKey));
    } catch (cause) {
      if (!isCode(cause, "NoSuchEntity")) throw cause;
    }
  }
};

/** Ends a rotation with what came of it, unless it is another one by now. */
const end = (
  cx: BackendContext,
  name: string,
  begun: StaticRole,
  outcome: () => Partial<StaticRole>,
  around: (write: () => Promise<void>) => Promise<void>,
): Promise<void> =>
  change<void>(
    cx.storage,
    staticRoleAddress(cx.storage, name),
    (entry) => {
      const role = foundIn(entry)?.role;
      if (!role || role.intent?.at !== begun.intent?.at) return leave(undefined);
      return { op: "put", body: { ...role, ...outcome(), intent: null }, result: undefined };
    },
    { around, busy },
  );

/** The rotation is over, and made nothing. */
const forget = (cx: BackendContext, name: string, begun: StaticRole): Promise<void> =>
  end(
    cx,
    name,
    begun,
    () => ({}),
    (write) => write(),
  );

const save = (
  cx: BackendContext,
  name: string,
  begun: StaticRole,
  made: Pick<StaticRole, "access_key" | "secret_key">,
): Promise<void> =>
  end(
    cx,
    name,
    begun,
    () => ({ ...made, rotated: cx.clock.now(), ...NO_FAILURES }),
    (write) => cx.crash("aws.static.save", write),
  );

/** The new key. Where AWS certainly made none there is nothing to look for later. */
const makeKey = async (iam: Iam, name: string, begun: StaticRole, cx: BackendContext): Promise<AwsKeys> => {
  try {
    return await cx.crash("aws.static.create", () => iam.createKey(begun.username));
  } catch (cause) {
    if (cause instanceof AwsFailure && cause.kind !== "unknown") await forget(cx, name, begun);
    throw cause;
  }
};

/** Throws `AwsFailure`, or `VaultError` for what only somebody can put right. */
const replaceKey = async (world: EngineWorld, name: string, role: StaticRole, cx: BackendContext): Promise<void> => {
  const iam = world.aws.iam(scopeOf(await readRoot(cx.storage), world.aws.region), startBudget(cx.clock, CHANGE_MS));
  const user = await iam.getUser(role.username);
  if (user.id !== role.id) throw broken("the user was deleted and made again: it is another one now");
  const keys = await iam.keysOf(role.username);
  const begun = await intend(
    cx,
    name,
    keys.map(({ accessKey }) => accessKey),
  );
  if (!begun) return;
  await makeRoom(iam, role, keys, cx);
  const made = await makeKey(iam, name, begun, cx);
  await save(cx, name, begun, { access_key: made.accessKey, secret_key: made.secretKey.reveal() });
};

/** When somebody else wrote the role meanwhile, what they wrote counts. */
const postpone = async (cx: BackendContext, name: string, cause: VaultError): Promise<void> => {
  const found = await readStaticRole(cx.storage, name);
  if (!found) return;
  const { role, n } = found;
  // The process goes on, so the intent is nobody's claim any more; what it knew still counts.
  const intent = role.intent && { ...role.intent, at: Math.min(role.intent.at, cx.clock.now() - CUT_OFF_MS) };
  const body: StaticRole = { ...role, intent, ...oneMoreFailure(role, cause, cx.clock.now()) };
  await tryWrite(cx.storage, [{ op: "put", address: staticRoleAddress(cx.storage, name), body, when: { n } }]);
};

/** Replaces the key now. Throws `VaultError`, recorded in the role. */
export const rotateStatic = async (world: EngineWorld, name: string, cx: BackendContext): Promise<void> => {
  const found = await readStaticRole(cx.storage, name);
  if (!found) return;
  try {
    await replaceKey(world, name, found.role, cx);
  } catch (cause) {
    const told = cause instanceof AwsFailure ? forCaller(cause, "error replacing access key") : cause;
    if (told instanceof VaultError) await postpone(cx, name, told);
    throw told;
  }
};

/** Rotates when it is time; a failure is for the log, and tried again later. Answers why it failed. */
const rotateIfDue = async (
  world: EngineWorld,
  name: string,
  role: StaticRole,
  cx: BackendContext,
): Promise<string | undefined> => {
  if (!isDue(role, cx.clock.now())) return undefined;
  try {
    await rotateStatic(world, name, cx);
    return undefined;
  } catch (cause) {
    if (!(cause instanceof VaultError)) throw cause;
    cx.signal("static-rotation-failed");
    cx.log("static role could not be rotated", { role: cx.storage.tag(name), error: cause.code });
    return rotationError(cause);
  }
};

/** Every role of the mount that is due, until the deadline. Throws at the end if any failed. */
export const rotateDue = async (world: EngineWorld, cx: BackendContext, deadlineMs: number): Promise<void> => {
  const one = async (name: string): Promise<string | undefined> => {
    const found = await readStaticRole(cx.storage, name);
    return found && rotateIfDue(world, name, found.role, cx);
  };
  const due = await dueRoles(cx.storage, cx.clock.now());
  const failed = await rotateEach(due, one, () => cx.clock.now() < deadlineMs);
  if (failed !== undefined) throw later(failed);
};

export const StaticCredsOutput = z.object({
  access_key: z.string(),
  secret_key: z.string(),
  /** When the key is replaced next. It works until the rotation after that. */
  expiration: z.string(),
});

/** The key of a static role; one that is due is replaced first. `undefined`: there is no such role, or no key yet. */
export const staticCreds = async (world: EngineWorld, name: string, cx: BackendContext) => {
  const found = await readStaticRole(cx.storage, name);
  if (!found) return undefined;
  await rotateIfDue(world, name, found.role, cx);
  const role = (await readStaticRole(cx.storage, name))?.role ?? found.role;
  if (role.access_key === "") return undefined;
  const { access_key, secret_key } = role;
  return { data: { access_key, secret_key, expiration: rfc3339(nextRotation(role)) } };
};
