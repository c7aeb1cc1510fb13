import { makeMount } from "../../../src/core/config/initialize.ts";
import type { Mount } from "../../../src/core/mounts/mount.ts";
import { toSealed } from "../../../src/core/sealed.ts";
import type { Write } from "../../../src/storage/store.ts";
import { secret } from "./fill.ts";
import { always, type Series } from "./series.ts";
import { makeToken, policy } from "./tokens.ts";
import type { World } from "./world.ts";

/** Mounts: a request at one of them, at one after the other, and the configuration that has them all. */

/** Mounts with keys and a secret in them: a request goes to one after the other. */
const VISITED = 300;

const kvAt = (world: World, number: number): Mount =>
  makeMount(world.random, { kind: "secret", type: "kv", path: `kv-${number}/`, options: { version: "2" } });

const rowOf = (world: World, mount: Mount): Promise<Write> =>
  world.core.config.row("mount", mount.info.path, toSealed(mount), "any");

/** A mount's row is some 700 bytes, a page of a query 1 MB. */
const whole = (size: number) => ({ calls: 25 + Math.ceil(size / 900), reads: 30 + Math.ceil(size / 5), writes: 0 });
const CONFIGURATION = "Every environment has the whole configuration in memory, and reads it when it begins.";

/** `visited`: how many of the mounts a request can go to. */
export const mountsWith = (visited: number): Series => ({
  name: "Mounts",
  grows: "mounts",
  sizes: [1, 10, 100, 1000, 10_000],
  few: [1, 10, 100, 300],
  make: async (world) => {
    await policy(
      world,
      "app",
      'path "kv-1/*" { capabilities = ["read"] }\npath "sys/mounts" { capabilities = ["read"] }',
    );
    let holder = "";
    let size = 0;
    let visit = 0;
    let changes = 0;
    let other: ReturnType<typeof world.environment> | undefined;
    return {
      grow: async (from, to) => {
        for (let at = from; at < Math.min(to, visited); at += 1) {
          const mount = kvAt(world, at);
          await world.core.store.makeKeys(mount.info.id);
          await world.bulk([await rowOf(world, mount)]);
          await world.bulk(secret(await world.core.store.view(mount.info.id), "app", world.core.clock.now()));
        }
        async function* rows(): AsyncGenerator<Write> {
          for (let at = Math.max(from, visited); at < to; at += 1) {
            yield await rowOf(world, kvAt(world, at));
          }
        }
        await world.bulk(rows());
        await world.reconfigure();
        other = world.environment();
        await other.call("GET", "sys/mounts/kv-0");
        if (from === 0) holder = await makeToken(world, ["default", "app"]);
        size = to;
      },
      operations: [
        { name: "KV read at one", run: () => world.call("GET", "kv-0/data/app"), budget: always(1, 3, 0) },
        {
          name: "KV read at one after the other",
          run: () => {
            visit = (visit + 1) % Math.min(size, visited);
            return world.call("GET", `kv-${visit}/data/app`);
          },
          budget: always(1, 3, 0),
        },
        {
          name: "token renew",
          run: () => world.call("POST", "auth/token/renew-self", { token: holder }),
          budget: always(3, 4, 4),
        },
        {
          name: "first request of an environment",
          run: () => world.environment().call("GET", "kv-0/data/app"),
          budget: whole,
          because: CONFIGURATION,
        },
        {
          name: "KV read after a change of the configuration",
          prepare: async () => {
            // In another environment, which knew the configuration already.
            await other?.call("POST", "sys/mounts/kv-0/tune", { body: { description: `change ${changes}` } });
            changes += 1;
            return "";
          },
          run: () => world.call("GET", "kv-0/data/app"),
          budget: always(3, 7, 0),
          because:
            "The tables of mounts in memory are copied, and one of them is another. An environment pays it once for a change.",
        },
        {
          name: "sys/mounts",
          run: () => world.call("GET", "sys/mounts"),
          budget: always(1, 2, 0),
          because: "The answer has every mount.",
        },
        {
          name: "sys/internal/ui/mounts, a token that reaches one",
          run: () => world.call("GET", "sys/internal/ui/mounts", { token: holder }),
          budget: always(1, 2, 0),
          because: "Each mount is held against the token's policies.",
        },
      ],
    };
  },
});

export const mounts = mountsWith(VISITED);
