import { describe, expect, it } from "@jest/globals";
import { createKiller, type Killer } from "../../../../support/crash.ts";
import { createMount, HOUR, type TestMount, whole } from "./support/mount.ts";

/**
 * Every flow of more than one step, cut off before and after each of its steps. Afterwards the same is asked again and
 * the periodic work runs: then every key is whole, and nothing is stored that belongs to no key.
 */

interface Flow {
  readonly prepare: (mount: TestMount) => Promise<void>;
  readonly run: (mount: TestMount, backup: string) => Promise<unknown>;
  /** Of the key `k` when all is done; `undefined`: there is none. */
  readonly versions: number | undefined;
}

const OPEN = { exportable: true, allow_plaintext_backup: true };

const made =
  (versions: number) =>
  async (mount: TestMount): Promise<void> => {
    await mount.make("k", OPEN);
    for (let more = 1; more < versions; more += 1) await mount.request("update", "keys/k/rotate");
  };

/** A key with more versions than one transaction removes. */
const many = async (mount: TestMount): Promise<void> => {
  await made(130)(mount);
  await mount.request("update", "keys/k/config", { deletion_allowed: true });
};

const again = (cause: unknown): undefined => {
  if (!/Killed|keys not rotated|already exists|not found|decremented|existing key/.test(String(cause))) throw cause;
};

const FLOWS: Readonly<Record<string, Flow>> = {
  "a key is made": { prepare: async () => undefined, run: (mount) => mount.make("k"), versions: 1 },
  "a key rotates by schedule": {
    prepare: async (mount) => {
      await mount.make("k", { auto_rotate_period: "1h" });
      mount.clock.advance(HOUR);
    },
    run: (mount) => mount.keep(),
    versions: 2,
  },
  "a key is configured": {
    prepare: made(2),
    run: (mount) => mount.request("update", "keys/k/config", { auto_rotate_period: "1h", min_decryption_version: 2 }),
    versions: 2,
  },
  "a key is trimmed": {
    prepare: async (mount) => {
      await many(mount);
      await mount.request("update", "keys/k/config", { min_decryption_version: 129, min_encryption_version: 129 });
    },
    run: (mount) => mount.request("update", "keys/k/trim", { min_available_version: 129 }),
    versions: 2,
  },
  "a key is deleted": { prepare: many, run: (mount) => mount.request("delete", "keys/k"), versions: undefined },
  "a key is restored": {
    prepare: async () => undefined,
    run: (mount, backup) => mount.request("update", "restore/k", { backup }),
    versions: 130,
  },
  "a key is replaced by a restored one": {
    prepare: made(3),
    run: (mount, backup) => mount.request("update", "restore/k", { backup, force: true }),
    versions: 130,
  },
  "a key is imported": {
    prepare: async () => undefined,
    run: (mount) => mount.request("update", "keys/k/import", { type: "ed25519", public_key: PUBLIC_KEY }),
    versions: 1,
  },
};

const PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----`;

const source = createMount();
await many(source);
const BACKUP = String((await source.request("read", "backup/k")).data.backup);

const start = async (flow: Flow): Promise<{ readonly mount: TestMount; readonly killer: Killer }> => {
  const killer = createKiller();
  const mount = createMount({ crash: killer.crash });
  await flow.prepare(mount);
  return { mount, killer };
};

const triples: (readonly [flow: string, step: string, when: "before" | "after"])[] = [];
for (const [name, flow] of Object.entries(FLOWS)) {
  const { mount, killer } = await start(flow);
  const from = killer.steps.length;
  await flow.run(mount, BACKUP);
  for (const step of new Set(killer.steps.slice(from))) triples.push([name, step, "before"], [name, step, "after"]);
}

describe(`a process that dies, in ${triples.length} (flow, step, mode) triples`, () => {
  it("has every step in them", () => {
    expect([...new Set(triples.map(([, step]) => step))].sort()).toEqual([
      "transit.clear.note",
      "transit.clear.versions",
      "transit.config",
      "transit.create",
      "transit.delete",
      "transit.import",
      "transit.restore",
      "transit.restore.note",
      "transit.restore.versions",
      "transit.rotate.due",
      "transit.trim",
    ]);
  });

  it.each(triples)("while %s: %s, %s", async (name, step, when) => {
    const flow = FLOWS[name];
    if (!flow) throw new Error(`there is no flow ${name}`);
    const { mount, killer } = await start(flow);
    killer.kill(step, when);

    await flow.run(mount, BACKUP).catch(again);
    mount.restart();
    if (await mount.view.get(mount.view.at("key/k"))) await whole(await mount.key("k"));
    await flow.run(mount, BACKUP).catch(again);
    await mount.keep();
    // A restore that was cut off is given an hour.
    mount.clock.advance(HOUR);
    await mount.keep();
    mount.restart();

    expect(await mount.strays()).toEqual([]);
    if (flow.versions === undefined) {
      expect(await mount.view.list("key/")).toEqual([]);
      expect(mount.view.keys()).toEqual([]);
      return;
    }
    const key = await mount.key("k");
    const versions = await whole(key);
    const more = name === "a key rotates by schedule" || name === "a key is configured" ? 1 : 0;
    expect(versions.size - flow.versions).toBeLessThanOrEqual(more);
    expect(versions.size).toBeGreaterThanOrEqual(flow.versions);
  });
});
