import type { Write } from "../../../src/storage/store.ts";
import { lease } from "./fill.ts";
import { always, type Series } from "./series.ts";
import { EVERYTHING, makeToken, policy } from "./tokens.ts";
import type { World } from "./world.ts";

/** What looks at all leases, or at the ends of all: lists, revocation by prefix, tidying, the sweeper with nothing due. */

/** A mount whose leases a token holds. */
const furnished = async (world: World) => {
  await policy(world, "app", EVERYTHING);
  const mount = await world.mount("secret", "bench", "bench/");
  const holder = (await world.core.tokens.tag(await makeToken(world, ["app"]))) ?? "";
  return { mount, holder };
};

export const below: Series = {
  name: "Leases below a prefix",
  grows: "leases of one role",
  sizes: [100, 1000, 10_000, 100_000],
  few: [100, 1000],
  make: async (world) => {
    const { mount, holder } = await furnished(world);
    let number = 0;
    async function* many(count: number): AsyncGenerator<Write> {
      for (let at = 0; at < count; at += 1) {
        number += 1;
        yield* (await lease(world, mount, holder, number)).writes;
      }
    }
    return {
      // What revoked them all left none.
      grow: (_from, to) => world.bulk(many(to)),
      operations: [
        {
          name: "LIST of mounts with leases",
          run: () => world.call("LIST", "sys/leases/lookup"),
          budget: always(90, 90, 0),
        },
        {
          name: "LIST of the roles of a mount",
          run: () => world.call("LIST", "sys/leases/lookup/bench/creds"),
          budget: always(60, 120, 0),
          because:
            "Each of 16 partitions is asked once more where its first page is full: no more than that from a thousand on.",
        },
        {
          name: "LIST of the leases of a role",
          run: () => world.call("LIST", "sys/leases/lookup/bench/creds/app"),
          budget: (size) => ({ calls: 60 + size / 50, reads: 60 + size / 8, writes: 0 }),
          because: "The answer has every lease.",
        },
        {
          name: "tidy",
          prepare: async () => {
            await world.call("POST", "sys/leases/tidy");
            return "";
          },
          run: () => world.core.jobs.resume(["tidy"], Number.POSITIVE_INFINITY),
          budget: (size) => ({ calls: 120 + size / 20, reads: 120 + 2.5 * size, writes: 4 }),
          because: "It reads the item of every lease and every token, once a day.",
        },
        {
          name: "revoke-prefix",
          once: true,
          run: () => world.call("PUT", "sys/leases/revoke-prefix/bench"),
          budget: (size) => ({ calls: 100 + 7 * size, reads: 100 + 8 * size, writes: 100 + 16 * size }),
          because:
            "Each lease is revoked, eight at a time. What a request has no time for becomes a job; a backend that holds other systems' credentials is asked for each.",
        },
      ],
    };
  },
};

const MINUTES = 720;

export const ends: Series = {
  name: "Ends in the expiry index",
  grows: "leases that have not ended",
  sizes: [1000, 10_000, 100_000, 1_000_000],
  few: [1000, 10_000],
  make: async (world) => {
    const { mount, holder } = await furnished(world);
    async function* many(from: number, to: number): AsyncGenerator<Write> {
      for (let number = from; number < to; number += 1) {
        const [item] = (await lease(world, mount, holder, number, 60 * (2 + (number % MINUTES)))).writes;
        if (item) yield item;
      }
    }
    return {
      grow: (from, to) => world.bulk(many(from, to)),
      operations: [
        {
          name: "what a minute's order reads, with nothing due",
          run: () => world.core.leases.sweep(world.core.clock.now() + 60_000),
          budget: always(90, 90, 40),
        },
      ],
    };
  },
};
