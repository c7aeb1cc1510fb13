import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createKeyring, type Keyring, type KeyShelf, OpenRefused, type WrappedKey } from "../../../src/crypto/index.ts";
import { runs } from "../../support/runs.ts";
import { createTestClock, type TestClock } from "../../support/storage.ts";

/**
 * A shelf that keeps the newest keys of many domains together changes how many reads a keyring makes, and nothing it
 * answers: two worlds, one with such a shelf and one with rows alone, are told the same things in the same order.
 */

const DOMAINS = ["token", "config", "kv:1", "kv:2"] as const;
type Use = WrappedKey["use"];

/** Wrapping that is a function of what was made before: so the same story wraps the same keys in both worlds. */
const createWrap = () => {
  let made = 0;
  const text = ({ domain, use }: { readonly domain: string; readonly use: string }) => `${domain} ${use} `;
  return {
    make: async (use: { readonly domain: string; readonly use: string }) => Buffer.from(`${text(use)}${made++}`),
    unwrap: async (use: { readonly domain: string; readonly use: string }, wrapped: Uint8Array) => {
      if (!Buffer.from(wrapped).toString().startsWith(text(use))) throw new OpenRefused("KMS refused");
      return createHash("sha256").update(wrapped).digest();
    },
  };
};

const isIndex = (key: WrappedKey): key is WrappedKey<"index"> => key.use === "index";
const isVersion = (key: WrappedKey): key is WrappedKey<number> => key.use !== "index";

interface World {
  readonly ring: Keyring;
  readonly other: Keyring;
  readonly clock: TestClock;
  /** Somebody writes to the table: a row is lost, or gets the wrapped key of another; so does what is kept together. */
  lose(domain: string, use: "index" | "data"): void;
  swap(domain: string, from: string, use: "index" | "data"): void;
}

const createWorld = (together: boolean): World => {
  const rows = new Map<string, WrappedKey[]>();
  const of = (domain: string): WrappedKey[] => rows.get(domain) ?? [];
  const newest = (domain: string) => {
    const kept = of(domain);
    if (kept.some(({ wrapped }) => wrapped.length === 0)) throw new OpenRefused("a wrapped key is empty");
    const data = kept.filter(isVersion).sort((a, b) => b.use - a.use)[0];
    return { index: kept.find(isIndex), data };
  };
  const shelf: KeyShelf = {
    newest: async (domain) => newest(domain),
    together: async () =>
      new Map(
        [...rows.keys()].flatMap((domain) => {
          const emptied = of(domain).some(({ wrapped }) => wrapped.length === 0);
          const { index, data } = emptied || !together ? {} : newest(domain);
          return index && data ? [[domain, { index, data }] as const] : [];
        }),
      ),
    version: async (domain, version) => of(domain).find((key): key is WrappedKey<number> => key.use === version),
    add: async (domain, keys) => {
      if (keys.some(({ use }) => of(domain).some((row) => row.use === use))) return false;
      rows.set(domain, [...of(domain), ...keys]);
      return true;
    },
    empty: async (domain) => {
      rows.set(
        domain,
        of(domain).map(({ use }) => ({ use, wrapped: new Uint8Array() })),
      );
    },
  };
  const clock = createTestClock();
  const wrap = createWrap();
  const ring = () => createKeyring({ wrap, shelf, clock });
  const useOf = (domain: string, use: "index" | "data"): Use =>
    use === "index"
      ? use
      : Math.max(
          1,
          ...of(domain)
            .filter(isVersion)
            .map((key) => key.use),
        );
  return {
    ring: ring(),
    other: ring(),
    clock,
    lose: (domain, use) => {
      const gone = useOf(domain, use);
      rows.set(
        domain,
        of(domain).filter((key) => key.use !== gone),
      );
    },
    swap: (domain, from, use) => {
      const stolen = of(from).find((key) => key.use === useOf(from, use))?.wrapped;
      const place = useOf(domain, use);
      rows.set(
        domain,
        of(domain).map((key) => (key.use === place && stolen ? { ...key, wrapped: stolen } : key)),
      );
    },
  };
};

