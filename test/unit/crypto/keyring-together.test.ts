import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createKeyring, type Keyring, type KeyShelf, type NewestKeys, OpenRefused } from "../../../src/crypto/index.ts";
import { runs } from "../../support/runs.ts";
import { createTestClock, type TestClock } from "../../support/storage.ts";
import { createMemoryShelf } from "./support.ts";

/**
 * A shelf that keeps the newest keys of many domains together changes how many reads a keyring makes, and nothing it
 * answers: two worlds, one with such a shelf and one with rows alone, are told the same things in the same order.
 */

const DOMAINS = ["token", "config", "kv:1", "kv:2"] as const;

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

interface World {
  readonly ring: Keyring;
  readonly other: Keyring;
  readonly clock: TestClock;
  /** Somebody writes to the table: a row is lost, or gets the wrapped key of another; so does what is kept together. */
  lose(domain: string, use: "index" | "data"): Promise<void>;
  swap(domain: string, from: string, use: "index" | "data"): Promise<void>;
}

const createWorld = (together: boolean): World => {
  const { rows, of, ...kept } = createMemoryShelf();
  const isEmptied = (domain: string): boolean => of(domain).some(({ wrapped }) => wrapped.length === 0);
  const shelf: KeyShelf = {
    ...kept,
    together: async () => {
      const found = new Map<string, NewestKeys>();
      for (const domain of together ? rows.keys() : []) {
        const { index, data } = isEmptied(domain) ? {} : await kept.newest(domain);
        if (index && data) found.set(domain, { index, data });
      }
      return found;
    },
  };
  const clock = createTestClock();
  const wrap = createWrap();
  const ring = () => createKeyring({ wrap, shelf, clock });
  /** As it is in the rows now. */
  const rowOf = async (domain: string, use: "index" | "data") => (await kept.newest(domain))[use];
  return {
    ring: ring(),
    other: ring(),
    clock,
    lose: async (domain, use) => {
      const gone = await rowOf(domain, use);
      rows.set(
        domain,
        of(domain).filter((key) => key !== gone),
      );
    },
    swap: async (domain, from, use) => {
      const [place, stolen] = [await rowOf(domain, use), await rowOf(from, use)];
      rows.set(
        domain,
        of(domain).map((key) => (key === place && stolen ? { ...key, wrapped: stolen.wrapped } : key)),
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

/** What changed shows to a keyring that holds keys in both worlds, but not from the same moment on. */
const forget = ({ ring, other }: World): void => {
  ring.drop();
  other.drop();
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
          forget(world);
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
          forget(world);
          return "shredded";
        },
      ] as const,
  ),
  fc.tuple(domain, use).map(
    ([of, what]) =>
      [
        `lose ${of} ${what}`,
        async (world: World) => {
          await world.lose(of, what);
          forget(world);
          return "lost";
        },
      ] as const,
  ),
  fc.tuple(domain, domain, use).map(
    ([of, from, what]) =>
      [
        `swap ${of} ${from} ${what}`,
        async (world: World) => {
          await world.swap(of, from, what);
          forget(world);
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

describe("keys that are begun before it is known which are needed", () => {
  const isKv = (of: string): boolean => of.startsWith("kv:");
  const ask = async ({ ring }: World): Promise<readonly string[]> => [
    hex(await ring.current("kv:1")),
    (await ring.names("kv:2")).tag("a"),
  ];
  const filled = async (together: boolean): Promise<World> => {
    const world = createWorld(together);
    for (const of of DOMAINS) await world.other.make(of);
    return world;
  };

  it.each([true, false])("are those that are asked for afterwards (kept together: %s)", async (together) => {
    const world = await filled(together);
    await world.ring.beginFew(isKv, 2);
    const begun = await ask(world);
    forget(world);
    expect(begun).toEqual(await ask(world));
  });

  it("are at hand then, but only where they are few", async () => {
    const world = await filled(true);
    await world.ring.beginFew(isKv, 1);
    expect(world.ring.begin("kv:1", "names")).toBeDefined();
    forget(world);
    await world.ring.beginFew(isKv, 2);
    const held = (["kv:1", "kv:2"] as const).flatMap((of) => [
      world.ring.begin(of, "names"),
      world.ring.begin(of, "current"),
    ]);
    expect(held).toEqual([undefined, undefined, undefined, undefined]);
    expect(world.ring.begin("token", "names")).toBeDefined();
  });

  it("fail where they are asked for, and not before", async () => {
    const world = await filled(true);
    await world.swap("kv:1", "kv:2", "data");
    await world.ring.beginFew(isKv, 2);
    await expect(world.ring.current("kv:1")).rejects.toThrow(OpenRefused);
    await world.ring.current("kv:2");
  });
});

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
