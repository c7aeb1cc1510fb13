import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { makeMount } from "../../../../src/core/config/initialize.ts";
import { changesSince, recentChangeWrite } from "../../../../src/core/config/recent.ts";
import type { Core } from "../../../../src/core/core.ts";
import { mountByAccessor, mountById } from "../../../../src/core/mounts/find.ts";
import { toSealed } from "../../../../src/core/sealed.ts";
import { as, type MountPath } from "../../../../src/std/brand.ts";
import { systemRandom } from "../../../../src/std/random.ts";
import { configRow, recentChangesAddress } from "../../../../src/storage/keys.ts";
import { ConditionFailed, type Entry, type Write } from "../../../../src/storage/store.ts";
import { anotherEnvironment, makeServer, type TestServer } from "../../../support/make-server.ts";
import { patience, runs } from "../../../support/runs.ts";

/** An environment that reads what changed knows what one knows that reads everything. */

let server: TestServer;
beforeEach(async () => {
  server = await makeServer();
});
afterEach(() => server.dynamo.close());

const NAMES = ["a", "b", "c"] as const;

interface Step {
  readonly by: number;
  readonly what: "mount" | "tune" | "unmount" | "setting" | "no setting" | "policy" | "no policy" | "many";
  readonly name: (typeof NAMES)[number];
}

const step: fc.Arbitrary<Step> = fc.record({
  by: fc.nat(2),
  what: fc.constantFrom("mount", "tune", "unmount", "setting", "no setting", "policy", "no policy", "many"),
  name: fc.constantFrom(...NAMES),
});

/** Another one may have removed what is tuned. */
const unlessGone = (cause: unknown): void => {
  if (!(cause instanceof ConditionFailed)) throw cause;
};

let written = 0;
const act = async (core: Core, { what, name }: Step): Promise<void> => {
  written += 1;
  const at = as<MountPath>(`mount-${name}/`);
  const text = `path "secret/${written}" { capabilities = ["read"] }`;
  const steps: Readonly<Record<Step["what"], () => Promise<unknown>>> = {
    mount: async () => {
      const mount = makeMount(systemRandom, { kind: "secret", type: "kv", path: at, description: String(written) });
      await core.config.change([await core.config.row("mount", at, toSealed(mount), "any")]);
    },
    tune: async () => {
      const mount = (await core.config.now()).mounts.get(at);
      if (mount) await core.config.putMount({ ...mount, description: `tuned ${written}` }, "present").catch(unlessGone);
    },
    unmount: () => core.config.removeMount(at),
    setting: () => core.config.putRow("ui-header", name, { value: written }),
    "no setting": () => core.config.putRow("ui-header", name, undefined),
    policy: () => core.policies.change(name, () => ({ name, text })),
    "no policy": () => core.policies.remove(name),
    many: async () => {
      const rows = NAMES.map((one) => core.config.row("ui-header", one, { value: written }, "any"));
      await core.config.change(await Promise.all(rows));
    },
  };
  await steps[what]();
};

const known = async (core: Core) => {
  const snapshot = await core.config.now();
  const policies = await core.policies.getAll(NAMES);
  return {
    ...snapshot,
    mounts: [...snapshot.mounts],
    found: [...snapshot.mounts.values()].map(({ info }) => [
      mountById(snapshot, info.id),
      mountByAccessor(snapshot, info.accessor),
    ]),
    groups: [...snapshot.groups].sort(),
    settings: [...snapshot.settings].sort(),
    policies: policies.map(({ name, text }) => [name, text]),
  };
};

