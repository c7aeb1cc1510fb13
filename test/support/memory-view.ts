import { VaultError } from "../../src/framework/index.ts";
import { as, type MountId } from "../../src/std/brand.ts";
import { parseJson, writeJson } from "../../src/std/json.ts";
import {
  type Address,
  type Clear,
  type Condition,
  ConditionFailed,
  type Entry,
  type Secrets,
  type View,
  type Write,
} from "../../src/storage/store.ts";

/**
 * A view over a map, for unit tests of backends. It keeps the contract of views (`test/contract/view.ts`), which the
 * product's own keeps too; its names are in the clear, and every call is recorded.
 */
export interface MemoryView extends View {
  /** Calls to the table: one for each read, query or write, with the number of its members. */
  readonly calls: { readonly kind: "get" | "query" | "write"; readonly members: number }[];
  /** `<pk> <sk>` of everything stored, sorted. */
  keys(): readonly string[];
  /** Awaited before every call takes effect: where a test lets others in. */
  pause: () => Promise<void>;
}

interface Item {
  readonly address: Address;
  readonly text: string;
  readonly secrets: Secrets | undefined;
  readonly n: number;
  readonly clear: Clear;
}

const MAX_BODY_BYTES = 1024 * 1024;

const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const holds = (when: Condition, item: Item | undefined): boolean => {
  if (when === "any") return true;
  if (when === "absent") return item === undefined;
  if (when === "present") return item !== undefined;
  return item?.n === when.n;
};

export const createMemoryView = (mount: MountId = as<MountId>("kv:test")): MemoryView => {
  const items = new Map<string, Item>();
  const calls: MemoryView["calls"] = [];
  let counter = 0;

  const keyOf = ({ pk, sk }: Address): string => `${pk} ${sk}`;
  const address = (pk: string, sk: string, name = sk): Address => ({ pk, sk, domain: mount, name });
  const own = (one: Address): Address => {
    const places = [`data#${mount}`, `list#${mount}`];
    if (one.domain === mount && (places.includes(one.pk) || one.pk.startsWith(`rec#${mount}#`))) return one;
    throw new VaultError("internal", { reason: "a backend reached outside its view" });
  };
  const open = (item: Item | undefined): Entry | undefined =>
    item && {
      address: item.address,
      body: parseJson(item.text),
      secrets: item.secrets,
      n: item.n,
      clear: item.clear,
    };

  const put = (write: Extract<Write, { op: "put" | "claim" }>): Item => {
    const text = writeJson(write.body);
    if (Buffer.byteLength(text) > MAX_BODY_BYTES) throw new VaultError("payload_too_large");
    counter += 1;
    return {
      address: write.address,
      text,
      secrets: write.op === "put" ? write.secrets : undefined,
      n: counter,
      clear: write.clear ?? {},
    };
  };

  const view: MemoryView = {
    mount,
    calls,
    pause: async () => undefined,
    keys: () => [...items.keys()].sort(bytes),
    at: (key) => address(`data#${mount}`, key),
    record: (path, item) => address(`rec#${mount}#${path}`, item, path),
    listing: (path) => address(`list#${mount}`, path),
    get: async (wanted) => (await view.getMany([wanted]))[0],
    getMany: async (wanted) => {
      calls.push({ kind: "get", members: wanted.length });
      await view.pause();
      wanted.forEach(own);
      return wanted.map((one) => open(items.get(keyOf(one))));
    },
    write: async (writes) => {
      calls.push({ kind: "write", members: writes.length });
      await view.pause();
      for (const one of writes) own(one.address);
      if (writes.length > 100 || new Set(writes.map((one) => keyOf(one.address))).size < writes.length) {
        throw new Error("a transaction holds at most 100 writes, each to another item");
      }
      const lost = writes.find((one) => {
        const item = items.get(keyOf(one.address));
        return one.op === "claim" ? item && (item.clear.openUntil ?? 0) <= one.at : !holds(one.when, item);
      });
      if (lost) throw new ConditionFailed(lost);
      const made = writes.map((one) => {
        const kept = one.op === "claim" ? items.get(keyOf(one.address)) : undefined;
        return kept ?? ("body" in one ? put(one) : undefined);
      });
      for (const [index, one] of writes.entries()) {
        const item = made[index];
        if (item) items.set(keyOf(one.address), item);
        else if (one.op === "delete") items.delete(keyOf(one.address));
      }
    },
    take: async (wanted) => {
      calls.push({ kind: "write", members: 1 });
      await view.pause();
      const item = items.get(keyOf(own(wanted)));
      items.delete(keyOf(wanted));
      return open(item);
    },
    items: async (path, options = {}) => {
      calls.push({ kind: "query", members: 1 });
      await view.pause();
      const { prefix = "", after, limit = 1000, descending = false } = options;
      const pk = view.record(path, "").pk;
      const rows = [...items.values()]
        .filter((item) => item.address.pk === pk && item.address.sk.startsWith(prefix))
        .sort((a, b) => bytes(a.address.sk, b.address.sk) * (descending ? -1 : 1))
        .filter((item) => after === undefined || bytes(item.address.sk, after) * (descending ? -1 : 1) > 0);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const found = page.flatMap((item) => open(item) ?? []);
      return { items: found, ...(rows.length > limit && last ? { next: last.address.sk } : {}) };
    },
    list: async (prefix, from = "data") => {
      calls.push({ kind: "query", members: 1 });
      await view.pause();
      if (prefix !== "" && !prefix.endsWith("/")) throw new Error("a list prefix ends in /");
      const pk = from === "data" ? view.at("").pk : view.listing("").pk;
      const names = [...items.values()]
        .filter((item) => item.address.pk === pk && item.address.sk.startsWith(prefix))
        .map((item) => item.address.sk.slice(prefix.length))
        .map((rest) => (rest.includes("/") ? rest.slice(0, rest.indexOf("/") + 1) : rest));
      return [...new Set(names)].filter((name) => name !== "").sort(bytes);
    },
    walk: async (prefix, { after, limit, enter }) => {
      calls.push({ kind: "query", members: 1 });
      await view.pause();
      const names = [...items.values()]
        .filter(({ address: { pk, sk } }) => pk === view.listing("").pk && sk.startsWith(prefix))
        .map(({ address: { sk } }) => sk.slice(prefix.length))
        .sort(bytes)
        .filter((name) => after === undefined || bytes(name, after) > 0);
      const found: string[] = [];
      for (const name of names) {
        const folders = [...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index + 1));
        const open = await Promise.all(folders.map(enter));
        if (open.every(Boolean)) found.push(name);
      }
      return { names: found.slice(0, limit), more: found.length > limit };
    },
    tag: (name) => `tag-${name}`,
  };
  return view;
};
