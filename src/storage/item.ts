import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { ATTRIBUTES, PARTITION_KEY, SORT_KEY } from "../contract/table.ts";
import { type DataKey, type Field, OpenRefused, OVERHEAD, open, type Place, seal } from "../crypto/index.ts";
import { as, type EpochSeconds } from "../std/brand.ts";
import { defined } from "../std/defined.ts";
import type { JsonValue } from "../std/json.ts";
import type { RandomSource } from "../std/random.ts";
import { broken, tooLarge } from "./errors.ts";
import { MAX_PARTS, PART_BYTES } from "./limits.ts";
import type { Item, Key } from "./operation.ts";
import { decode, encode } from "./plaintext.ts";
import type { Address, Clear, Entry, Secrets } from "./store.ts";
import { PART_MARK } from "./table.ts";

/**
 * What an entry looks like as items. The sealed plaintext is that of `plaintext.ts`. A sealed body longer than one part
 * is cut: the first part is in the entry's own item, the others in items `~<write number>#<index>` of the same
 * partition.
 *
 * Security: every clear attribute goes into the context of the seal, in the order of `context`. Parts need no seal of
 * their own: they are cut after sealing, so one tag covers them all, and their keys name the write they belong to.
 */

/** The clear attributes of an item as read: not to be believed before the body has opened. */
export interface Head {
  readonly n: number;
  readonly clear: Clear;
  readonly parts: number;
}

export interface SealedEntry {
  readonly n: number;
  /** The entry's own item first, then its further parts. */
  readonly items: readonly [Item, ...Item[]];
}

const context = ({ n, clear, parts }: Head): readonly Field[] => [
  n,
  clear.exp,
  clear.ttl,
  clear.bucket,
  clear.shard,
  parts,
  // Last and only where it is: so an entry without it has the context it always had.
  ...(clear.openUntil === undefined ? [] : [clear.openUntil]),
];

const placeOf = (table: string, address: Address, head: Head): Place => ({
  table,
  pk: address.pk,
  sk: address.sk,
  clear: context(head),
  holder: address.holder,
});

export const keysOfParts = (address: Key, head: Pick<Head, "n" | "parts">): readonly Key[] =>
  Array.from({ length: head.parts - 1 }, (_, index) => ({
    pk: address.pk,
    sk: `${PART_MARK}${head.n.toString(36)}#${index + 1}`,
  }));

const numberAttribute = (value: number): AttributeValue => ({ N: String(value) });

const clearItem = ({ n, clear, parts }: Head): Item =>
  defined({
    [ATTRIBUTES.writeNumber]: numberAttribute(n),
    [ATTRIBUTES.end]: clear.exp === undefined ? undefined : numberAttribute(clear.exp),
    [ATTRIBUTES.timeToLive]: clear.ttl === undefined ? undefined : numberAttribute(clear.ttl),
    [ATTRIBUTES.bucket]: clear.bucket === undefined ? undefined : { S: `${clear.bucket}#${clear.shard}` },
    [ATTRIBUTES.openUntil]: clear.openUntil === undefined ? undefined : numberAttribute(clear.openUntil),
    [ATTRIBUTES.parts]: parts === 1 ? undefined : numberAttribute(parts),
  });

/**
 * 53 random bits: no two writes of an item share one, so a stale writer's condition cannot hold by accident, not even
 * after a delete; a writer whose answer got lost recognises its own write; and the number is known before sealing, so
 * that it can be part of the context.
 */
export const newWriteNumber = (random: RandomSource): number => {
  const bytes = Buffer.from(random.bytes(8));
  return Number(bytes.readBigUInt64BE(0) & BigInt(Number.MAX_SAFE_INTEGER));
};

const checkClear = ({ exp, ttl, bucket, shard, openUntil }: Clear): void => {
  const whole = [exp, ttl, shard, openUntil].every(
    (value) => value === undefined || (Number.isSafeInteger(value) && value >= 0),
  );
  if (!whole) throw broken("exp, ttl, shard and until are whole numbers");
  const indexed = bucket !== undefined;
  if (indexed !== (shard !== undefined) || (indexed && exp === undefined)) {
    throw broken("bucket, shard and exp go together");
  }
};

