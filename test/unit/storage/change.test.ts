import { beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { as, type MountId } from "../../../src/std/brand.ts";
import { VaultError } from "../../../src/std/errors.ts";
import { change, changeBody, leave, tryWrite, untilWritten } from "../../../src/storage/change.ts";
import { type Address, ConditionFailed, type Entry, type Put, type Write } from "../../../src/storage/store.ts";
import { createTestStore, type TestStore } from "../../support/storage.ts";

let test: TestStore;

beforeEach(async () => {
  test = await createTestStore();
});

const address = (sk: string): Address => ({ pk: "token#change", sk, domain: "token" });
const put = (sk: string, body: number): Put => ({ op: "put", address: address(sk), body, when: "any" });
const listIn = (entry: Entry | undefined): readonly string[] => (entry ? (entry.body as readonly string[]) : []);
const bodyAt = async (sk: string) => (await test.store.get([address(sk)]))[0]?.body;
const refused = () => new VaultError("invalid_request", { wire: "refused" });

describe("change", () => {
  it("is linearisable: racing writers each see what those before them left, and no change is lost", async () => {
    const kind = fc.constantFrom("append", "append", "append", "leave", "refuse", "delete");
    const someHaveSeenIt = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(kind, { minLength: 2, maxLength: 12 }), someHaveSeenIt, async (kinds, haveSeen) => {
        const { store } = await createTestStore();
        const decide = (what: string, index: number) => (entry: Entry | undefined) => {
          const seen = listIn(entry);
          if (what === "refuse") throw refused();
          if (what === "leave") return leave({ seen, left: seen });
          if (what === "delete") return { op: "delete" as const, result: { seen, left: [] } };
          const left = [...seen, `${index}`];
          return { op: "put" as const, body: left, result: { seen, left } };
        };
        const results = await Promise.allSettled(
          kinds.map((what, index) =>
            change(store, address("list"), decide(what, index), { seen: haveSeen[index] ? "absent" : undefined }),
          ),
        );

        results.forEach((result, index) => {
          expect(result.status).toBe(kinds[index] === "refuse" ? "rejected" : "fulfilled");
        });
        const writers = results.flatMap((result, index) =>
          result.status === "fulfilled" && kinds[index] !== "leave" ? [result.value] : [],
        );
        // Some order of the writers explains every answer: each began with what the one before it left.
        const ordered = (now: readonly string[], rest: readonly (typeof writers)[number][]): boolean => {
          if (rest.length === 0) return true;
          return rest.some(
            (one) =>
              JSON.stringify(one.seen) === JSON.stringify(now) &&
              ordered(
                one.left,
                rest.filter((other) => other !== one),
              ),
          );
        };
        expect(ordered([], writers)).toBe(true);
        if (!kinds.includes("delete")) {
          const [entry] = await store.get([address("list")]);
          expect(new Set(listIn(entry)).size).toBe(kinds.filter((what) => what === "append").length);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("reads nothing where the entry was seen and is still so", async () => {
    await test.store.write([put("seen", 1)]);
    const [seen] = await test.store.get([address("seen")]);
    let reads = 0;
    const get: typeof test.store.get = async (addresses) => {
      reads += addresses.length;
      return test.store.get(addresses);
    };
    const before = await change(
      { get, write: test.store.write },
      address("seen"),
      (entry) => ({ op: "put", body: 2, result: entry?.body }),
      { seen },
    );

    expect([before, reads, await bodyAt("seen")]).toEqual([1, 0, 2]);
  });

  it.each([
    ["was written since it was seen", [put("late", 1), put("late", 2)]],
    ["is gone since it was seen", [put("late", 1), { op: "delete", address: address("late"), when: "any" } as const]],
  ] as const)("decides by what is there now where the entry %s", async (_, [first, second]) => {
    await test.store.write([first]);
    const [seen] = await test.store.get([address("late")]);
    await test.store.write([second]);
    const now = await bodyAt("late");
    const decidedBy: unknown[] = [];
    await change(
      test.store,
      address("late"),
      (entry) => {
        decidedBy.push(entry?.body);
        return { op: "put", body: 3, result: undefined };
      },
      { seen },
    );

    expect([decidedBy, await bodyAt("late")]).toEqual([[1, now], 3]);
  });

  it.each([
    ["leaves it", () => leave("left")],
    [
      "refuses",
      () => {
        throw refused();
      },
    ],
  ] as const)("is not held to what was there before by one who %s by what was seen", async (_, no) => {
    await test.store.write([put("old", 1)]);
    const [seen] = await test.store.get([address("old")]);
    await test.store.write([put("old", 2)]);
    const result = await change<unknown>(
      test.store,
      address("old"),
      (entry) => (Number(entry?.body) === 1 ? no() : { op: "put", body: 3, result: "written" }),
      { seen },
    );

    expect([result, Number(await bodyAt("old"))]).toEqual(["written", 3]);
  });

  it("asks again with what the winner wrote", async () => {
    let calls = 0;
    await change<void>(test.store, address("a"), async (entry) => {
      calls += 1;
      if (calls === 1) await test.store.write([put("a", 10)]);
      return { op: "put", body: Number(entry?.body ?? 0) + 1, result: undefined };
    });
    expect(calls).toBe(2);
    expect(Number(await bodyAt("a"))).toBe(11);
  });

  it("writes nothing when it is left, at the cost of one read", async () => {
    await test.store.write([put("a", 1)]);
    test.table.calls.length = 0;
    expect(await change(test.store, address("a"), () => leave("as it is"))).toBe("as it is");
    expect(test.table.calls.map(({ operation }) => operation)).toEqual(["BatchGetItem"]);
  });

  it("writes what goes with it in the same transaction, or none of it", async () => {
    await change<void>(test.store, address("a"), () => ({
      op: "put",
      body: 1,
      also: [put("b", 2)],
      result: undefined,
    }));
    expect([await bodyAt("a"), await bodyAt("b")].map(Number)).toEqual([1, 2]);

    const taken: Write = { op: "put", address: address("b"), body: 3, when: "absent" };
    const refusal = (lost: Write) => (lost === taken ? refused() : undefined);
    const attempt = change<void>(test.store, address("a"), () => ({
      op: "delete",
      also: [taken],
      refusal,
      result: undefined,
    }));
    await expect(attempt).rejects.toMatchObject({ wire: "refused" });
    expect([await bodyAt("a"), await bodyAt("b")].map(Number)).toEqual([1, 2]);
  });

  it("writes within what is put around it", async () => {
    const steps: string[] = [];
    const around = async (write: () => Promise<void>): Promise<void> => {
      steps.push("before");
      await write();
      steps.push("after");
    };
    await change<void>(test.store, address("a"), () => ({ op: "put", body: 1, result: undefined }), { around });
    expect(steps).toEqual(["before", "after"]);
  });

  it("reads and writes a mount's view", async () => {
    const view = await test.store.view(as<MountId>("kv:1"));
    const schema = { parse: (body: unknown) => body as { readonly count: number } };
    const more = (before: { readonly count: number } | undefined) => ({ count: Number(before?.count ?? 0) + 1 });
    await changeBody(view, view.at("x"), schema, more);
    expect(await changeBody(view, view.at("x"), schema, more)).toEqual({ count: 2 });
  });
});

describe("the bound", () => {
  const lost = new ConditionFailed(put("a", 1));

  it("ends in one 503 for whoever always loses, in the words of the caller", async () => {
    let tries = 0;
    const attempt = untilWritten(
      async () => {
        tries += 1;
        throw lost;
      },
      { wire: "busy now" },
    );
    await expect(attempt).rejects.toMatchObject({
      code: "storage_unavailable",
      wire: "busy now",
      reason: "too many concurrent writes of one entry",
      retryAfter: 1,
    });
    expect(tries).toBe(64);
  });

  it("takes the last try that wins", async () => {
    let tries = 0;
    const answer = await untilWritten(async () => {
      tries += 1;
      if (tries < 64) throw lost;
      return "won";
    });
    expect(answer).toBe("won");
  });

  it("does not repeat what failed for another reason", async () => {
    let tries = 0;
    const attempt = untilWritten(async () => {
      tries += 1;
      throw refused();
    });
    await expect(attempt).rejects.toMatchObject({ wire: "refused" });
    expect(tries).toBe(1);
  });
});

describe("one try", () => {
  it("says who was first, and passes on other failures", async () => {
    const first: Put = { op: "put", address: address("a"), body: 1, when: "absent" };
    expect(await tryWrite(test.store, [first])).toBe(true);
    expect(await tryWrite(test.store, [first])).toBe(false);
    const failing = { write: () => Promise.reject(refused()) };
    await expect(tryWrite(failing, [first])).rejects.toMatchObject({ wire: "refused" });
  });
});
