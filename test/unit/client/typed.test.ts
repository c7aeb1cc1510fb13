import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createClient, type VaultClient } from "../../../src/client/typed/index.ts";
import { type LocalServer, startLocalServer } from "../../../src/local/server/index.ts";

/** The client for programs, against a server. */

let server: LocalServer;
let vault: VaultClient;

beforeAll(async () => {
  server = await startLocalServer({ port: 0, sweeper: false });
  vault = createClient({ address: server.url, token: server.rootToken }, {});
});
afterAll(async () => {
  vault.close();
  await server.close();
});

test("what is read is typed by what is there", async () => {
  const secrets = vault.kv();
  expect(await secrets.read("nothing")).toBeUndefined();
  expect(await secrets.list("nothing")).toEqual([]);
  await secrets.write("a", { x: 1 });
  await secrets.writeMetadata("a", { max_versions: 3, custom_metadata: { owner: "ann" } });
  expect(await secrets.read("a")).toMatchObject({ data: { x: 1 }, version: 1, custom_metadata: { owner: "ann" } });
  await secrets.delete("a");
  expect(await secrets.read("a")).toBeUndefined();
  await secrets.undelete("a", [1]);
  await secrets.destroy("a", [1]);
  const metadata = await secrets.readMetadata("a");
  expect(metadata).toMatchObject({ current_version: 1, max_versions: 3, custom_metadata: { owner: "ann" } });
  expect(metadata?.versions.get(1)?.destroyed).toBe(true);
  await secrets.deleteMetadata("a");
  expect(await secrets.readMetadata("a")).toBeUndefined();
});

test("a mount without versions, leases and tokens have their methods", async () => {
  await vault.write("sys/mounts/plain", { type: "kv" });
  const plain = vault.kv1("plain");
  await plain.write("a/b", { x: "1" });
  expect([await plain.read("a/b"), await plain.list("a")]).toEqual([{ x: "1" }, ["b"]]);
  await plain.delete("a/b");
  expect(await plain.read("a/b")).toBeUndefined();
  const made = await vault.token.create({ ttl: "1h", policies: ["default"] });
  const child = createClient({ address: server.url, token: made.client_token }, {});
  expect((await child.token.renewSelf(600)).lease_duration).toBe(600);
  const info = await vault.wrapping.wrap({ a: "b" }, 60);
  expect(await vault.wrapping.lookup(info.token)).toMatchObject({ creation_path: "sys/wrapping/wrap" });
  await expect(vault.leases.lookup("none")).rejects.toMatchObject({ status: 400 });
  await child.token.revokeSelf();
  await expect(child.token.lookupSelf()).rejects.toMatchObject({ status: 403 });
  child.close();
});
