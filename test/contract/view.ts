import { beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { as, type MountId } from "../../src/std/brand.ts";
import { Sensitive } from "../../src/std/sensitive.ts";
import { type Address, ConditionFailed, type Entry, type View, type Write } from "../../src/storage/store.ts";

/**
 * What a backend may count on of its view, whatever is below it. `make` gives a view of a mount on an empty table. The
 * view of the product and the one in memory that unit tests of backends run on both keep it.
 */

const put = (address: Address, body: Entry["body"] = 1, when: "any" | "absent" | "present" = "any"): Write => ({
  op: "put",
  address,
  body,
  when,
});
const bodies = (entries: readonly (Entry | undefined)[]): readonly unknown[] =>
  entries.map((entry) => (entry ? JSON.parse(JSON.stringify(entry.body)) : undefined));

const naiveList = (paths: readonly string[], prefix: string): readonly string[] =>
  [
    ...new Set(
      paths
        .filter((path) => path.startsWith(prefix) && path !== prefix)
        .map((path) => path.slice(prefix.length).replace(/\/.*$/, "/")),
    ),
  ].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

export const viewContract = (name: string, make: (mount: MountId) => Promise<View>): void => {
  describe(`view contract: ${name}`, () => {
    let view: View;
    beforeEach(async () => {
      view = await make(as<MountId>("kv:contract"));
    });

    const outcome = async (writes: readonly Write[]): Promise<"written" | number> => {
      try {
        await view.write(writes);
        return "written";
      } catch (error) {
        if (error instanceof ConditionFailed) return writes.indexOf(error.write);
        throw error;
      }
    };

    it("reads back in the order of the question, under the name it was given", async () => {
      await view.write([put(view.at("role/a"), { x: "a" }), put(view.at("role/b"), ["b", null, true])]);

      const asked = [view.at("role/b"), view.at("nothing"), view.at("role/a")];
      const found = await view.getMany(asked);
      expect(bodies(found)).toEqual([["b", null, true], undefined, { x: "a" }]);
      expect(found[0]?.address.name).toBe("role/b");
      expect(bodies([await view.get(view.at("role/a"))])).toEqual([{ x: "a" }]);
    });

    it("shares nothing with who wrote", async () => {
      const body = { list: ["a"] };
      await view.write([put(view.at("a"), body)]);
      body.list.push("b");
      expect(bodies([await view.get(view.at("a"))])).toEqual([{ list: ["a"] }]);
    });

    it("holds writes to their conditions, all or nothing, and names the one that failed", async () => {
      const address = view.at("a");
      expect(await outcome([put(address, 1, "present")])).toBe(0);
      expect(await outcome([put(address, 1, "absent")])).toBe("written");
      expect(await outcome([put(view.at("b"), 1), put(address, 2, "absent")])).toBe(1);
      expect(await view.get(view.at("b"))).toBeUndefined();

      const seen = (await view.get(address))?.n ?? 0;
      const over: Write = { op: "put", address, body: 2, when: { n: seen } };
      expect(await outcome([over])).toBe("written");
      expect(await outcome([over])).toBe(0);
      expect((await view.get(address))?.n).not.toBe(seen);

      expect(await outcome([{ op: "check", address, when: "absent" }, put(view.at("b"), 1)])).toBe(0);
      expect(await outcome([{ op: "delete", address, when: "present" }])).toBe("written");
      expect(await outcome([{ op: "delete", address, when: "any" }])).toBe("written");
      expect(await outcome([{ op: "delete", address, when: "present" }])).toBe(0);
    });

    it("claims once until the claim opens", async () => {
      const claim = (at: number, openUntil: number): Write => ({
        op: "claim",
        address: view.at("a"),
        body: at,
        clear: { openUntil },
        at,
      });
      expect(await outcome([claim(1, 10)])).toBe("written");
      expect(await outcome([claim(5, 99)])).toBe("written");
      expect(await outcome([claim(10, 99)])).toBe(0);
      expect(Number((await view.get(view.at("a")))?.body)).toBe(1);
    });

    it("keeps clear attributes and secret bytes with the write that brought them", async () => {
      const address = view.at("a");
      const exp = as<NonNullable<Entry["clear"]["exp"]>>(1_800_000_000);
      const secrets = { key: new Sensitive(new Uint8Array([0, 255])) };
      await view.write([{ op: "put", address, body: null, clear: { exp }, secrets, when: "any" }]);
      const entry = await view.get(address);
      expect(entry?.clear).toEqual({ exp });
      expect([...(entry?.secrets?.["key"]?.reveal() ?? [])]).toEqual([0, 255]);

      await view.write([put(address, null)]);
      const later = await view.get(address);
      expect(later?.clear).toEqual({});
      expect(later?.secrets?.["key"]).toBeUndefined();
    });

    it("gives an entry to one of those who take it", async () => {
      await view.write([put(view.at("a"), "x")]);
      const taken = await Promise.all([1, 2, 3].map(() => view.take(view.at("a"))));
      expect(bodies(taken.filter((one) => one !== undefined))).toEqual(["x"]);
    });

    it("pages through the items of one record, both ways", async () => {
      const items = ["m", "v#1", "v#2", "v#3"];
      await view.write([...items.map((item) => put(view.record("p", item), item)), put(view.record("p2", "m"), "no")]);
      const all = async (options: { prefix?: string; descending?: boolean }): Promise<readonly unknown[]> => {
        const found: unknown[] = [];
        let after: string | undefined;
        do {
          const page = await view.items("p", { ...options, limit: 2, ...(after === undefined ? {} : { after }) });
          found.push(...page.items.map(({ body }) => body));
          after = page.next;
        } while (after !== undefined);
        return found;
      };
      expect(await all({})).toEqual(items);
      expect(await all({ prefix: "v#" })).toEqual(items.slice(1));
      expect(await all({ descending: true })).toEqual([...items].reverse());
    });

    it("walks the names below a folder in parts, each once, and passes over folders that are not entered", async () => {
      const segment = fc.constantFrom("a", "b", "é", "a-b");
      const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(path, { minLength: 1, maxLength: 12 }),
          fc.constantFrom("", "a/", "b/a/"),
          fc.integer({ min: 1, max: 4 }),
          fc.subarray(["a/", "b/", "a/b/", "é/a/"]),
          async (paths, prefix, limit, shut) => {
            run += 1;
            const mine = await make(as<MountId>(`kv:walk${run}`));
            await mine.write(paths.map((one) => put(mine.listing(one))));
            const enter = async (folder: string) => !shut.includes(folder);
            const found: string[] = [];
            for (let more = true; more; ) {
              const part = await mine.walk(prefix, { limit, enter, after: found.at(-1) });
              expect(part.names.length).toBeLessThanOrEqual(limit);
              found.push(...part.names);
              more = part.more;
            }
            const expected = paths
              .filter((one) => one.startsWith(prefix))
              .map((one) => one.slice(prefix.length))
              .filter((one) => !shut.some((folder) => one.startsWith(folder)));
            expect([...found].sort()).toEqual([...expected].sort());
          },
        ),
        { numRuns: 20 },
      );
    });

    it("lists the children of a folder as Vault does, data and listings apart", async () => {
      const segment = fc.constantFrom("a", "b", "é", "a-b");
      const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(path, { minLength: 1, maxLength: 8 }), async (paths) => {
          run += 1;
          const mine = await make(as<MountId>(`kv:list${run}`));
          await mine.write(paths.map((one) => put(mine.at(one))));
          for (const prefix of ["", "a/", "b/a/"]) {
            expect(await mine.list(prefix)).toEqual(naiveList(paths, prefix));
            expect(await mine.list(prefix, "listing")).toEqual([]);
          }
        }),
        { numRuns: 15 },
      );
    });

    it("tags a name always alike, and two names never", () => {
      expect(view.tag("a")).toBe(view.tag("a"));
      expect(view.tag("a")).not.toBe(view.tag("b"));
    });

    it("reaches nothing of another mount, and nothing of core", async () => {
      const other = await make(as<MountId>("kv:contract2"));
      const failure = { code: "internal" };
      const foreign: readonly Address[] = [
        other.at("a"),
        other.record("a", "m"),
        other.listing("a"),
        { pk: "config", sk: "x", domain: "config" },
      ];
      for (const address of foreign) {
        await expect(async () => view.get(address)).rejects.toMatchObject(failure);
        await expect(async () => view.getMany([view.at("a"), address])).rejects.toMatchObject(failure);
        await expect(async () => view.take(address)).rejects.toMatchObject(failure);
        await expect(async () => view.write([put(address)])).rejects.toMatchObject(failure);
      }
    });

    it("refuses a body above 1 MiB", async () => {
      const body = "x".repeat(1024 * 1024);
      await expect(view.write([put(view.at("a"), body)])).rejects.toMatchObject({ code: "payload_too_large" });
    });
  });
};
