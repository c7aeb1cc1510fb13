import { z } from "zod";
import { type BackendContext, invalidRequest, VaultError } from "../../framework/index.ts";
import { randomText } from "../../std/random.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { change, leave } from "../../storage/change.ts";
import { type Budget, startBudget } from "./budget.ts";
import { AwsFailure, broken, forCaller, isCode, told } from "./failure.ts";
import { awaitKey } from "./key-acceptance.ts";
import { CHANGE_MS, CUT_OFF_MS } from "./limits.ts";
import type { AwsKeys, Iam, KeyInfo } from "./ports.ts";
import { busy, findRoot, type RootConfig, rootAddress, rootIn, scopeOf } from "./root-config.ts";
import { type Rotation, underWay } from "./rotation-record.ts";
import type { EngineWorld } from "./world.ts";

/**
 * `config/rotate-root`: a new key for the mount's own user. An IAM user may have two keys, so the old one works until
 * the new one is proven: note the rotation down, create the key, store it as a candidate, wait until AWS accepts it,
 * switch to it, delete the old one. The key in use is valid at every moment; whoever comes after a crash reads in the
 * note which keys there may be, and finishes. The new secret is never shown.
 */

export const RotatedOutput = z.object({ access_key: z.string() });

/** How far the clock of AWS and ours may differ. */
const SKEW_MS = 30_000;

/** A configuration with a rotation that this process has taken. */
type Rotating = RootConfig & { readonly rotation: Rotation };

/** Changes the configuration, while the rotation is still this one; answers it. */
const note = <T extends RootConfig>(cx: BackendContext, turn: string, make: (config: Rotating) => T): Promise<T> =>
  change<T>(
    cx.storage,
    rootAddress(cx.storage),
    (entry) => {
      const config = rootIn(entry);
      const rotation = config?.rotation;
      if (!config || !rotation || rotation.turn !== turn)
        throw invalidRequest("config/root was changed while its key was rotated");
      const body = make({ ...config, rotation });
      return { op: "put", body, result: body };
    },
    { busy },
  );

/**
 * Takes the rotation: a new one, or one that was cut off. `found` is what the caller has read. Throws
 * `storage_unavailable` while another process is at it, or was in the meantime.
 */
const begin = (
  cx: BackendContext,
  found: RootConfig,
  username: string,
  known: readonly string[],
): Promise<Rotating> => {
  const turn = randomText(cx.random, 20);
  return change<Rotating>(
    cx.storage,
    rootAddress(cx.storage),
    (entry) => {
      const config = rootIn(entry);
      const at = cx.clock.now();
      const same = config?.access_key === found.access_key && config.rotation?.turn === found.rotation?.turn;
      if (!same || (config.rotation && config.rotation.until > at)) throw underWay();
      const until = at + CUT_OFF_MS;
      const rotation: Rotation = config.rotation
        ? { ...config.rotation, until, turn }
        : { at, until, turn, username, known: [...known], candidate: null, retired: "" };
      const body = { ...config, rotation };
      return { op: "put", body, result: body };
    },
    { busy },
  );
};

/** This process is done with it: forgotten when nothing came of it, else left to the next. */
const release = (cx: BackendContext, turn: string, forget: boolean): Promise<void> =>
  change<void>(
    cx.storage,
    rootAddress(cx.storage),
    (entry) => {
      const config = rootIn(entry);
      if (!config?.rotation || config.rotation.turn !== turn) return leave(undefined);
      const rotation = forget ? null : { ...config.rotation, until: 0 };
      return { op: "put", body: { ...config, rotation }, result: undefined };
    },
    { busy },
  );

/** Keys of the user; empty where the root key may not list them. */
const keysOf = async (iam: Iam, username: string): Promise<readonly KeyInfo[]> => {
  try {
    return await iam.keysOf(username);
  } catch (cause) {
    if (isCode(cause, "AccessDenied")) return [];
    throw cause;
  }
};

interface Work {
  readonly world: EngineWorld;
  readonly budget: Budget;
}

const iamOf = ({ world, budget }: Work, config: RootConfig): Iam =>
  world.aws.iam(scopeOf(config, world.aws.region), budget);

/**
 * Keys that a rotation before made and could not store: nobody knows their secrets, and they take the place of the next.
 * `until`: when that rotation was over.
 */
