import { type BackendContext, invalidRequest } from "../../../framework/index.ts";
import { shown } from "../../../std/shown.ts";
import { tryWrite } from "../../../storage/change.ts";
import { createPairs, dueOf, findKey, isDue, keyPut, type NamedKey, pruned, rotated, shortened } from "./keys.ts";
import { Mark, markAt } from "./model.ts";
import { changeRegistry, registryOf } from "./registry.ts";

/**
 * Keys rotate when somebody asks, when the schedule finds one due, and when a token is to be signed with one that is:
 * so a key never signs past its time, whether or not the schedule runs. Whoever is first makes the pair, and all
 * others use it.
 */

/** So that the published keys stay one small answer. The schedule alone leaves ten behind at most. */
const MAX_RETIRED = 32;

/** Throws where a change would leave too many former pairs behind that are still good. */
export const checkRetired = (name: string, { retired }: NamedKey): void => {
  if (retired.length <= MAX_RETIRED) return;
  throw invalidRequest(
    `more than ${MAX_RETIRED} former keys of ${shown(name)} are still used for verification: rotate with a verification_ttl of 0, or wait`,
  );
};

/**
 * Rotates at somebody's wish. `ttl`: for how many seconds the pair that signed is still good, instead of as long as the
 * key says. Throws for an unknown name, and when too many pairs are still good.
 */
export const rotateKey = async (name: string, ttl: number | undefined, cx: BackendContext): Promise<void> => {
  const pairs = createPairs(cx.random);
  let first: string | undefined;
  await changeRegistry(cx, "rotate", async () => {
    const make = pairs();
    const found = await findKey(cx.storage, name);
    if (!found) throw invalidRequest(`no named key found at ${shown(name)}`);
    const now = cx.clock.now();
    const kid = found.key.signing?.jwk["kid"] ?? "";
    first ??= kid;
    const key =
      first === kid
        ? await rotated(found.key, now, ttl ?? found.key.verification_ttl, make)
        : // Another has rotated it meanwhile, which is what was asked for; but the pair may be good for less long.
          shortened(pruned(found.key, now), first, ttl === undefined ? Number.POSITIVE_INFINITY : now + ttl * 1000);
    checkRetired(name, key);
    return { writes: [keyPut(cx.storage, name, key, found.when)], due: dueOf(key), result: undefined };
  });
};

/** Does what is due about a key, if it still is. Answers the key as it is then. */
const attend = (name: string, cx: BackendContext): Promise<NamedKey | undefined> => {
  const pairs = createPairs(cx.random);
  return changeRegistry(cx, "attend", async () => {
    const make = pairs();
    const found = await findKey(cx.storage, name);
    if (!found) return { writes: [], result: undefined };
    const now = cx.clock.now();
    const due = dueOf(found.key);
    if (due === 0 || due > now) return { writes: [], result: found.key };
    const key = isDue(found.key, now)
      ? await rotated(found.key, now, found.key.verification_ttl, make)
      : pruned(found.key, now);
    return { writes: [keyPut(cx.storage, name, key, found.when)], due: dueOf(key), result: key };
  });
};

/** The key to sign with now, rotated first where that is due. `undefined`: there is none of that name. */
export const signingKey = async (name: string, cx: BackendContext): Promise<NamedKey | undefined> => {
  const found = await findKey(cx.storage, name);
  return found && isDue(found.key, cx.clock.now()) ? attend(name, cx) : found?.key;
};

/** The schedule's part: every key that is due. Cost when none is: one read. */
export const attendKeys = async (cx: BackendContext, deadlineMs: number): Promise<void> => {
  const mark = await cx.storage.get(markAt(cx.storage));
  const due = mark ? Mark.parse(mark.body).due : 0;
  const now = cx.clock.now();
  if (due === 0 || due > now) return;
  const { keys } = await registryOf(cx);
  for (const [name, key] of keys) {
    if (cx.clock.now() >= deadlineMs) return;
    const its = dueOf(key);
    if (its > 0 && its <= now) await attend(name, cx);
  }
  await setDue(cx);
};

/** Tells the schedule when to look next. Another's change in between is of no harm: it has set the time itself. */
const setDue = async (cx: BackendContext): Promise<void> => {
  const address = markAt(cx.storage);
  const mark = await cx.storage.get(address);
  const { keys } = await registryOf(cx);
  const times = [...keys.values()].map(dueOf).filter((time) => time > 0);
  const body = { due: times.length === 0 ? 0 : Math.min(...times) };
  if (mark) await tryWrite(cx.storage, [{ op: "put", address, body, when: { n: mark.n } }]);
};
