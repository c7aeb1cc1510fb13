import { beforeEach, describe, expect, it } from "@jest/globals";
import { createCaches } from "../../../src/core/caches.ts";
import { makeMount } from "../../../src/core/config/initialize.ts";
import type { Snapshot } from "../../../src/core/config/types.ts";
import type { Mount } from "../../../src/core/mounts/mount.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { seconds } from "../../../src/std/time.ts";
import { createTestClock, type TestClock } from "../../support/storage.ts";

const mount = makeMount(systemRandom, { kind: "secret", type: "kv", path: "a/" });
const { id } = mount.info;

const snapshot = (mounts: readonly Mount[], more: Partial<Snapshot> = {}): Snapshot => ({
  epoch: "",
  mounts: new Map(mounts.map((one) => [one.info.path, one])),
  auditDevices: [],
  settings: new Map(),
  groups: new Map(),
  sealed: false,
  ...more,
});

let clock: TestClock;
let caches: ReturnType<typeof createCaches>;
let gone: string[];
beforeEach(() => {
  clock = createTestClock(0);
  caches = createCaches({ clock });
  caches.follow(snapshot([mount]));
  gone = [];
});

const cache = (most = 3) =>
  caches.of(id)<string>("c", { maxAgeMs: 1000, most, dispose: (value) => void gone.push(value) });

describe("a backend's cache", () => {
  it("gives back what was set until it is too old", () => {
    cache().set("k", "v");
    clock.advance(999);
    expect(cache().get("k")).toBe("v");
    clock.advance(1);
    expect(cache().get("k")).toBeUndefined();
    expect(gone).toEqual(["v"]);
  });

  it("is its mount's alone", () => {
    cache().set("k", "v");
    const other = makeMount(systemRandom, { kind: "secret", type: "kv", path: "b/" });
    expect(caches.of(other.info.id)("c", { maxAgeMs: 1000 }).get("k")).toBeUndefined();
  });

  it("holds so many values, and drops the oldest first", () => {
    for (const key of ["1", "2", "3", "4"]) cache().set(key, key);
    expect(["1", "2", "3", "4"].map((key) => cache().get(key))).toEqual([undefined, "2", "3", "4"]);
    expect(gone).toEqual(["1"]);
  });

  it("disposes of what is replaced or deleted, once", () => {
    cache().set("k", "a");
    cache().set("k", "b");
    cache().delete("k");
    cache().delete("k");
    expect(gone).toEqual(["a", "b"]);
  });

  const term = new Map([["setting/key-term", { term: 2 }]]);
  it.each<[string, Snapshot]>([
    ["the server is sealed", snapshot([mount], { sealed: true })],
    ["the mount is removed", snapshot([])],
    ["the mount is being removed", snapshot([{ ...mount, tainted: true }])],
    ["the mount is moved", snapshot([{ ...mount, info: { ...mount.info, path: "b/" as Mount["info"]["path"] } }])],
    ["the mount is tuned", snapshot([{ ...mount, config: { ...mount.config, maxLeaseTtl: seconds(5) } }])],
    ["the data keys rotate", snapshot([mount], { settings: term })],
  ])("is emptied when %s", (_, after) => {
    cache().set("k", "v");
    caches.follow(after);
    expect(cache().get("k")).toBeUndefined();
    expect(gone).toEqual(["v"]);
  });

  it("stays when something else changes", () => {
    cache().set("k", "v");
    const other = makeMount(systemRandom, { kind: "secret", type: "kv", path: "b/" });
    caches.follow(snapshot([mount, other], { epoch: "2", settings: new Map([["setting/cors", {}]]) }));
    expect(cache().get("k")).toBe("v");
  });

  it("takes nothing from a request that began before it was emptied", () => {
    const old = cache();
    caches.follow(snapshot([]));
    old.set("k", "late");
    expect(old.get("k")).toBeUndefined();
    expect(cache().get("k")).toBeUndefined();
    expect(gone).toEqual(["late"]);
  });
});