const removeLost = async (work: Work, { rotation, ...config }: Rotating, until: number, cx: BackendContext) => {
  const { username, known, candidate, at } = rotation;
  if (known.length === 0 || candidate) return;
  const iam = iamOf(work, { ...config, rotation });
  const lost = (await keysOf(iam, username)).filter(
    ({ accessKey, created }) =>
      !known.includes(accessKey) && created > at - SKEW_MS && created < Math.max(at + CUT_OFF_MS, until) + SKEW_MS,
  );
  for (const { accessKey } of lost) await cx.crash("aws.root.lost", () => iam.deleteKey(username, accessKey));
};

/** Makes the new key and stores it. A refusal ends the rotation: nothing was made. */
const makeCandidate = async (work: Work, config: Rotating, cx: BackendContext): Promise<AwsKeys> => {
  const { username, turn } = config.rotation;
  let made: AwsKeys;
  try {
    made = await cx.crash("aws.root.create", () => iamOf(work, config).createKey(username));
  } catch (cause) {
    if (cause instanceof AwsFailure && cause.kind !== "unknown") await release(cx, turn, true);
    throw forCaller(cause, "error calling CreateAccessKey");
  }
  const candidate = { access_key: made.accessKey, secret_key: made.secretKey.reveal() };
  await cx.crash("aws.root.record", () =>
    note(cx, turn, (now) => ({ ...now, rotation: { ...now.rotation, candidate } })),
  );
  return made;
};

/** The new key in use, and the old one noted down: it must go. */
const switchKeys = async (work: Work, config: Rotating, cx: BackendContext): Promise<Rotating> => {
  const { candidate, turn } = config.rotation;
  const keys = candidate
    ? { accessKey: candidate.access_key, secretKey: new Sensitive(candidate.secret_key) }
    : await makeCandidate(work, config, cx);
  const scope = scopeOf(config, work.world.aws.region);
  await cx.crash("aws.root.accept", () =>
    awaitKey(work.world, { scope, keys, budget: work.budget }, "the rotation goes on by itself in a minute"),
  );
  return cx.crash("aws.root.switch", () =>
    note(cx, turn, (now) => ({
      ...now,
      access_key: keys.accessKey,
      secret_key: keys.secretKey.reveal(),
      rotation: { ...now.rotation, candidate: null, retired: now.access_key },
    })),
  );
};

/** Deletes the old key, with the new one, and forgets the rotation. */
const retire = async (work: Work, config: Rotating, cx: BackendContext): Promise<void> => {
  const { username, retired, turn } = config.rotation;
  await told("error deleting old access key", async () => {
    try {
      await cx.crash("aws.root.retire", () => iamOf(work, config).deleteKey(username, retired));
    } catch (cause) {
      if (!isCode(cause, "NoSuchEntity")) throw cause;
    }
  });
  await cx.crash("aws.root.done", () => release(cx, turn, true));
};

const rotate = async (world: EngineWorld, found: RootConfig, cx: BackendContext): Promise<string> => {
  const work: Work = { world, budget: startBudget(cx.clock, CHANGE_MS) };
  const iam = iamOf(work, found);
  const before = found.rotation;
  const username = before?.username ?? (await told("error calling GetUser", () => iam.getUser())).name;
  const known = before ? [] : await told("error calling ListAccessKeys", () => keysOf(iam, username));
  const names = known.map(({ accessKey }) => accessKey);
  const config = await cx.crash("aws.root.intend", () => begin(cx, found, username, names));
  try {
    if (before && config.rotation.retired === "")
      await told("error deleting a lost access key", () => removeLost(work, config, before.until, cx));
    const switched = config.rotation.retired === "" ? await switchKeys(work, config, cx) : config;
    await retire(work, switched, cx);
    return switched.access_key;
  } catch (cause) {
    // A failure that was understood; anything else is the process ending.
    if (cause instanceof VaultError) await release(cx, config.rotation.turn, false);
    throw cause;
  }
};

/** Throws with Vault's texts. */
export const rotateRoot = async (world: EngineWorld, cx: BackendContext) => {
  const config = await findRoot(cx.storage);
  if (!config) throw broken("no configuration found for config/root");
  if (config.access_key === "" || config.secret_key === "")
    throw invalidRequest("Cannot call config/rotate-root when either access_key or secret_key is empty");
  return { data: { access_key: await rotate(world, config, cx) } };
};

/** Finishes a rotation that was cut off, if there is one. Throws with Vault's texts. */
export const finishRotation = async (world: EngineWorld, cx: BackendContext): Promise<void> => {
  const config = await findRoot(cx.storage);
  if (config?.rotation && config.rotation.until <= cx.clock.now()) await rotate(world, config, cx);
};
