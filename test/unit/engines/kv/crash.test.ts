import { describe, expect, it } from "@jest/globals";
import type { CrashPoint } from "../../../../src/framework/index.ts";
import { createMemoryView } from "../../../support/memory-view.ts";
import { createMount, type TestMount, upTo } from "./support.ts";

/** Kills the program before and after every write of a flow, and looks at what a new one finds. */

class Killed extends Error {}

type Mode = "before" | "after";

const killer = (at: number, mode: Mode) => {
  const names: string[] = [];
  const crash: CrashPoint = async (name, step) => {
    names.push(name);
    if (names.length - 1 === at && mode === "before") throw new Killed();
    const answer = await step();
    if (names.length - 1 === at && mode === "after") throw new Killed();
    return answer;
  };
  return { names, crash };
};

interface Flow {
  readonly name: string;
  readonly before: (mount: TestMount) => Promise<unknown>;
  readonly act: (mount: TestMount) => Promise<unknown>;
  /** What must hold once the caller has asked again. */
  readonly done: (mount: TestMount) => Promise<void>;
}

const long = async (mount: TestMount) => {
  await mount.request("update", "metadata/a", { max_versions: 100 });
  await mount.fill("a", upTo(50));
};

const empty = async (mount: TestMount) => expect(mount.view.keys()).toEqual([]);

const flows: readonly Flow[] = [
  {
    name: "a first write",
    before: async () => undefined,
    act: (mount) => mount.request("update", "data/a", { data: { n: 1 } }),
    done: async (mount) => expect((await mount.request("read", "data/a")).data.data).toEqual({ n: 1 }),
  },
  {
    name: "a write",
    before: (mount) => mount.fill("a", upTo(10)),
    act: (mount) => mount.request("update", "data/a", { data: { n: 11 } }),
    done: async (mount) => expect((await mount.request("read", "data/a")).data.data).toEqual({ n: 11 }),
  },
  {
    name: "a write after the limit was lowered",
    before: async (mount) => {
      await long(mount);
      await mount.request("update", "metadata/a", { max_versions: 2 });
    },
    act: (mount) => mount.request("update", "data/a", { data: { n: 51 } }),
    done: async (mount) => expect((await mount.view.items("a")).items).toHaveLength(2),
  },
  {
    name: "a patch",
    before: (mount) => mount.fill("a", [1]),
    act: (mount) => mount.request("patch", "data/a", { data: { m: 2 } }),
    done: async (mount) => expect((await mount.request("read", "data/a")).data.data).toEqual({ n: 1, m: 2 }),
  },
  {
    name: "a destruction of many versions",
    before: long,
    act: (mount) => mount.request("update", "destroy/a", { versions: upTo(50) }),
    done: async (mount) => expect((await mount.view.items("a")).items).toHaveLength(1),
  },
  {
    name: "a deletion of metadata",
    before: (mount) => mount.fill("a", [1, 2, 3]),
    act: (mount) => mount.request("delete", "metadata/a"),
    done: empty,
  },
  {
    name: "a deletion of metadata with a long history",
    before: long,
    act: (mount) => mount.request("delete", "metadata/a"),
    done: empty,
  },
];

/** Every key is listed, and every version the key counts can be read. */
const sound = async (mount: TestMount): Promise<void> => {
  const key = await mount.metadata("a");
  expect((await mount.request("list", "metadata/")).data).toEqual(key && { keys: ["a"] });
  for (const [version, { destroyed }] of Object.entries<{ destroyed: boolean }>(key?.versions ?? {})) {
    const { status, data } = await mount.request("read", "data/a", { version });
    if (destroyed) expect(status).toBe(404);
    else expect(data.data).toMatchObject({ n: expect.any(Number) });
  }
};

const stepsOf = async (flow: Flow): Promise<number> => {
  const view = createMemoryView();
  await flow.before(createMount("2", { view }));
  const { names, crash } = killer(-1, "before");
  await flow.act(createMount("2", { view, crash }));
  return names.length;
};

describe("killed at any write", () => {
  it.each(flows)("$name leaves a sound key, and asking again completes it", async (flow) => {
    const steps = await stepsOf(flow);
    expect(steps).toBeGreaterThan(0);
    for (let at = 0; at < steps; at++) {
      for (const mode of ["before", "after"] as const) {
        const view = createMemoryView();
        const mount = createMount("2", { view });
        await flow.before(mount);
        const doomed = createMount("2", { view, crash: killer(at, mode).crash });

        await expect(flow.act(doomed)).rejects.toBeInstanceOf(Killed);

        await sound(mount);
        await flow.act(mount);
        await flow.done(mount);
        await sound(mount);
      }
    }
  });
});