/** What somebody asks of a keyring; answers text. */
type Step = (world: World) => Promise<string>;

const told = async (work: Promise<string>): Promise<string> => {
  try {
    return await work;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : "failed";
  }
};

const hex = ({ version, secret }: Awaited<ReturnType<Keyring["current"]>>): string =>
  `${version} ${secret.export().toString("hex")}`;

const domain = fc.constantFrom(...DOMAINS);
const who = fc.constantFrom("ring" as const, "other" as const);
const use = fc.constantFrom("index" as const, "data" as const);

/** Writes to the table that the keyrings do not know of show at once in neither world, so both forget what they hold. */
const behindTheirBack = (world: World, work: () => void): void => {
  work();
  world.ring.drop();
  world.other.drop();
};

const step: fc.Arbitrary<readonly [string, Step]> = fc.oneof(
  fc.tuple(who, domain).map(
    ([at, of]) =>
      [
        `${at} make ${of}`,
        async (world: World) => {
          await world[at].make(of);
          return "made";
        },
      ] as const,
  ),
  fc
    .tuple(who, domain)
    .map(([at, of]) => [`${at} current ${of}`, async (world: World) => hex(await world[at].current(of))] as const),
  fc
    .tuple(who, domain)
    .map(([at, of]) => [`${at} names ${of}`, async (world: World) => (await world[at].names(of)).tag("a")] as const),
  fc
    .tuple(who, domain, fc.integer({ min: 1, max: 4 }))
    .map(
      ([at, of, version]) =>
        [`${at} version ${of} ${version}`, async (world: World) => hex(await world[at].version(of, version))] as const,
    ),
  fc.tuple(who, domain, fc.constantFrom("names" as const, "current" as const)).map(
    ([at, of, what]) =>
      [
        `${at} begin ${of} ${what}`,
        async (world: World) => {
          await world[at].begin(of, what)?.();
          return "begun";
        },
      ] as const,
  ),
  fc.tuple(who, domain).map(
    ([at, of]) =>
      [
        `${at} rotate ${of}`,
        async (world: World) => {
          const version = await world[at].rotate(of);
          // Others may seal with the old version for as long as they hold it, in both worlds, but not from the same moment on.
          world.ring.drop();
          world.other.drop();
          return String(version);
        },
      ] as const,
  ),
  fc.tuple(who, domain).map(
    ([at, of]) =>
      [
        `${at} shred ${of}`,
        async (world: World) => {
          await world[at].shred(of);
          world.ring.drop();
          world.other.drop();
          return "shredded";
        },
      ] as const,
  ),
  fc.tuple(domain, use).map(
    ([of, what]) =>
      [
        `lose ${of} ${what}`,
        async (world: World) => {
          behindTheirBack(world, () => world.lose(of, what));
          return "lost";
        },
      ] as const,
  ),
  fc.tuple(domain, domain, use).map(
    ([of, from, what]) =>
      [
        `swap ${of} ${from} ${what}`,
        async (world: World) => {
          behindTheirBack(world, () => world.swap(of, from, what));
          return "swapped";
        },
      ] as const,
  ),
  fc.integer({ min: 1, max: 16 }).map(
    (minutes) =>
      [
        `wait ${minutes}`,
        async (world: World) => {
          world.clock.advance(minutes * 60_000);
          return "waited";
        },
      ] as const,
  ),
);

describe("keys kept together", () => {
  it("answer what rows alone answer, errors among them", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (story) => {
        const [rows, together] = [createWorld(false), createWorld(true)];
        for (const of of DOMAINS.slice(0, 3)) for (const world of [rows, together]) await world.ring.make(of);
        for (const [name, play] of story) {
          const answers = [await told(play(rows)), await told(play(together))] as const;
          expect([name, answers[1]]).toEqual([name, answers[0]]);
        }
      }),
      { numRuns: runs(300, 5000) },
    );
  });
});
