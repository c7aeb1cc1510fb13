import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { createMount, type TestMount } from "./support/mount.ts";
import { wrap, wrappingKeyOf } from "./support/wrapping.ts";

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

describe("versions in memory while another process changes the key", () => {
  /** Two processes over one table; the first knows all versions of the key. */
  const two = async (options: Readonly<Record<string, boolean>> = {}) => {
    const here = createMount();
    const there = createMount({ view: here.view });
    await here.make("k", { exportable: true, allow_plaintext_backup: true, ...options });
    await here.request("update", "keys/k/rotate");
    await (await here.key("k")).versions([1, 2]);
    return { here, there };
  };
  const secretOf = async (mount: TestMount, number: number) =>
    Buffer.from((await (await mount.key("k")).version(number))?.secret?.reveal() ?? []).toString("hex");

  it("are not those of the key that was deleted and made again there", async () => {
    const { here, there } = await two();
    const before = await secretOf(here, 1);
    await there.request("update", "keys/k/config", { deletion_allowed: true });
    await there.request("delete", "keys/k");
    await there.make("k");

    expect(await secretOf(here, 1)).toBe(await secretOf(there, 1));
    expect(await secretOf(here, 1)).not.toBe(before);
    expect(await secretOf(here, 2)).toBe("");
  });

  it("do not open what was encrypted before the key was deleted there", async () => {
    const { here, there } = await two();
    const { ciphertext } = (await here.request("update", "encrypt/k", { plaintext: "AAAA" })).data;
    await there.request("update", "keys/k/config", { deletion_allowed: true });
    await there.request("delete", "keys/k");

    await expect(here.request("update", "decrypt/k", { ciphertext })).rejects.toMatchObject({
      wire: "encryption key not found",
    });
  });

  it("are gone with a trim there", async () => {
    const { here, there } = await two();
    const { ciphertext } = (await here.request("update", "encrypt/k", { plaintext: "AAAA", key_version: 1 })).data;
    await there.request("update", "keys/k/config", { min_decryption_version: 2, min_encryption_version: 2 });
    await there.request("update", "keys/k/trim", { min_available_version: 2 });

    await expect(here.request("update", "decrypt/k", { ciphertext })).rejects.toMatchObject({
      wire: "ciphertext or signature version is disallowed by policy (too old)",
    });
    expect(await secretOf(here, 1)).toBe("");
  });

  it("are those of the backup once it was restored there, by the same numbers", async () => {
    const { here, there } = await two();
    const { backup } = (await there.request("read", "backup/k")).data;
    const wanted = await secretOf(here, 1);
    await there.request("update", "keys/k/config", { deletion_allowed: true });
    await there.request("delete", "keys/k");
    await there.make("k");
    const between = await secretOf(here, 1);
    await there.request("update", "restore/k", { backup, force: true });

    expect(between).not.toBe(wanted);
    expect(await secretOf(here, 1)).toBe(wanted);
  });

  it("have the private half once it was imported there", async () => {
    const here = createMount();
    const there = createMount({ view: here.view });
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const public_key = publicKey.export({ type: "spki", format: "pem" }).toString();
    await here.request("update", "keys/k/import", { type: "ecdsa-p256", public_key });
    expect((await (await here.key("k")).version(1))?.privateKey).toBeUndefined();
    const wrapped = wrap(await wrappingKeyOf(there), privateKey.export({ type: "pkcs8", format: "der" }));
    await there.request("update", "keys/k/import_version", { ciphertext: wrapped.toString("base64") });

    expect((await (await here.key("k")).version(1))?.privateKey).toBeDefined();
  });
});
