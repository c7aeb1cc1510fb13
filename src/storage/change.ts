import { VaultError } from "../std/errors.ts";
import type { JsonObject, JsonValue } from "../std/json.ts";
import {
  type Address,
  type Clear,
  ConditionFailed,
  type Entry,
  type Secrets,
  type Store,
  type View,
  type Write,
} from "./store.ts";

/**
 * Read, decide, write if nobody wrote in between, and again when somebody did. Whatever is changed by what it was
 * before goes through here, so that changes of one entry follow one another as if under a lock, and a caller who always
 * loses hears 503 and not silence.
 */

/** Each round of a race has a winner, so this is more than races need. */
const TRIES = 64;
const RETRY_AFTER_SECONDS = 1;

/** The failure when the tries are used up. */
export interface Busy {
  /** For callers. */
  readonly wire?: string;
  /** For operators. */
  readonly reason?: string;
}

/**
 * Runs `attempt` until none of its conditions fails. It must read what it decides by each time it is called; what else
 * it throws ends the matter. Throws `storage_unavailable` when it loses too often.
 */
export const untilWritten = async <T>(attempt: () => Promise<T>, busy: Busy = {}): Promise<T> => {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await attempt();
    } catch (cause) {
      if (!(cause instanceof ConditionFailed)) throw cause;
      if (left > 1) continue;
      const reason = "too many concurrent writes of one entry";
      throw new VaultError("storage_unavailable", { reason, ...busy, retryAfter: RETRY_AFTER_SECONDS, cause });
    }
  }
};

/** What happens to an entry; `result` is returned to the caller of the change. */
export type Change<T> = Leave<T> | ((PutBody | Remove) & Together<T>);

/** It stays as it is, and nothing is written. */
interface Leave<T> {
  readonly op: "leave";
  readonly result: T;
}

interface PutBody {
  readonly op: "put";
  readonly body: JsonValue;
  readonly clear?: Clear | undefined;
  readonly secrets?: Secrets | undefined;
}

interface Remove {
  readonly op: "delete";
}

interface Together<T> {
  /** Writes of the same transaction. */
  readonly also?: readonly Write[];
  /** The refusal for a write of `also` that no other try would mend; nothing: try again. */
  readonly refusal?: (lost: Write) => VaultError | undefined;
  readonly result: T;
}

export const leave = <T>(result: T): Change<T> => ({ op: "leave", result });

export interface ChangeOptions {
  /**
   * The entry as it was read before. The first try writes by it, under the condition that it is still so. Nothing proves
   * that for a refusal or a decision to leave it: these are made again by what is read now.
   */
  readonly seen?: Entry | "absent" | undefined;
  /** Carries out the write, within a crash point for example. */
  readonly around?: (write: () => Promise<void>) => Promise<void>;
  readonly busy?: Busy;
}

/** A whole store, or the part of it that a mount has. */
export type Storage = Pick<Store, "get" | "write"> | Pick<View, "get" | "getMany" | "write">;

const read = async (storage: Storage, address: Address): Promise<Entry | undefined> =>
  "getMany" in storage ? storage.get(address) : (await storage.get([address]))[0];

const writesOf = (
  address: Address,
  entry: Entry | undefined,
  change: Exclude<Change<unknown>, { readonly op: "leave" }>,
): readonly Write[] => {
  const when = entry ? { n: entry.n } : "absent";
  if (change.op === "delete") return [{ op: "delete", address, when }, ...(change.also ?? [])];
  const { body, clear, secrets } = change;
  return [{ op: "put", address, body, secrets, when, clear }, ...(change.also ?? [])];
};

/** What to write by an entry as it was; nothing where it would be left or refused. */
const writtenBy = async <T>(
  seen: Entry | "absent" | undefined,
  decide: (entry: Entry | undefined) => Change<T> | Promise<Change<T>>,
) => {
  if (seen === undefined) return undefined;
  const entry = seen === "absent" ? undefined : seen;
  const decided = await Promise.resolve(entry)
    .then(decide)
    .catch(() => undefined);
  return decided && decided.op !== "leave" ? { entry, decided } : undefined;
};

/**
 * Changes one entry by what it is. `decide` may be called more than once, and throws to refuse. Cost: one read and one
 * write when nobody else writes; the write alone where the entry was `seen`.
 */
export const change = <T>(
  storage: Storage,
  address: Address,
  decide: (entry: Entry | undefined) => Change<T> | Promise<Change<T>>,
  { seen, around = (write) => write(), busy }: ChangeOptions = {},
): Promise<T> => {
  const decideNow = async () => {
    const entry = await read(storage, address);
    return { entry, decided: await decide(entry) };
  };
  let known = seen;
  return untilWritten(async () => {
    const before = known;
    known = undefined;
    const { entry, decided } = (await writtenBy(before, decide)) ?? (await decideNow());
    if (decided.op === "leave") return decided.result;
    try {
      await around(() => storage.write(writesOf(address, entry, decided)));
    } catch (cause) {
      const refusal = cause instanceof ConditionFailed ? decided.refusal?.(cause.write) : undefined;
      throw refusal ?? cause;
    }
    return decided.result;
  }, busy);
};

/** The same for a body with a schema, replaced by what `make` makes of it. Answers the new body. */
export const changeBody = <T extends JsonObject>(
  storage: Storage,
  address: Address,
  schema: { parse(body: unknown): T },
  make: (before: T | undefined) => T | Promise<T>,
  options: ChangeOptions = {},
): Promise<T> =>
  change<T>(
    storage,
    address,
    async (entry) => {
      const body = await make(entry && schema.parse(entry.body));
      return { op: "put", body, result: body };
    },
    options,
  );

/** Writes once; `false` when a condition did not hold because somebody else was first. */
export const tryWrite = async (storage: Pick<Store, "write">, writes: readonly Write[]): Promise<boolean> => {
  try {
    await storage.write(writes);
    return true;
  } catch (cause) {
    if (cause instanceof ConditionFailed) return false;
    throw cause;
  }
};
