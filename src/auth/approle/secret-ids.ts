import { z } from "zod";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import { tryWrite } from "../../storage/change.ts";
import type { Address, Clear, Condition, Entry, View, Write } from "../../storage/store.ts";
import { mistake } from "./role-rules.ts";
import { hasExpired, type SecretId, storedSecretId } from "./secret-id-rules.ts";

/**
 * Secret ids as stored: one entry by the value's HMAC below its role's key, and one that finds it by
 * accessor. Both are written and removed together.
 *
 * Security: the value is never stored; what has expired counts as deleted; a use is spent by a conditional
 * write in the transaction that makes the token, so racing logins never spend more than there were.
 */

const MOST_BYTES = 4096;
/** DynamoDB removes what has ended; nothing depends on when. */
const GRACE = seconds(3600);

const secretTag = (storage: View, key: string, value: string): string => storage.tag(`secret-id\n${key}\n${value}`);

const addressAt = (storage: View, key: string, tag: string): Address => storage.at(`secret-id/${key}/${tag}`);

const accessorAddress = (storage: View, accessor: string): Address =>
  storage.at(`accessor/${storage.tag(`accessor\n${accessor}`)}`);

/** Where a presented value would be stored under a role's key. */
export const secretIdAddress = (storage: View, key: string, value: string): Address =>
  addressAt(storage, key, secretTag(storage, key, value));

const storedAccessor = z.object({ key: z.string(), tag: z.string() });

const clearOf = (secret: SecretId): Clear => {
  if (secret.expires_ms === 0) return {};
  const exp = epochSeconds(secret.expires_ms + 999);
  return { exp, ttl: plus(exp, GRACE) };
};

/** A secret id that is good, with what a conditional write needs. */
export interface Found {
  readonly secret: SecretId;
  readonly address: Address;
  readonly n: number;
}

/** Out of an entry just read; `undefined` for what has ended. */
export const foundIn = (entry: Entry | undefined, address: Address, nowMs: number): Found | undefined => {
  const secret = entry && storedSecretId.parse(entry.body);
  return entry && secret && !hasExpired(secret, nowMs) ? { secret, address, n: entry.n } : undefined;
};

const read = async (storage: View, address: Address, nowMs: number): Promise<Found | undefined> =>
  foundIn(await storage.get(address), address, nowMs);

export const findSecretId = (storage: View, key: string, value: string, nowMs: number): Promise<Found | undefined> =>
  read(storage, secretIdAddress(storage, key, value), nowMs);

/** By accessor, whatever the role; `key` tells whose it is. */
export const findByAccessor = async (
  storage: View,
  accessor: string,
  nowMs: number,
): Promise<(Found & { readonly key: string }) | undefined> => {
  const entry = await storage.get(accessorAddress(storage, accessor));
  if (!entry) return undefined;
  const { key, tag } = storedAccessor.parse(entry.body);
  const found = await read(storage, addressAt(storage, key, tag), nowMs);
  return found && { ...found, key };
};

const removal = (storage: View, address: Address, accessor: string, when: Condition = "any"): readonly Write[] => [
  { op: "delete", address, when },
  { op: "delete", address: accessorAddress(storage, accessor), when: "any" },
];

/** `false` where the value or the accessor is there already. */
const register = (storage: View, key: string, value: string, secret: SecretId): Promise<boolean> => {
  const tag = secretTag(storage, key, value);
  const clear = clearOf(secret);
  const address = addressAt(storage, key, tag);
  const accessor = accessorAddress(storage, secret.accessor);
  return tryWrite(storage, [
    { op: "put", address, body: secret, clear, when: "absent" },
    { op: "put", address: accessor, body: { key, tag }, clear, when: "absent" },
  ]);
};

