import { describe, expect, it } from "@jest/globals";
import { keyAddress, versionAddress } from "../../../../src/engines/kv/keys.ts";
import { createMount, type TestMount } from "./support.ts";

/** A version is two items, and others may write between the reads of the two. */

/** Somebody who removes the key and writes it again before every read of the version's item, `times` times. */
const disturbed = (mount: TestMount, path: string, times: number): TestMount["view"] => {
  let left = times;
  const version = versionAddress(mount.view, path, 1).sk;
  const get: TestMount["view"]["get"] = async (address) => {
    if (address.sk !== version || left-- <= 0) return mount.view.get(address);
    await mount.request("delete", `metadata/${path}`);
    const missed = await mount.view.get(address);
    await mount.fill(path, [10, 20]);
    return missed;
  };
  return {
    ...mount.view,
    get,
    getMany: async (addresses) => {
      const entries = [];
      for (const address of addresses) entries.push(await get(address));
      return entries;
    },
  };
};

const key = async (times: number): Promise<TestMount> => {
  const mount = createMount();
  await mount.fill("a", [1, 2]);
  return createMount("2", { view: disturbed(mount, "a", times) });
};

describe("a version whose key is removed and written again while it is read", () => {
  it("is read as it is in the end, however often that happens", async () => {
    const mount = await key(20);

    expect((await mount.request("read", "data/a", { version: 1 })).data.data).toEqual({ n: 10 });
  });

  it("is a failure to try again where that never ends", async () => {
    const mount = await key(Number.POSITIVE_INFINITY);

    await expect(mount.request("read", "data/a", { version: 1 })).rejects.toMatchObject({
      code: "storage_unavailable",
      retryAfter: 1,
    });
  });
});

describe("a version whose item is gone though nobody wrote its key", () => {
  it("is lost, and nobody is told to try again", async () => {
    const mount = createMount();
    await mount.fill("a", [1, 2]);
    await mount.view.write([{ op: "delete", address: versionAddress(mount.view, "a", 1), when: "any" }]);

    await expect(mount.request("read", "data/a", { version: 1 })).rejects.toMatchObject({ code: "internal" });
    expect(await mount.view.get(keyAddress(mount.view, "a"))).toBeDefined();
  });
});
