import { beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { as, type EpochSeconds, type MountId } from "../../src/std/brand.ts";
import {
  type Address,
  type Claim,
  type Condition,
  ConditionFailed,
  type DueOptions,
  type Put,
  type Store,
  type Write,
} from "../../src/storage/index.ts";

/**
 * What every store must do, whatever is below it. `make` gives a store on an empty table, and a second one on the same
 * table.
 */

export interface StorageUnderTest {
  readonly store: Store;
  /** Another environment on the same table. */
  another(): Store;
}

const address = (sk: string, pk = "token#contract"): Address => ({ pk, sk, domain: "token" });
const put = (sk: string, body: number, when: Condition = "any"): Put => ({
  op: "put",
  address: address(sk),
  body,
  when,
});

/** The list Vault would give, from plain paths. */
const naiveList = (paths: readonly string[], prefix: string): readonly string[] => {
  const children = new Set<string>();
  for (const path of paths) {
    if (!path.startsWith(prefix) || path === prefix) continue;
    const rest = path.slice(prefix.length);
    const slash = rest.indexOf("/");
    children.add(slash < 0 ? rest : rest.slice(0, slash + 1));
  }
  return [...children].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
};

const kilobytes = (count: number): string => "x".repeat(count * 1024);

export const storageContract = (name: string, make: () => Promise<StorageUnderTest>): void => {
  describe(`storage contract: ${name}`, () => {
    let store: Store;
    let another: () => Store;

    beforeAll(async () => {
      ({ store, another } = await make());
    });

    /** The write that lost, by its place in the list, found by identity. */
    const outcome = async (writes: readonly Write[]): Promise<"written" | number> => {
      try {
        await store.write(writes);
        return "written";
      } catch (error) {
        if (error instanceof ConditionFailed) return writes.indexOf(error.write);
        throw error;
      }
    };

    const numberOf = async (sk: string): Promise<number> => (await store.get([address(sk)]))[0]?.n ?? Number.NaN;

    describe("reading", () => {
      it("answers in the order of the question, absent entries included", async () => {
        await store.write([put("order-1", 1), put("order-2", 2)]);

        const entries = await store.get([address("order-2"), address("nothing"), address("order-1")]);

        expect(entries.map((entry) => entry?.body)).toEqual([2, undefined, 1]);
      });

      it("answers the same address asked twice", async () => {
        await store.write([put("twice", 1)]);
        expect((await store.get([address("twice"), address("twice")])).map((entry) => entry?.body)).toEqual([1, 1]);
      });

      it("gives back the clear attributes and the name", async () => {
        const clear = {
          exp: as<EpochSeconds>(1_800_000_000),
          ttl: as<EpochSeconds>(1_800_003_600),
          bucket: "202701150800",
          shard: 3,
        };
        const named = { ...address("clear"), name: "a/true name" };
        await store.write([{ op: "put", address: named, body: null, clear, when: "any" }]);

        const [entry] = await store.get([address("clear")]);

        expect(entry?.clear).toEqual(clear);
        expect(entry?.address.name).toBe("a/true name");
      });

      it("reads in another environment what was written in this one", async () => {
        await store.write([put("shared", 5)]);
        expect((await another().get([address("shared")]))[0]?.body).toBe(5);
      });
    });

    describe("conditions", () => {
      it.each<[string, number | undefined, Condition | "n" | "stale", "written" | 0]>([
        ["any on nothing", undefined, "any", "written"],
        ["any on something", 1, "any", "written"],
        ["absent on nothing", undefined, "absent", "written"],
        ["absent on something", 1, "absent", 0],
        ["present on nothing", undefined, "present", 0],
        ["present on something", 1, "present", "written"],
        ["the write number on something", 1, "n", "written"],
        ["a stale write number on something", 1, "stale", 0],
        ["a write number on nothing", undefined, "stale", 0],
      ])("put: %s", async (title, before, condition, expected) => {
        const sk = `put-${title.replaceAll(" ", "-")}`;
        if (before !== undefined) await store.write([put(sk, before)]);
        const when = condition === "n" ? { n: await numberOf(sk) } : condition === "stale" ? { n: 12345 } : condition;

        expect(await outcome([put(sk, 2, when)])).toBe(expected);
        expect((await store.get([address(sk)]))[0]?.body).toBe(expected === "written" ? 2 : before);
      });

      it.each<[string, number | undefined, Condition, "written" | 0]>([
        ["any on nothing", undefined, "any", "written"],
        ["any on something", 1, "any", "written"],
        ["present on nothing", undefined, "present", 0],
        ["present on something", 1, "present", "written"],
        ["a stale write number", 1, { n: 5 }, 0],
      ])("delete: %s", async (title, before, when, expected) => {
        const sk = `delete-${title.replaceAll(" ", "-")}`;
        if (before !== undefined) await store.write([put(sk, before)]);

        expect(await outcome([{ op: "delete", address: address(sk), when }])).toBe(expected);
        expect((await store.get([address(sk)]))[0]?.body).toBe(expected === "written" ? undefined : before);
      });

      it("check: holds or fails alone", async () => {
        await store.write([put("check", 1)]);
        const check = (when: Exclude<Condition, "any">): Write => ({
          op: "check",
          address: address("check"),
          when,
        });

        expect(await outcome([check("present")])).toBe("written");
        expect(await outcome([check({ n: await numberOf("check") })])).toBe("written");
        expect(await outcome([check("absent")])).toBe(0);
      });

      it("writes all or nothing, and names the first condition that failed", async () => {
        await store.write([put("all-2", 1)]);

        const result = await outcome([put("all-1", 9), put("all-2", 9, "absent"), put("all-3", 9, "present")]);

        expect(result).toBe(1);
        expect((await store.get([address("all-1"), address("all-2")])).map((entry) => entry?.body)).toEqual([
          undefined,
          1,
        ]);
      });

      it("changes the write number with every write, unconditional ones too", async () => {
        const seen = new Set<number>();
        for (let round = 0; round < 4; round += 1) {
          await store.write([put("counter", round)]);
          seen.add(await numberOf("counter"));
        }
        expect(seen.size).toBe(4);
      });

      it("does not let a stale writer match after delete and re-creation", async () => {
        await store.write([put("reborn", 1)]);
        const stale = await numberOf("reborn");
        await store.write([{ op: "delete", address: address("reborn"), when: "present" }]);
        await store.write([put("reborn", 1, "absent")]);

        expect(await outcome([put("reborn", 2, { n: stale })])).toBe(0);
      });

      it("lets exactly one of many creators win (F13)", async () => {
        const results = await Promise.all(
          Array.from({ length: 40 }, (_, index) => outcome([put("race", index, "absent")])),
        );
        expect(results.filter((result) => result === "written")).toHaveLength(1);
      });

      it("loses no increment among concurrent writers (F14)", async () => {
        await store.write([put("sum", 0)]);
        const increment = async (): Promise<void> => {
          for (;;) {
            const [entry] = await store.get([address("sum")]);
            const next = Number(entry?.body) + 1;
            if ((await outcome([put("sum", next, { n: entry?.n ?? 0 })])) === "written") return;
          }
        };

        await Promise.all(Array.from({ length: 12 }, increment));

        expect((await store.get([address("sum")]))[0]?.body).toBe(12);
      });

      it("is atomic among concurrent transactions that overlap", async () => {
        const results = await Promise.all(
          Array.from({ length: 10 }, (_, index) =>
            outcome([put("left", index, "absent"), put("right", index, "absent")]),
          ),
        );
        const [left, right] = await store.get([address("left"), address("right")]);
        expect(results.filter((result) => result === "written")).toHaveLength(1);
        expect(left?.body).toBe(right?.body);
      });
    });

    describe("claim", () => {
      const OPEN_UNTIL = 1_800_000_005_000;
      const claim = (sk: string, body: number, at: number, openUntil = OPEN_UNTIL): Claim => ({
        op: "claim",
        address: address(sk),
        body,
        clear: { exp: as<EpochSeconds>(1_800_000_900), ttl: as<EpochSeconds>(1_800_000_960), openUntil },
        at,
      });
      const entry = async (sk: string) => (await store.get([address(sk)]))[0];

      it("puts an entry where there is none", async () => {
        expect(await outcome([claim("claim-new", 1, 5)])).toBe("written");
        expect(await entry("claim-new")).toMatchObject({
          body: 1,
          clear: { openUntil: OPEN_UNTIL, exp: 1_800_000_900 },
        });
      });

      it("holds while the entry is open, to the millisecond, and leaves it as it is", async () => {
        await store.write([claim("claim-open", 1, 5)]);
        const before = await entry("claim-open");

        expect(await outcome([claim("claim-open", 2, OPEN_UNTIL - 1, OPEN_UNTIL + 60_000)])).toBe("written");
        expect(await entry("claim-open")).toEqual(before);
        expect(await outcome([claim("claim-open", 3, OPEN_UNTIL, OPEN_UNTIL + 60_000)])).toBe(0);
        expect(await entry("claim-open")).toEqual(before);
      });

      it("never holds where somebody put an entry that is not open", async () => {
        await store.write([put("claim-put", 7)]);

        expect(await outcome([claim("claim-put", 1, 5)])).toBe(0);
        expect((await entry("claim-put"))?.body).toBe(7);
      });

      it("keeps a strict writer out as any entry does, open or not", async () => {
        await store.write([claim("claim-strict", 1, 5)]);
        expect(await outcome([put("claim-strict", 2, "absent")])).toBe(0);
      });

      it("succeeds or fails with its transaction, first or later, and loses by name", async () => {
        await store.write([claim("claim-tx", 1, 5)]);

        expect(await outcome([put("claim-tx-other", 1), claim("claim-tx", 2, OPEN_UNTIL)])).toBe(1);
        expect(await entry("claim-tx-other")).toBeUndefined();
        expect(await outcome([claim("claim-tx-new", 1, 5), put("claim-tx", 1, "absent")])).toBe(1);
        expect(await entry("claim-tx-new")).toBeUndefined();
        expect(await outcome([claim("claim-tx", 2, 6), put("claim-tx-other", 1)])).toBe("written");
        expect((await entry("claim-tx-other"))?.body).toBe(1);
      });

      it("lets everybody in who comes at once, and keeps the entry of one", async () => {
        const results = await Promise.all(
          Array.from({ length: 50 }, (_, index) =>
            outcome([claim("claim-crowd", index, 5), put(`claim-crowd-${index}`, index)]),
          ),
        );

        expect(new Set(results)).toEqual(new Set(["written"]));
        expect(await outcome([claim("claim-crowd", 99, OPEN_UNTIL)])).toBe(0);
        expect(Number((await entry("claim-crowd"))?.body)).toBeLessThan(50);
      });

      it("refuses what does not fit one item", async () => {
        const large: Claim = { ...claim("claim-large", 1, 5), body: kilobytes(400) };
        await expect(store.write([large])).rejects.toMatchObject({ code: "internal" });
      });
    });

    describe("take", () => {
      it("gives the entry to exactly one of many callers (I4)", async () => {
        await store.write([put("once", 7)]);

        const taken = await Promise.all(Array.from({ length: 30 }, () => store.take(address("once"))));

        expect(taken.filter((entry) => entry !== undefined).map(({ body }) => body)).toEqual([7]);
        expect(await store.get([address("once")])).toEqual([undefined]);
      });

      it("answers nothing for nothing", async () => {
        expect(await store.take(address("never"))).toBeUndefined();
      });

      it("gives a spread entry whole, to exactly one", async () => {
        await store.write([{ op: "put", address: address("once-large"), body: kilobytes(800), when: "any" }]);

        const taken = await Promise.all(Array.from({ length: 5 }, () => store.take(address("once-large"))));

        expect(taken.filter((entry) => entry !== undefined).map(({ body }) => body)).toEqual([kilobytes(800)]);
        expect(await store.get([address("once-large")])).toEqual([undefined]);
      });
    });

    describe("ranges", () => {
      const page = async (options = {}) => store.query("token#range", "token", options);

      beforeAll(async () => {
        const writes = ["a#1", "a#2", "a#3", "b#1", "b#2"].map(
          (sk): Write => ({ op: "put", address: address(sk, "token#range"), body: sk, when: "any" }),
        );
        await store.write(writes);
        await store.write([
          { op: "put", address: address("c#1", "token#range"), body: { large: kilobytes(400) }, when: "any" },
        ]);
      });

      it("come in order of sort keys, without the parts of spread entries", async () => {
        const { items } = await page();
        expect(items.map((entry) => entry.address.sk)).toEqual(["a#1", "a#2", "a#3", "b#1", "b#2", "c#1"]);
      });

      it("open spread entries", async () => {
        const { items } = await page({ prefix: "c#" });
        expect(items.map((entry) => entry.body)).toEqual([{ large: kilobytes(400) }]);
      });

      it("keep to a prefix, backwards too", async () => {
        const { items } = await page({ prefix: "a#", descending: true });
        expect(items.map((entry) => entry.body)).toEqual(["a#3", "a#2", "a#1"]);
      });

      it("continue after a page", async () => {
        const first = await page({ limit: 4 });
        const second = await page({ limit: 4, ...(first.next === undefined ? {} : { after: first.next }) });

        expect([...first.items, ...second.items].map((entry) => entry.address.sk)).toEqual([
          "a#1",
          "a#2",
          "a#3",
          "b#1",
          "b#2",
          "c#1",
        ]);
        expect(second.next).toBeUndefined();
      });

      it("find all that is due in one look, while that is little", async () => {
        const put = (sk: string, exp: number, shard: number): Write => ({
          op: "put",
          address: { pk: `lease#all-${sk}`, sk, domain: "lease" },
          body: sk,
          clear: { exp: as<EpochSeconds>(exp), bucket: "202601010000", shard },
          when: "any",
        });
        await store.write([put("a", 30, 1), put("b", 10, 15)]);
        const all = async (most: number) =>
          (await store.allDue(most))
            ?.filter(({ address }) => address.pk.startsWith("lease#all-"))
            .map(({ address, exp, shard }) => [address.sk, exp, shard])
            .sort();

        expect(await all(1000)).toEqual([
          ["a", 30, 1],
          ["b", 10, 15],
        ]);
        expect(await all(1)).toBeUndefined();
      });

      it("find what is due in a bucket and shard, soonest first, and nothing else", async () => {
        const due = (sk: string, exp: number, shard: number, bucket = "202601010000"): Write => ({
          op: "put",
          address: { pk: `lease#${sk}`, sk: "l", domain: "lease" },
          body: {},
          clear: { exp: as<EpochSeconds>(exp), bucket, shard },
          when: "any",
        });
        await store.write([due("b", 20, 1), due("a", 10, 1), due("c", 10, 2), due("d", 10, 1, "202601010001")]);

        const found = (sk: string, exp: number) => ({ address: { pk: `lease#${sk}`, sk: "l", domain: "lease" }, exp });
        const ask = (until: number, options: Partial<DueOptions> = {}) =>
          store.due("202601010000", 1, { until: as<EpochSeconds>(until), limit: 10, ...options });
        expect((await ask(20)).items).toEqual([found("a", 10), found("b", 20)]);
        expect((await ask(20, { latestFirst: true })).items).toEqual([found("b", 20), found("a", 10)]);
        expect((await ask(19)).items).toEqual([found("a", 10)]);
        const first = await ask(20, { limit: 1 });
        expect(first.items).toEqual([found("a", 10)]);
        expect((await ask(20, { after: first.next })).items).toEqual([found("b", 20)]);
      });

      it("discard many at once, those that are not there too, and nothing else", async () => {
        const keys = Array.from({ length: 60 }, (_, index) => address(`one-${index}`, "token#discard"));
        for (const key of keys.slice(5)) await store.write([{ op: "put", address: key, body: 1, when: "any" }]);
        await store.write([{ op: "put", address: address("other", "token#discard"), body: 2, when: "any" }]);
        await store.discard(keys);
        expect((await store.query("token#discard", "token")).items.map(({ body }) => body)).toEqual([2]);
      });

      it("wipe a partition, parts of spread entries included", async () => {
        await store.write([
          { op: "put", address: address("one", "cubby#w"), body: kilobytes(500), when: "any" },
          { op: "put", address: address("two", "cubby#w"), body: 1, when: "any" },
        ]);
        await store.wipe("cubby#w");
        expect((await store.query("cubby#w", "token")).items).toEqual([]);
      });
    });

    describe("all", () => {
      const inAll = (run: string) => ({ pk: `token#all-${run}`, domain: "token" as const });

      it("gives each entry once, in order, whatever the pages", async () => {
        const keys = fc.uniqueArray(fc.stringMatching(/^[a-d]{1,4}$/), { maxLength: 25 });
        let run = 0;
        await fc.assert(
          fc.asyncProperty(keys, fc.integer({ min: 1, max: 30 }), async (sks, page) => {
            run += 1;
            const partition = inAll(`${run}`);
            if (sks.length > 0)
              await store.write(
                sks.map((sk) => put(sk, 1)).map((one) => ({ ...one, address: { ...partition, sk: one.address.sk } })),
              );
            const seen: string[] = [];
            for await (const { address: at } of store.all(partition, { page })) seen.push(at.sk);
            expect(seen).toEqual([...sks].sort());
            const below: string[] = [];
            for await (const { address: at } of store.all(partition, { page, prefix: "a", after: "ab" }))
              below.push(at.sk);
            expect(below).toEqual(sks.filter((sk) => sk.startsWith("a") && sk > "ab").sort());
          }),
          { numRuns: 25 },
        );
      });

      it("goes on behind what is deleted on the way", async () => {
        const partition = inAll("drain");
        const entries = ["1", "2", "3", "4", "5"].map((sk) => ({ ...partition, sk }));
        await store.write(entries.map((at) => ({ op: "put" as const, address: at, body: 1, when: "any" as const })));
        for await (const entry of store.all(partition, { page: 2 })) {
          await store.write([{ op: "delete", address: entry.address, when: "any" }]);
        }
        expect((await store.query(partition.pk, "token")).items).toEqual([]);
      });

      it("gives the sort keys of a partition in pages", async () => {
        const partition = inAll("keys");
        await store.write(
          ["b", "a"].map((sk) => ({
            op: "put" as const,
            address: { ...partition, sk },
            body: 1,
            when: "any" as const,
          })),
        );
        const found: string[] = [];
        for await (const keys of store.sortKeys(partition.pk)) found.push(...keys);
        expect(found).toEqual(["a", "b"]);
      });
    });

    describe("spread entries", () => {
      const large = (sk: string, size: number, when: Condition = "any"): Put => ({
        op: "put",
        address: address(sk),
        body: "y".repeat(size),
        when,
      });
      const sizeOf = async (sk: string): Promise<number> => String((await store.get([address(sk)]))[0]?.body).length;

      it.each([349, 350, 351, 699, 700, 701, 1023])("keep a body of %i KiB", async (size) => {
        await store.write([large(`size-${size}`, size * 1024)]);
        expect(await sizeOf(`size-${size}`)).toBe(size * 1024);
      });

      it("keep a body of exactly 1 MiB as JSON, and refuse one byte more (F08)", async () => {
        await store.write([large("most", 1024 * 1024 - 2)]);
        expect(await sizeOf("most")).toBe(1024 * 1024 - 2);
        await expect(store.write([large("most", 1024 * 1024 - 1)])).rejects.toMatchObject({
          code: "payload_too_large",
        });
      });

      it("grow and shrink under every condition", async () => {
        await store.write([large("resize", 10)]);
        for (const size of [800_000, 500_000, 20, 900_000, 900_001, 5]) {
          await store.write([large("resize", size, { n: await numberOf("resize") })]);
          expect(await sizeOf("resize")).toBe(size);
        }
        expect(await outcome([large("resize", 1, "absent")])).toBe(0);
      });

      it("do not lose a race they should win, nor win one they should lose", async () => {
        await store.write([large("large-race", 600_000)]);
        const n = await numberOf("large-race");
        const results = await Promise.all([1, 2, 3, 4].map((size) => outcome([large("large-race", size, { n })])));
        expect(results.filter((result) => result === "written")).toHaveLength(1);
      });

      it("never show a mixture of two writes", async () => {
        const letters = ["a", "b", "c"];
        const write = async (letter: string): Promise<void> => {
          for (let round = 0; round < 3; round += 1) {
            const size = round === 1 ? 100 : 700_000;
            await store.write([{ op: "put", address: address("mixed"), body: letter.repeat(size), when: "any" }]);
          }
        };
        await write("a");
        const seen: string[] = [];
        const read = async (): Promise<void> => {
          for (let round = 0; round < 6; round += 1) seen.push(String((await store.get([address("mixed")]))[0]?.body));
        };

        await Promise.all([...letters.map(write), read()]);

        for (const body of seen) expect(new Set(body).size).toBe(1);
        expect(seen).toHaveLength(6);
      });
    });

    describe("views", () => {
      const mountOf = (id: string): MountId => as<MountId>(`kv:${id}`);
      const segment = fc.constantFrom("a", "b", "ab", "é", "\u{1f600}", "\uffff", "A", "-", ".");
      const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("/"));

      it("list as a naive model lists, in byte order", async () => {
        let run = 0;
        await fc.assert(
          fc.asyncProperty(fc.uniqueArray(path, { maxLength: 12 }), async (paths) => {
            run += 1;
            const view = await store.view(mountOf(`model-${run}`));
            if (paths.length > 0) {
              await view.write(
                paths.map((one): Write => ({ op: "put", address: view.listing(one), body: null, when: "absent" })),
              );
            }
            for (const prefix of ["", "a/", "a/b/", "\u{1f600}/"]) {
              expect(await view.list(prefix, "listing")).toEqual(naiveList(paths, prefix));
            }
          }),
          { numRuns: 8 },
        );
      });

      it("list every one of many children once (F11)", async () => {
        const view = await store.view(mountOf("many"));
        const paths = Array.from({ length: 200 }, (_, index) => (index % 3 === 0 ? `f${index}/x` : `k${index}`));
        for (let at = 0; at < paths.length; at += 100) {
          const slice = paths.slice(at, at + 100);
          await view.write(slice.map((one): Write => ({ op: "put", address: view.at(one), body: 1, when: "absent" })));
        }
        expect(await view.list("")).toEqual(naiveList(paths, ""));
      });

      it("keep two mounts apart", async () => {
        const [one, two] = [await store.view(mountOf("one")), await store.view(mountOf("two"))];
        await one.write([{ op: "put", address: one.at("role/x"), body: 1, when: "any" }]);

        expect(await two.get(two.at("role/x"))).toBeUndefined();
        expect(await two.list("")).toEqual([]);
        expect(two.tag("x")).not.toBe(one.tag("x"));
      });

      it("keep the items of a record together and in order", async () => {
        const view = await store.view(mountOf("record"));
        await view.write(
          ["v#0002", "m", "v#0001"].map(
            (item): Write => ({ op: "put", address: view.record("a/b", item), body: item, when: "absent" }),
          ),
        );

        const { items } = await view.items("a/b", { prefix: "v#" });

        expect(items.map((entry) => entry.body)).toEqual(["v#0001", "v#0002"]);
        expect((await view.items("a/c")).items).toEqual([]);
      });
    });
  });
};
