import { describe, expect, it } from "@jest/globals";
import { createMount } from "./support/mount.ts";

describe("versions in memory", () => {
  it("cost nothing but the key's own entry once they are known", async () => {
    const mount = createMount();
    await mount.make("k", { type: "ecdsa-p256" });
    for (let n = 0; n < 5; n += 1) await mount.request("update", "keys/k/rotate");
    const numbers = [1, 2, 3, 4, 5, 6];
    await (await mount.key("k")).versions(numbers);
    mount.view.calls.splice(0);

    const key = await mount.key("k");
    const found = await key.versions(numbers);
    await key.version(6);

    expect(found.size).toBe(6);
    expect(mount.view.calls).toEqual([{ kind: "get", members: 1 }]);
  });

  it("are read together, however many are new", async () => {
    const mount = createMount();
    await mount.make("k");
    for (let n = 0; n < 150; n += 1) await mount.request("update", "keys/k/rotate");
    mount.restart();
    const key = await mount.key("k");
    mount.view.calls.splice(0);

    const found = await key.versions(Array.from({ length: 151 }, (_, index) => index + 1));

    expect(found.size).toBe(151);
    expect(mount.view.calls).toHaveLength(2);
  });

  it("are not those of a key that had the name before", async () => {
    const mount = createMount();
    await mount.make("k");
    const before = await (await mount.key("k")).version(1);
    await mount.request("update", "keys/k/config", { deletion_allowed: true });
    await mount.request("delete", "keys/k");
    await mount.make("k");
    const after = await (await mount.key("k")).version(1);

    expect(after?.secret?.reveal()).not.toEqual(before?.secret?.reveal());
  });

  it("are gone with a trim, although this process knew them", async () => {
    const mount = createMount();
    await mount.make("k");
    await mount.request("update", "keys/k/rotate");
    await (await mount.key("k")).versions([1, 2]);
    await mount.request("update", "keys/k/config", { min_decryption_version: 2, min_encryption_version: 2 });
    await mount.request("update", "keys/k/trim", { min_available_version: 2 });

    expect(await (await mount.key("k")).version(1)).toBeUndefined();
    expect(await (await mount.key("k")).version(2)).toBeDefined();
  });

  it("are as many as cache-config allows", async () => {
    const mount = createMount();
    await mount.request("update", "cache-config", { size: 10 });
    await mount.make("k");
    for (let n = 0; n < 19; n += 1) await mount.request("update", "keys/k/rotate");
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
    await (await mount.key("k")).versions(numbers);
    mount.view.calls.splice(0);

    await (await mount.key("k")).versions(numbers);

    // The key, then the ten that had to go and the mount's configuration.
    expect(mount.view.calls.map(({ members }) => members)).toEqual([1, 11]);
    await mount.request("update", "cache-config", { size: 0 });
    await (await mount.key("k")).versions(numbers);
    await (await mount.key("k")).versions(numbers);
    mount.view.calls.splice(0);
    await (await mount.key("k")).versions(numbers);
    expect(mount.view.calls).toEqual([{ kind: "get", members: 1 }]);
  });
});
