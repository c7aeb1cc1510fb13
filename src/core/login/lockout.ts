import { permissionDenied, VaultError } from "../../framework/index.ts";
import { as, type EpochSeconds } from "../../std/brand.ts";
import { createInTurn } from "../../std/in-turn.ts";
import { seconds } from "../../std/time.ts";
import { change, leave } from "../../storage/change.ts";
import { DOMAINS, lockedNameAddress, lockedNamePartition, lockoutAddress } from "../../storage/keys.ts";
import type { Address, Entry, Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { vanishing } from "../leases/expiry.ts";
import type { Mount } from "../mounts/mount.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import type { Lockout, Proviso } from "./types.ts";

/**
 * User lockout: after a number of consecutive wrong credentials a name is refused for a while, whoever asks. One
 * counter per mount and name, as the method itself folds the name, so that another spelling does not get another
 * counter. Every process asks the table, and remembers nothing.
 *
 * Security: names that do not exist are counted and locked like those that do, so a lock reveals nothing. A login in
 * flight when the lock is set is refused too: its token is made in a transaction that asks for the counter. It gets the
 * same answer whether its credentials were right or wrong. If the counter cannot be read or written, the login fails.
 *
 * Source: Vault documentation, "User lockout".
 */

const DEFAULTS = { threshold: 5, duration: seconds(900), counterReset: seconds(900) };

interface Settings {
  readonly threshold: number;
  readonly durationMs: number;
  readonly resetMs: number;
}

/** The settings that hold at a mount; `undefined`: nobody is locked out there. */
const settingsOf = (mount: Mount): Settings | undefined => {
  const { threshold, duration, counterReset, disable } = mount.config.userLockout ?? {};
  if (disable) return undefined;
  return {
    threshold: threshold || DEFAULTS.threshold,
    durationMs: (duration || DEFAULTS.duration) * 1000,
    resetMs: (counterReset || DEFAULTS.counterReset) * 1000,
  };
};

/** The sealed body of a counter, and of the row that lists it while it is locked. */
interface Counter {
  readonly name: string;
  readonly failures: number;
  /** Milliseconds of the last failure that counted. */
  readonly lastMs: number;
  /** Milliseconds; 0 while not locked. Set once for each lock. */
  readonly lockedUntilMs: number;
}

const counterIn = (entry: Entry | undefined): Counter | undefined => entry && fromSealed<Counter>(entry.body);

const isLocked = (counter: Counter | undefined, nowMs: number): boolean =>
  counter !== undefined && counter.lockedUntilMs > nowMs;

/** The counter after one more failure. */
const counted = (counter: Counter | undefined, name: string, nowMs: number, settings: Settings): Counter => {
  const stale = !counter || counter.lockedUntilMs > 0 || nowMs - counter.lastMs >= settings.resetMs;
  const failures = stale ? 1 : counter.failures + 1;
  const locked = failures >= settings.threshold;
  return { name, failures, lastMs: nowMs, lockedUntilMs: locked ? nowMs + settings.durationMs : 0 };
};

const ceilSeconds = (ms: number): EpochSeconds => as<EpochSeconds>(Math.ceil(ms / 1000));

const locked = () => permissionDenied("locked out after too many wrong credentials");

interface Place {
  readonly counter: Address;
  readonly row: Address;
}

const placeOf = async (core: Core, accessor: string, name: string): Promise<Place> => {
  const tag = (await core.store.names(DOMAINS.identity)).tag(`lockout\n${accessor}\n${name}`);
  return { counter: lockoutAddress(tag), row: lockedNameAddress(accessor, tag) };
};

/** Counts one failure. A name that is locked by now is not counted any further: `false`. */
const countFailure = (core: Core, place: Place, name: string, settings: Settings): Promise<boolean> =>
  // Every lost race is another failure that was counted, so the name is locked long before the tries are used up.
  change<boolean>(
    core.store,
    place.counter,
    (entry) => {
      const nowMs = core.clock.now();
      const before = counterIn(entry);
      if (isLocked(before, nowMs)) return leave(false);
      const after = counted(before, name, nowMs, settings);
      const body = toSealed(after);
      const ends = ceilSeconds(Math.max(after.lockedUntilMs, nowMs + settings.resetMs));
      const also: Write[] = [];
      if (after.lockedUntilMs > 0) {
        const clear = vanishing(ceilSeconds(after.lockedUntilMs));
        also.push({ op: "put", address: place.row, body, clear, when: "any" });
      }
      return { op: "put", body, clear: vanishing(ends), also, result: true };
    },
    { busy: { reason: "too many concurrent failed logins of one name" } },
  );

/**
 * For a login that succeeded: its token is made only if the counter is as it was when the login began, and with that the
 * failures are forgotten. Where somebody failed meanwhile it is looked at again, and refused if the lock was set: of many
 * guesses at once only the first few count.
 */
const unlocked = (core: Core, { counter: address }: Place, atFirst: Entry | undefined): Proviso => {
  let known: readonly (Entry | undefined)[] | undefined = [atFirst];
  return async () => {
    const [entry] = known ?? (await core.store.get([address]));
    known = undefined;
    if (isLocked(counterIn(entry), core.clock.now())) throw locked();
    return [entry ? { op: "delete", address, when: { n: entry.n } } : { op: "check", address, when: "absent" }];
  };
};

const isWrong = (cause: unknown): boolean => cause instanceof VaultError && cause.code === "invalid_credentials";

export const createLockout = (core: () => Core): Lockout => {
  const inTurn = createInTurn();
  /** Whether it was counted: of many guesses at once, one that was not must not be told from a right one. */
  const count = (place: Place, name: string, settings: Settings): Promise<boolean> =>
    inTurn(place.counter.pk, () => countFailure(core(), place, name, settings));

  const around: Lockout["around"] = async (mount, backend, below, decoded, run, read) => {
    const settings = settingsOf(mount);
    const name = settings && backend.lockoutName?.(below, decoded.data);
    if (!settings || name === undefined) return { reply: await run(), unlocked: undefined };
    const place = await placeOf(core(), mount.info.accessor, name);
    const [entry] = await read([place.counter]);
    if (isLocked(counterIn(entry), core().clock.now())) throw locked();
    try {
      return { reply: await run(), unlocked: unlocked(core(), place, entry) };
    } catch (cause) {
      throw isWrong(cause) && !(await count(place, name, settings)) ? locked() : cause;
    }
  };
  return {
    around,
    prefetch: async (mount, name) =>
      settingsOf(mount) ? [(await placeOf(core(), mount.info.accessor, name)).counter] : [],
  };
};

/** Names locked at a mount right now, sorted. */
export const lockedNames = async (core: Core, accessor: string): Promise<readonly string[]> => {
  const found: string[] = [];
  const nowMs = core.clock.now();
  for await (const entry of core.store.all({ pk: lockedNamePartition(accessor), domain: DOMAINS.identity })) {
    const row = fromSealed<Counter>(entry.body);
    if (isLocked(row, nowMs)) found.push(row.name);
  }
  return found.sort();
};

/** Ends a lock and forgets the failures; does nothing for a name that is not locked. */
export const unlockName = async (core: Core, accessor: string, name: string): Promise<void> => {
  const { counter, row } = await placeOf(core, accessor, name);
  await core.store.write([
    { op: "delete", address: counter, when: "any" },
    { op: "delete", address: row, when: "any" },
  ]);
};
