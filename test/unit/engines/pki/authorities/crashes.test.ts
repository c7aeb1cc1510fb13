import { describe, expect, it } from "@jest/globals";
import { createKiller } from "../../../../support/crash.ts";
import { createPkiMount, type PkiMount, ROOT, stored } from "./support/mount.ts";

/** Every flow that changes issuers and keys, cut off at each of its steps: what is left is whole, and can be done again. */

const foreign = createPkiMount();
const root = await foreign.data("root/generate/exported", { ...ROOT, common_name: "Elsewhere" });
const BUNDLE = `${String(root["private_key"])}\n${String(root["certificate"])}`;

interface Flow {
  readonly prepare?: (mount: PkiMount) => Promise<unknown>;
  readonly run: (mount: PkiMount) => Promise<unknown>;
  /** What holds once it was done again. */
  readonly done: (mount: PkiMount) => Promise<boolean>;
}

const generate = (mount: PkiMount) => mount.data("root/generate/internal", { ...ROOT, issuer_name: "own" });
const has = async (mount: PkiMount, name: string) => (await mount.index()).issuers.some((one) => one.name === name);
const count = async (mount: PkiMount) => (await mount.index()).issuers.length;

const FLOWS: Readonly<Record<string, Flow>> = {
  "a root is made": {
    run: async (mount) => ((await count(mount).catch(() => 0)) > 0 ? undefined : generate(mount)),
    done: (mount) => has(mount, "own"),
  },
  "a bundle is imported": {
    run: (mount) => mount.data("issuers/import/bundle", { pem_bundle: BUNDLE }),
    done: async (mount) => (await count(mount)) === 1 && (await mount.index()).keys.length === 1,
  },
  "an issuer is deleted": {
    prepare: generate,
    run: (mount) => mount.request("delete", "issuer/own"),
    done: async (mount) => !(await has(mount, "own")),
  },
  "everything is deleted": {
    prepare: async (mount) => {
      await generate(mount);
      await mount.data("issuers/import/bundle", { pem_bundle: BUNDLE });
    },
    run: (mount) => mount.request("delete", "root"),
    done: async (mount) => (await count(mount)) === 0 && stored(mount.view, "key").length === 0,
  },
  "an issuer is revoked": {
    prepare: generate,
    run: (mount) => mount.request("update", "issuer/own/revoke"),
    done: async (mount) => {
      const { data } = await mount.request("read", "issuer/own");
      return data.revoked === true && !String(data.usage).includes("issuing-certificates");
    },
  },
};

const triples: (readonly [flow: string, step: string, when: "before" | "after"])[] = [];
for (const [name, { prepare, run }] of Object.entries(FLOWS)) {
  const killer = createKiller();
  const mount = createPkiMount({ crash: killer.crash });
  await prepare?.(mount);
  const from = killer.steps.length;
  await run(mount);
  for (const step of new Set(killer.steps.slice(from))) triples.push([name, step, "before"], [name, step, "after"]);
}

describe(`a process that dies, in ${triples.length} (flow, step, mode) triples`, () => {
  it.each(triples)("while %s, at %s, %s it", async (name, step, when) => {
    const { prepare, run, done } = FLOWS[name] ?? { run: async () => undefined, done: async () => false };
    const killer = createKiller();
    const mount = createPkiMount({ crash: killer.crash });
    await prepare?.(mount);
    killer.kill(step, when);
    await expect(run(mount)).rejects.toThrow(step);

    const index = await mount.index().catch(() => undefined);
    expect((index?.issuers ?? []).map(({ id }) => id).sort()).toEqual(stored(mount.view, "issuer"));
    expect((index?.keys ?? []).map(({ id }) => id).sort()).toEqual(stored(mount.view, "key"));
    await run(mount.another());
    expect(await done(mount)).toBe(true);
  });
});