/** Makes a secret id good. Throws for a value that is too long, and for one the role already has. */
export const addSecretId = async (
  storage: View,
  key: string,
  value: string,
  secret: SecretId,
  nowMs: number,
): Promise<void> => {
  if (Buffer.byteLength(value) > MOST_BYTES)
    throw mistake(`failed to store secret_id: value is longer than maximum of ${MOST_BYTES} bytes`);
  const taken = mistake("failed to store secret_id: SecretID is already registered");
  if (await register(storage, key, value, secret)) return;
  // An expired one may still be there.
  const address = secretIdAddress(storage, key, value);
  const entry = await storage.get(address);
  if (entry) {
    const old = storedSecretId.parse(entry.body);
    if (!hasExpired(old, nowMs)) throw taken;
    // Where somebody has registered it meanwhile, it is theirs.
    await tryWrite(storage, removal(storage, address, old.accessor, { n: entry.n }));
  }
  if (!(await register(storage, key, value, secret))) throw taken;
};

export const removeSecretId = (storage: View, found: Found): Promise<void> =>
  storage.write(removal(storage, found.address, found.secret.accessor));

/**
 * Writes that spend one use of a secret id as it was found, then as it is when it is asked again; the last one removes it.
 * `undefined` when none is left, or it was destroyed or ended meanwhile, even if the same value was registered again.
 */
export const spending = (
  storage: View,
  found: Found,
  nowMs: () => number,
): (() => Promise<readonly Write[] | undefined>) => {
  let known: Found | undefined = found;
  return async () => {
    const current = known ?? (await read(storage, found.address, nowMs()));
    known = undefined;
    if (current?.secret.accessor !== found.secret.accessor) return undefined;
    const { secret, address, n } = current;
    if (secret.uses === 1) return removal(storage, address, secret.accessor, { n });
    const body = { ...secret, uses: secret.uses - 1, updated_ms: nowMs() };
    return [{ op: "put", address, body, clear: clearOf(secret), when: { n } }];
  };
};

const MOST_AT_ONCE = 50;

/** The entries below a role's key, a batch at a time. */
async function* entriesOf(storage: View, key: string): AsyncGenerator<readonly Entry[]> {
  const tags = await storage.list(`secret-id/${key}/`);
  for (let at = 0; at < tags.length; at += MOST_AT_ONCE) {
    const addresses = tags.slice(at, at + MOST_AT_ONCE).map((tag) => addressAt(storage, key, tag));
    yield (await storage.getMany(addresses)).filter((entry) => entry !== undefined);
  }
}

/** Accessors of the secret ids that are good under a key, sorted. */
export const listAccessors = async (storage: View, key: string, nowMs: number): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const entries of entriesOf(storage, key)) {
    const secrets = entries.map((entry) => storedSecretId.parse(entry.body));
    found.push(...secrets.filter((secret) => !hasExpired(secret, nowMs)).map((secret) => secret.accessor));
  }
  return found.sort();
};

/** Removes what has expired among some entries; one that was registered again since it was read stays. */
const removeExpired = async (storage: View, entries: readonly Entry[], endedBy: number): Promise<number> => {
  const ended = entries.flatMap((entry) => {
    const secret = storedSecretId.parse(entry.body);
    return hasExpired(secret, endedBy) ? [removal(storage, entry.address, secret.accessor, { n: entry.n })] : [];
  });
  if (ended.length === 0 || (await tryWrite(storage, ended.flat()))) return ended.length;
  let removed = 0;
  for (const writes of ended) if (await tryWrite(storage, writes)) removed += 1;
  return removed;
};

/** Removes everything under a key, or only what has expired. Returns the number of secret ids removed. */
export const purge = async (storage: View, key: string, endedBy?: number): Promise<number> => {
  let removed = 0;
  for await (const entries of entriesOf(storage, key)) {
    if (endedBy !== undefined) {
      removed += await removeExpired(storage, entries, endedBy);
      continue;
    }
    const writes = entries.flatMap(({ address, body }) =>
      removal(storage, address, storedSecretId.parse(body).accessor),
    );
    if (writes.length > 0) await storage.write(writes);
    removed += entries.length;
  }
  return removed;
};

/** Keys under which secret ids are stored. */
export const keysInUse = async (storage: View): Promise<readonly string[]> =>
  (await storage.list("secret-id/")).map((folder) => folder.replace(/\/$/, ""));
