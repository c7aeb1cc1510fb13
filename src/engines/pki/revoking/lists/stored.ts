import { z } from "zod";
import type { BackendContext } from "../../../../framework/index.ts";
import { uuid } from "../../../../std/random.ts";
import type { Address, View } from "../../../../storage/store.ts";

/**
 * Where lists are kept. One head says which lists there are; the DER of each is kept in parts, under a name that
 * is used once, because a list of 100,000 does not fit into an entry. The head is swapped under the condition that it is
 * as it was read: from then on everybody reads the new list, and nobody half of it.
 */

const StoredList = z.object({
  /** Names its parts. */
  version: z.string(),
  parts: z.int(),
  entries: z.int(),
  number: z.int(),
  /** Epoch milliseconds. */
  thisUpdate: z.int(),
  nextUpdate: z.int(),
  /** What `Last-Modified` goes by, epoch seconds: `Head` says why it is not `thisUpdate`. */
  modified: z.int(),
});
export type StoredList = z.output<typeof StoredList>;

/** The lists of issuers with the same key and name, which are one issuer to whoever checks a certificate. */
const IssuerLists = z.object({
  issuers: z.array(z.string()),
  /** The last number that a list of either kind had; 0: none. Never taken back, so that numbers only grow. */
  number: z.int(),
  /** `null`: none yet. */
  complete: StoredList.nullable(),
  delta: StoredList.nullable(),
});
export type IssuerLists = z.output<typeof IssuerLists>;

export const Head = z.object({
  /** The generation of issuers for which the lists are right. */
  generation: z.string(),
  /** What of the issuers goes into lists, hashed: another generation with the same shape needs no new lists. */
  shape: z.string(),
  /** By key and name of the issuers, hashed. */
  lists: z.record(z.string(), IssuerLists),
  /**
   * The latest `modified` of any list that there was, epoch seconds. It grows with every build, so that two lists of one
   * second, or by clocks that are apart, are never taken for the same one by whoever asks for changes since a time.
   */
  modified: z.int(),
  /** When the changes since the complete lists were last looked at, epoch milliseconds. */
  deltaLooked: z.int(),
});
export type Head = z.output<typeof Head>;

export const headAddress = (view: View): Address => view.at("crl/head");
const partAddress = (view: View, version: string, part: number): Address => view.at(`crl/part/${version}/${part}`);
/** Where the parts of all versions are. */
const PARTS = "crl/part/";

/** Base64 of a part has to fit into an entry of 1 MiB. */
const PART_BYTES = 700_000;

const Part = z.object({ der: z.string(), written: z.int() });

const kept = ({ cache }: BackendContext) => cache<Buffer>("pki.lists", { maxAgeMs: 15 * 60_000, most: 6 });

/** Writes a list under a new name. Nobody reads it before a head names it. */
export const writeParts = async (
  cx: BackendContext,
  der: Buffer,
): Promise<{ readonly version: string; readonly parts: number }> => {
  const { storage, clock, random } = cx;
  const version = uuid(random);
  const parts = Math.ceil(der.length / PART_BYTES);
  const write = (part: number): Promise<void> => {
    const bytes = der.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
    const body = { der: bytes.toString("base64"), written: clock.now() };
    return storage.write([{ op: "put", address: partAddress(storage, version, part), body, when: "any" }]);
  };
  await Promise.all(Array.from({ length: parts }, (_, part) => write(part)));
  kept(cx).set(version, der);
  return { version, parts };
};

/** The DER of a list; `undefined` when it was replaced since the head was read. */
export const readParts = async (cx: BackendContext, { version, parts }: StoredList): Promise<Buffer | undefined> => {
  const known = kept(cx).get(version);
  if (known) return known;
  const { storage } = cx;
  const addresses = Array.from({ length: parts }, (_, part) => partAddress(storage, version, part));
  const entries = await storage.getMany(addresses);
  if (entries.includes(undefined)) return undefined;
  const der = Buffer.concat(entries.map((entry) => Buffer.from(Part.parse(entry?.body).der, "base64")));
  kept(cx).set(version, der);
  return der;
};

/** Most members of one transaction. */
const AT_ONCE = 100;

/** Removes lists that no head names, and what besides is over. What a crash leaves behind is found by `sweepParts`. */
export const removeLists = async (
  { storage }: BackendContext,
  lists: readonly Pick<StoredList, "version" | "parts">[],
  besides: readonly Address[] = [],
): Promise<void> => {
  const parts = lists.flatMap(({ version, parts: count }) =>
    Array.from({ length: count }, (_, part) => partAddress(storage, version, part)),
  );
  const all = [...besides, ...parts];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const some = all.slice(at, at + AT_ONCE);
    await storage.write(some.map((address) => ({ op: "delete", address, when: "any" })));
  }
};

/** Longer than any build: parts that no head names by then are of one that was killed. */
const LEFT_BEHIND_MS = 60 * 60_000;

/** Removes the parts of builds that were killed. Reads one part of each list there is. */
export const sweepParts = async (cx: BackendContext, head: Head): Promise<void> => {
  const { storage, clock } = cx;
  const named = new Set(
    Object.values(head.lists).flatMap(({ complete, delta }) => [complete?.version, delta?.version]),
  );
  for (const folder of await storage.list(PARTS)) {
    if (named.has(folder.replace(/\/$/, ""))) continue;
    // Any of them: parts are written side by side.
    const parts = (await storage.list(`${PARTS}${folder}`)).map((part) => storage.at(`${PARTS}${folder}${part}`));
    const [first] = await storage.getMany(parts.slice(0, 1));
    if (!first || clock.now() - Part.parse(first.body).written < LEFT_BEHIND_MS) continue;
    await removeLists(cx, [], parts);
  }
};