/** Seals an entry under write number `n`. Throws `payload_too_large`. */
export const sealEntry = (options: {
  readonly table: string;
  readonly key: DataKey;
  readonly random: RandomSource;
  readonly address: Address;
  readonly body: JsonValue;
  readonly secrets?: Secrets | undefined;
  readonly clear: Clear;
  readonly n: number;
}): SealedEntry => {
  const { table, key, random, address, clear, n } = options;
  checkClear(clear);
  const plain = encode(address.name, options.body, options.secrets);
  const parts = Math.ceil((plain.length + OVERHEAD) / PART_BYTES);
  if (parts > MAX_PARTS) throw tooLarge("a value and its name are above the limit");
  const head = { n, clear, parts };
  const sealed = seal(key, placeOf(table, address, head), plain, random);
  plain.fill(0);
  const keys = keysOfParts(address, head);
  const part = (at: number): AttributeValue => ({ B: sealed.subarray(at * PART_BYTES, (at + 1) * PART_BYTES) });
  const own: Item = {
    [PARTITION_KEY]: { S: address.pk },
    [SORT_KEY]: { S: address.sk },
    ...clearItem(head),
    [ATTRIBUTES.body]: part(0),
  };
  const further = keys.map(
    (place, index): Item =>
      defined({
        [PARTITION_KEY]: { S: place.pk },
        [SORT_KEY]: { S: place.sk },
        [ATTRIBUTES.body]: part(index + 1),
        // So that DynamoDB removes the parts of an entry along with it.
        [ATTRIBUTES.timeToLive]: clear.ttl === undefined ? undefined : numberAttribute(clear.ttl),
      }),
  );
  return { n, items: [own, ...further] };
};

const readNumber = (item: Item, name: string): number | undefined => {
  const attribute = item[name];
  if (attribute === undefined) return undefined;
  const value = Number(attribute.N);
  if (attribute.N === undefined || !Number.isSafeInteger(value) || value < 0) {
    throw new OpenRefused(`attribute ${name} is malformed`);
  }
  return value;
};

const readEpoch = (item: Item, name: string): EpochSeconds | undefined => {
  const value = readNumber(item, name);
  return value === undefined ? undefined : as<EpochSeconds>(value);
};

const BUCKET_AND_SHARD = /^(.*)#(\d{1,6})$/s;

/** Where an item is in the expiry index; `undefined` where it is nowhere, or what says so is malformed. */
export const bucketOf = (item: Item): { readonly bucket: string; readonly shard: number } | undefined => {
  const text = item[ATTRIBUTES.bucket]?.S;
  const [, bucket, shard] = text === undefined ? [] : (BUCKET_AND_SHARD.exec(text) ?? []);
  return bucket === undefined ? undefined : { bucket, shard: Number(shard) };
};

/** Reads the clear attributes. Throws `OpenRefused` when one is missing or malformed. */
export const headOf = (item: Item): Head => {
  const n = readNumber(item, ATTRIBUTES.writeNumber);
  const parts = readNumber(item, ATTRIBUTES.parts) ?? 1;
  if (n === undefined) throw new OpenRefused("the write number is missing");
  if (parts < 1 || parts > MAX_PARTS) throw new OpenRefused("attribute parts is malformed");
  const exp = readEpoch(item, ATTRIBUTES.end);
  const ttl = readEpoch(item, ATTRIBUTES.timeToLive);
  const openUntil = readNumber(item, ATTRIBUTES.openUntil);
  const due = bucketOf(item);
  if (!due && item[ATTRIBUTES.bucket] !== undefined) throw new OpenRefused("attribute bucket is malformed");
  return { n, parts, clear: { exp, ttl, ...due, openUntil } };
};

/** The sealed bytes an item holds: a whole sealed body, or one part of it. */
export const bytesOf = (item: Item): Uint8Array => {
  const bytes = item[ATTRIBUTES.body]?.B;
  if (bytes === undefined) throw new OpenRefused("the sealed body is missing");
  return bytes;
};

/** Opens an entry from all its sealed bytes. Throws `OpenRefused`. */
export const openEntry = (options: {
  readonly table: string;
  readonly key: DataKey;
  readonly address: Address;
  readonly head: Head;
  readonly sealed: Uint8Array;
}): Entry => {
  const { table, key, address, head, sealed } = options;
  const plain = open(key, placeOf(table, address, head), sealed);
  const { name, body, secrets } = decode(plain);
  plain.fill(0);
  if (address.name !== undefined && name !== undefined && name !== address.name) {
    throw new OpenRefused("the entry bears another name");
  }
  return {
    address: name === undefined ? address : { ...address, name },
    body,
    secrets,
    n: head.n,
    clear: head.clear,
  };
};