describe("an environment that is behind", () => {
  it(
    "knows after any changes, made side by side by any environment, what a new environment reads",
    async () => {
      const others = [anotherEnvironment(server), anotherEnvironment(server)];
      const cores = [server.core, ...others.map(({ core }) => core)];
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 6 }), async (turns) => {
          for (const together of turns) {
            await Promise.all(together.map((one) => act(cores[one.by] ?? server.core, one)));
            // One of them alone looks now and then, so that the others fall behind.
            await known(cores[together[0]?.by ?? 0] ?? server.core);
          }
          const whole = await known(anotherEnvironment(server).core);
          for (const core of cores) expect(await known(core)).toEqual(whole);
        }),
        { numRuns: runs(25, 500) },
      );
    },
    patience,
  );

  it("finds a mount that was tuned as it is now, and none that is gone, by id and by accessor", async () => {
    const other = anotherEnvironment(server);
    await act(server.core, { by: 0, what: "mount", name: "a" });
    await act(server.core, { by: 0, what: "mount", name: "b" });
    const { info } = (await other.core.config.now()).mounts.get(as("mount-a/")) ?? { info: { id: "", accessor: "" } };
    expect(mountById(await other.core.config.now(), info.id)?.description).toBe(String(written - 1));
    await act(server.core, { by: 0, what: "tune", name: "a" });
    const tuned = await other.core.config.now();

    expect(mountById(tuned, info.id)?.description).toBe(`tuned ${written}`);
    expect(mountByAccessor(tuned, info.accessor)?.description).toBe(`tuned ${written}`);
    await act(server.core, { by: 0, what: "unmount", name: "a" });
    const gone = await other.core.config.now();
    expect([mountById(gone, info.id), mountByAccessor(gone, info.accessor)]).toEqual([undefined, undefined]);
    expect(gone.mounts.has(as("mount-b/"))).toBe(true);
  });

  it("reads everything where more changed than is remembered", async () => {
    const other = anotherEnvironment(server);
    await known(other.core);
    for (let at = 0; at < 60; at += 1) await server.core.config.putRow("ui-header", `h${at}`, { value: at });

    expect(await known(other.core)).toEqual(await known(anotherEnvironment(server).core));
  });

  it("reads everything where somebody raised the epoch and did not say what changed", async () => {
    const other = anotherEnvironment(server);
    await known(other.core);
    const { config, store } = server.core;
    const row = await config.row("ui-header", "silent", { value: 1 }, "any");
    await store.write([row, { op: "put", address: config.epochAddress, body: { id: "silent" }, when: "any" }]);
    await config.putRow("ui-header", "said", { value: 2 });

    const { settings } = await other.core.config.now();

    expect([settings.has("ui-header/silent"), settings.has("ui-header/said")]).toEqual([true, true]);
  });

  it("never goes back to what a request saw that was held up", async () => {
    const { config, policies, store } = server.core;
    await policies.change("a", () => ({ name: "a", text: 'path "secret/a" { capabilities = ["read"] }' }));
    const [before] = await store.get([config.epochAddress]);
    await policies.getAll(["a"]);
    await policies.remove("a");
    const { epoch } = await config.now();

    const seen = await config.fresh(before);

    expect([seen.epoch, (await config.snapshot()).epoch]).toEqual([epoch, epoch]);
    expect(await policies.getAll(["a"])).toEqual([]);
  });

  it("never goes back when it reads for two epochs at once and the older one takes longer", async () => {
    const { config, store } = anotherEnvironment(server).core;
    await config.now();
    const change = (value: number) => server.core.config.putRow("ui-header", "a", { value });
    await change(1);
    const [older] = await store.get([config.epochAddress]);
    await change(2);
    const [newer] = await store.get([config.epochAddress]);

    const both = await Promise.all([config.fresh(newer), config.fresh(older)]);

    const { epoch } = await server.core.config.now();
    expect([...both, await config.snapshot()].map((one) => one.epoch)).toEqual([epoch, epoch, epoch]);
  });

  it("has the refusal of the caller's own condition, and no other", async () => {
    const { config } = server.core;
    const row = await config.row("ui-header", "once", { value: 1 }, "absent");
    await config.change([row]);

    await expect(config.change([row])).rejects.toMatchObject({ name: "ConditionFailed", write: row });
  });
});

describe("the latest changes", () => {
  const put = (sk: string): Write => ({ op: "put", address: configRow(sk), body: null, when: "any" });
  const itemOf = (writes: readonly Write[], epochs: readonly string[]): Entry => {
    let body: Entry["body"] = { changes: [] };
    const entry = (): Entry => ({ address: recentChangesAddress, body, n: 1, clear: {}, secrets: undefined });
    for (const [index, epoch] of epochs.entries()) {
      const write = recentChangeWrite(entry(), epochs[index - 1] ?? "", { epoch, writes });
      if ("body" in write) body = write.body;
    }
    return entry();
  };

  it("are told from one epoch to another, and to none before", () => {
    const entry = itemOf([put("a")], ["1", "2", "3"]);

    expect(changesSince(entry, "1", "3")?.map(({ epoch }) => epoch)).toEqual(["2", "3"]);
    expect(changesSince(entry, "3", "1")).toBeUndefined();
    expect(changesSince(entry, "0", "3")).toBeUndefined();
    expect(changesSince(entry, "1", "4")).toBeUndefined();
    expect(changesSince(undefined, "1", "2")).toBeUndefined();
  });

  it("are forgotten from the oldest on when their rows are many", () => {
    const many = Array.from({ length: 60 }, (_, at) => put(`row-${at}`));
    const epochs = Array.from({ length: 10 }, (_, at) => String(at));
    const entry = itemOf(many, epochs);

    expect(changesSince(entry, "5", "9")).toHaveLength(4);
    expect(changesSince(entry, "1", "9")).toBeUndefined();
  });

  it("leave out conditions on rows that are not written", () => {
    const check: Write = { op: "check", address: configRow("checked"), when: "present" };
    const entry = itemOf([check, put("written")], ["1", "2"]);

    expect(changesSince(entry, "1", "2")).toEqual([{ epoch: "2", rows: ["written"], policies: [] }]);
  });
});
