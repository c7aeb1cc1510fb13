import { DOMAINS, policyAddress } from "../../../src/storage/keys.ts";
import type { Write } from "../../../src/storage/store.ts";
import { kvView, secret } from "./fill.ts";
import { always, type Series } from "./series.ts";
import { makeToken, policy } from "./tokens.ts";
import type { World } from "./world.ts";

/** Policies on the way of a request: many of one token, and one of many rules. */

const name = (number: number): string => `policy-${String(number).padStart(5, "0")}`;

const rule = (number: number): string => `path "secret/data/team-${number}/*" { capabilities = ["read", "list"] }`;

/** Written as they are in the table: one request each would raise the epoch each time. */
async function* written(world: World, from: number, to: number): AsyncGenerator<Write> {
  const names = await world.core.store.names(DOMAINS.policy);
  for (let at = from; at < to; at += 1) {
    const body = { name: name(at), text: rule(at), version: 1 };
    yield { op: "put", address: policyAddress(names, name(at)), body, when: "any" };
  }
}

const furnished = async (world: World): Promise<void> => {
  const view = await kvView(world);
  await world.bulk(secret(view, "team-3/app", world.core.clock.now()));
};

/** An environment remembers this many policies: from then on one or the other is read again. */
const REMEMBERED = 10_000;

/** A policy's name is some 12 bytes in the token's item. */
const named = (size: number) => ({ calls: size < REMEMBERED ? 1 : 2, reads: 4 + Math.ceil(size / 250), writes: 0 });

export const policies: Series = {
  name: "Policies of a token",
  grows: "policies of the token",
  sizes: [10, 100, 1000, 10_000],
  few: [10, 100, 1000],
  make: async (world) => {
    await furnished(world);
    let holder = "";
    return {
      grow: async (from, to) => {
        await world.bulk(written(world, from, to));
        holder = await makeToken(
          world,
          Array.from({ length: to }, (_, at) => name(at)),
        );
      },
      operations: [
        {
          name: "KV read",
          run: () => world.call("GET", "secret/data/team-3/app", { token: holder }),
          budget: named,
          because: "The token's item has the names of its policies, and so have the audit lines.",
        },
        {
          name: "KV read, after a change of the configuration",
          prepare: async () => {
            await policy(world, name(5), rule(5));
            return "";
          },
          run: () => world.call("GET", "secret/data/team-3/app", { token: holder }),
          budget: (size) => ({ calls: 4, reads: 8 + Math.ceil(size / 250), writes: 0 }),
          because: "As above; the policies are compiled again.",
        },
      ],
    };
  },
};

/** A policy is at most 100 KB, so many rules are several policies. */
const RULES_EACH = 1000;

export const rules: Series = {
  name: "Rules of a token",
  grows: "rules of the token's policies",
  sizes: [10, 100, 1000, 10_000],
  few: [10, 100],
  make: async (world) => {
    await furnished(world);
    let holder = "";
    return {
      grow: async (_from, to) => {
        const all = Array.from({ length: to }, (_, at) => rule(at));
        const names: string[] = [];
        for (let at = 0; at < to; at += RULES_EACH) {
          names.push(name(at));
          await policy(world, name(at), all.slice(at, at + RULES_EACH).join("\n"));
        }
        holder = await makeToken(world, ["default", ...names]);
      },
      operations: [
        {
          name: "KV read",
          run: () => world.call("GET", "secret/data/team-3/app", { token: holder }),
          budget: always(1, 3, 0),
        },
      ],
    };
  },
};
