import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mountEverything } from "../../../support/every-path.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** A mount is described, tuned, disabled and moved at its own path, never at one that only begins with it. */

let server: TestServer;
let mounts: readonly string[];

beforeAll(async () => {
  server = await makeServer();
  await mountEverything(server);
  mounts = [...(await server.core.config.snapshot()).mounts.keys()];
});
afterAll(() => server.dynamo.close());

/** Paths that find a mount by longest prefix. */
const longer = (): readonly string[] => mounts.flatMap((mount) => [`${mount}any`, `${mount}any/more`, `${mount}sys`]);

const below = (path: string): string => path.replace(/^auth\//, "");

describe("V25: a path longer than the mount's", () => {
  it("does not read or change settings, whatever mount it begins with", async () => {
    const before = JSON.stringify([...(await server.core.config.snapshot()).mounts.values()]);
    const answered: string[] = [];
    for (const path of longer()) {
      const at = path.startsWith("auth/") ? [`sys/mounts/${path}`, `sys/auth/${below(path)}`] : [`sys/mounts/${path}`];
      for (const one of at) {
        for (const [method, where] of [
          ["GET", one],
          ["GET", `${one}/tune`],
          ["POST", `${one}/tune`],
        ] as const) {
          const body = { description: "changed", max_lease_ttl: "60s" };
          const { status } = await server.call(method, where, method === "POST" ? { body } : {});
          if (status !== 400 && status !== 404) answered.push(`${method} ${where}: ${status}`);
        }
      }
    }
    expect(answered).toEqual([]);
    expect(JSON.stringify([...(await server.core.config.snapshot()).mounts.values()])).toBe(before);
  });

  it("does not get past a deny on the mount's own", async () => {
    const policy = `path "sys/mounts/*" { capabilities = ["read", "update", "delete", "sudo"] }
      path "sys/mounts/kv2/tune" { capabilities = ["deny"] }
      path "sys/mounts/kv2" { capabilities = ["deny"] }`;
    await server.call("PUT", "sys/policies/acl/mounts", { body: { policy } });
    const { body } = await server.call("POST", "auth/token/create", { body: { policies: ["mounts"] } });
    const token = String((body["auth"] as { client_token: string }).client_token);
    const statusOf = async (method: string, path: string) =>
      (await server.call(method, path, { token, ...(method === "POST" ? { body: { description: "x" } } : {}) })).status;
    expect(await statusOf("POST", "sys/mounts/kv2/tune")).toBe(403);
    expect(await statusOf("POST", "sys/mounts/kv2/any/tune")).toBe(400);
    expect(await statusOf("GET", "sys/mounts/kv2/any/tune")).toBe(400);
    expect(await statusOf("GET", "sys/mounts/kv2/any")).toBe(400);
    expect(await statusOf("DELETE", "sys/mounts/kv2/")).toBe(403);
    expect(await statusOf("GET", "sys/mounts/kv2/")).toBe(403);
  });

  it("leaves the mounts that are never tuned as they are", async () => {
    for (const mount of ["sys", "cubbyhole", "identity"]) {
      const { status, body } = await server.call("POST", `sys/mounts/${mount}/tune`, { body: { description: "x" } });
      expect([status, body["errors"]]).toEqual([400, [`cannot tune parameter description of ${mount}/`]]);
    }
  });
});
