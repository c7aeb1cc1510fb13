import type { View, Write } from "../../../src/storage/store.ts";
import { kvView, listed, secret } from "./fill.ts";
import { always, type Series } from "./series.ts";

/** Listing a folder, and reading and writing one secret, by the number of secrets. */

const FOLDERS = 10;
const name = (number: number): string => `secret-${String(number).padStart(7, "0")}`;

function* below(view: View, from: number, to: number): Generator<Write> {
  for (let at = from; at < to; at += 1) yield listed(view, `deep/folder-${at % FOLDERS}/${name(at)}`);
}

function* direct(view: View, from: number, to: number): Generator<Write> {
  for (let at = from; at < to; at += 1) yield listed(view, `wide/${name(at)}`);
}

/** Some twenty rows of the listing are a read unit, at most 512 a page; a long list is read in 64 ranges. */
const wide = (size: number) => ({ calls: 140 + size / 200, reads: 20 + size / 20, writes: 0 });

const EVERY_NAME =
  "The answer has every name. Names are opaque to the table and so in no order there: the first in order is known when all were read.";

export const folders: Series = {
  name: "A folder with ten folders in it",
  grows: "secrets below the folder",
  sizes: [100, 1000, 10_000, 100_000, 1_000_000],
  few: [100, 1000, 10_000],
  make: async (world) => {
    const view = await kvView(world);
    return {
      grow: (from, to) => world.bulk(below(view, from, to)),
      operations: [
        {
          name: "LIST of ten folders",
          run: () => world.call("LIST", "secret/metadata/deep/"),
          budget: always(12, 20, 0),
        },
      ],
    };
  },
};

export const children: Series = {
  name: "A folder of secrets",
  grows: "secrets in the folder",
  sizes: [100, 1000, 10_000, 100_000],
  few: [100, 1000],
  make: async (world) => {
    const view = await kvView(world);
    return {
      grow: (from, to) => world.bulk(direct(view, from, to)),
      operations: [
        {
          name: "LIST of all",
          run: () => world.call("LIST", "secret/metadata/wide/"),
          budget: wide,
          because: EVERY_NAME,
        },
        {
          name: "LIST, 100 after a name",
          run: () => world.call("LIST", `secret/metadata/wide/?limit=100&after=${name(50)}`),
          budget: wide,
          because: EVERY_NAME,
        },
        {
          name: "SCAN, 50 after a name",
          run: () => world.call("SCAN", `secret/metadata/wide/?limit=50&after=${name(50)}`),
          budget: always(2, 6, 0),
        },
      ],
    };
  },
};

const NOW_KEPT = 10;

export const secrets: Series = {
  name: "Secrets in a mount",
  grows: "secrets in the mount",
  sizes: [10, 100, 1000, 10_000, 100_000],
  few: [10, 100, 1000],
  make: async (world) => {
    const view = await kvView(world);
    const nowMs = world.core.clock.now();
    function* many(from: number, to: number): Generator<Write> {
      for (let at = from; at < to; at += 1) yield* secret(view, `app-${at % 100}/${name(at)}`, nowMs);
    }
    const data = { password: "q".repeat(950) };
    let made = 0;
    const known = `secret/data/app-3/${name(3)}`;
    const write = () => world.call("POST", known, { body: { data } });
    // As many versions as are kept: so each write drops one.
    const fillUp = async () => {
      for (let version = 0; version < NOW_KEPT; version += 1) await write();
    };
    let filled = false;
    return {
      grow: async (from, to) => {
        await world.bulk(many(from, to));
        if (!filled) await fillUp();
        filled = true;
      },
      operations: [
        { name: "KV read", run: () => world.call("GET", known), budget: always(1, 3, 0) },
        { name: "KV write, next version", run: write, budget: always(2, 4, 12) },
        {
          name: "KV write, new secret",
          run: () => {
            made += 1;
            return world.call("POST", `secret/data/new/${name(made)}`, { body: { data } });
          },
          budget: always(2, 4, 8),
        },
      ],
    };
  },
};

const versionsOf = (size: number) => ({
  calls: 2,
  reads: 5 + Math.ceil(size / 150),
  writes: 12 + Math.ceil(size / 20),
});
const HISTORY = "Every version that is kept adds some 20 bytes of history to the secret's item.";

export const versions: Series = {
  name: "Versions of a secret",
  grows: "versions of the secret",
  sizes: [1, 10, 100, 1000],
  few: [1, 10, 100],
  make: async (world) => {
    await world.mount("secret", "kv", "secret/", { version: "2" });
    const data = { password: "v".repeat(100) };
    const write = () => world.call("POST", "secret/data/app", { body: { data } });
    const on = (operation: string) => () =>
      world.call("PUT", `secret/${operation}/app`, { body: { versions: [String(latest)] } });
    let latest = 0;
    let doomed = 0;
    return {
      grow: async (_from, to) => {
        await world.call("POST", "secret/metadata/app", { body: { max_versions: to } });
        const have = await world.call("GET", "secret/metadata/app");
        const count = Object.keys((have["data"] as { versions: object }).versions).length;
        for (let at = count; at < to; at += 1) await write();
        const now = await world.call("GET", "secret/metadata/app");
        latest = Number((now["data"] as { current_version: number }).current_version);
      },
      operations: [
        {
          name: "KV read, latest",
          run: () => world.call("GET", "secret/data/app"),
          budget: versionsOf,
          because: HISTORY,
        },
        {
          name: "KV read, an older version",
          run: (_, size) => world.call("GET", `secret/data/app?version=${latest - Math.floor(size / 2)}`),
          budget: versionsOf,
          because: HISTORY,
        },
        {
          name: "KV metadata read",
          run: () => world.call("GET", "secret/metadata/app"),
          budget: versionsOf,
          because: `The answer shows every version. ${HISTORY}`,
        },
        {
          name: "delete and undelete",
          run: async () => {
            await on("delete")();
            await on("undelete")();
          },
          budget: (size) => {
            const one = versionsOf(size);
            return { calls: 4, reads: 2 * one.reads, writes: 2 * one.writes };
          },
          because: HISTORY,
        },
        {
          name: "KV write beyond max_versions",
          run: async () => {
            await write();
            latest += 1;
          },
          budget: versionsOf,
          because: HISTORY,
        },
        {
          name: "destroy",
          run: () => {
            doomed = Math.max(doomed + 1, latest - 1);
            return world.call("PUT", "secret/destroy/app", { body: { versions: [doomed] } });
          },
          once: true,
          budget: versionsOf,
          because: HISTORY,
        },
      ],
    };
  },
};
