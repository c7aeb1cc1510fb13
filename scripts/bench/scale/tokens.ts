import type { Mount } from "../../../src/core/mounts/mount.ts";
import { as, type MountPath } from "../../../src/std/brand.ts";
import type { Write } from "../../../src/storage/store.ts";
import { lease, token } from "./fill.ts";
import { always, type Series } from "./series.ts";
import { textAt, type World } from "./world.ts";

/** Tokens and leases: one of many, and one with many below it. */

export const tokenMount = async (world: World): Promise<Mount> => {
  const mount = (await world.core.config.snapshot()).mounts.get(as<MountPath>("auth/token/"));
  if (!mount) throw new Error("a server without a token method");
  return mount;
};

/** A token in the table, as a login leaves it. */
export const makeToken = async (
  world: World,
  policies: readonly string[],
  more: { readonly entityId?: string } = {},
): Promise<string> => {
  const made = await token(world, { mount: await tokenMount(world), policies, ...more });
  await world.bulk(made.writes);
  return made.id;
};

export const policy = (world: World, name: string, text: string) =>
  world.call("POST", `sys/policies/acl/${name}`, { body: { policy: text } });

export const EVERYTHING = 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }';

export const crowd: Series = {
  name: "Tokens and leases in the table",
  grows: "tokens and leases in the table",
  sizes: [1000, 10_000, 100_000, 1_000_000],
  few: [1000, 10_000],
  make: async (world) => {
    const mount = await world.mount("secret", "bench", "bench/");
    const at = await tokenMount(world);
    await policy(world, "app", EVERYTHING);
    // Of every two, one is a token and one its lease.
    async function* many(from: number, to: number): AsyncGenerator<Write> {
      for (let number = from / 2; number < to / 2; number += 1) {
        const made = await token(world, { mount: at, policies: ["default", "app"] });
        yield* made.writes;
        yield* (await lease(world, mount, made.token.tag, number)).writes;
      }
    }
    const mine = await makeToken(world, ["default", "app"]);
    const looked = textAt(await world.call("GET", "auth/token/lookup-self", { token: mine }), "data", "accessor");
    const create = async () =>
      textAt(await world.call("POST", "auth/token/create-orphan", { token: mine }), "auth", "client_token");
    const credential = async () => textAt(await world.call("GET", "bench/creds/app", { token: mine }), "lease_id");
    return {
      grow: (from, to) => world.bulk(many(from, to)),
      operations: [
        {
          name: "token look-up",
          run: () => world.call("GET", "auth/token/lookup-self", { token: mine }),
          budget: always(1, 2, 0),
        },
        {
          name: "token look-up by accessor",
          run: () => world.call("POST", "auth/token/lookup-accessor", { body: { accessor: looked } }),
          budget: always(3, 4, 0),
        },
        { name: "token create", run: create, budget: always(2, 3, 9) },
        {
          name: "token renew",
          run: () => world.call("POST", "auth/token/renew-self", { token: mine }),
          budget: always(3, 4, 4),
        },
        {
          name: "token revoke",
          prepare: create,
          run: (one) => world.call("POST", "auth/token/revoke", { body: { token: one } }),
          budget: always(9, 10, 12),
        },
        { name: "lease grant", run: credential, budget: always(5, 8, 16) },
        {
          name: "lease renew",
          prepare: credential,
          run: (id) => world.call("PUT", "sys/leases/renew", { body: { lease_id: id } }),
          budget: always(4, 6, 4),
        },
        {
          name: "lease revoke",
          prepare: credential,
          run: (id) => world.call("PUT", "sys/leases/revoke", { body: { lease_id: id, sync: true } }),
          budget: always(6, 8, 16),
        },
        {
          name: "LIST of accessors",
          upTo: 100_000,
          run: () => world.call("LIST", "auth/token/accessors"),
          budget: (size) => ({ calls: 20 + size / 100, reads: 20 + size, writes: 0 }),
          because: "The answer has every token, and each is read to leave out those that have ended.",
        },
      ],
    };
  },
};

export const family: Series = {
  name: "A token with children and leases",
  grows: "children and leases of the token",
  sizes: [1, 10, 100, 1000],
  few: [1, 10, 100],
  make: async (world) => {
    const mount = await world.mount("secret", "bench", "bench/");
    const at = await tokenMount(world);
    await policy(world, "app", EVERYTHING);
    let number = 0;
    /** As many children and as many leases as the size says. */
    const parent = async (size: number): Promise<string> => {
      const top = await token(world, { mount: at, policies: ["app"] });
      const writes: Write[] = [...top.writes];
      for (let child = 0; child < size; child += 1) {
        writes.push(...(await token(world, { mount: at, policies: ["app"], parent: top.token })).writes);
        number += 1;
        writes.push(...(await lease(world, mount, top.token.tag, number)).writes);
      }
      await world.bulk(writes);
      return top.id;
    };
    let standing = "";
    return {
      grow: async (_from, to) => {
        standing = await parent(to);
      },
      operations: [
        {
          name: "a request of the token",
          run: () => world.call("GET", "auth/token/lookup-self", { token: standing }),
          budget: always(1, 2, 0),
        },
        {
          name: "token create, a child",
          run: () => world.call("POST", "auth/token/create", { token: standing }),
          budget: always(2, 3, 13),
        },
        {
          name: "token revoke, with all below it",
          prepare: parent,
          once: true,
          run: (one) => world.call("POST", "auth/token/revoke", { body: { token: one } }),
          budget: (size) => ({ calls: 60 + 12 * size, reads: 60 + 12 * size, writes: 100 + 20 * size }),
          because:
            "The first write refuses the token and everything below it, however much that is. What follows removes each child and makes each lease due.",
        },
      ],
    };
  },
};
