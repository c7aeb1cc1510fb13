import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** The life of a rate limit: what is shown is enforced, and what is gone is forgotten. */

let server: TestServer;
let call: TestServer["call"];
beforeEach(async () => {
  server = await makeServer();
  call = server.call;
  await call("POST", "sys/auth/approle", { body: { type: "approle" } });
  for (const role of ["tight", "lax"]) {
    await call("POST", `auth/approle/role/${role}`, {
      body: { bind_secret_id: false, token_bound_cidrs: "0.0.0.0/0" },
    });
    await call("POST", `auth/approle/role/${role}/role-id`, { body: { role_id: `id-${role}` } });
  }
});
afterEach(() => server.dynamo.close());

const limit = (name: string, body: object) => call("POST", `sys/quotas/rate-limit/${name}`, { body });
const login = async (role_id: string, more: object = {}, mount = "approle") =>
  (await call("POST", `auth/${mount}/login`, { token: null, body: { role_id, ...more } })).status;
const logins = async (count: number, role_id: string, more: object = {}, mount = "approle") => {
  const found: number[] = [];
  for (let i = 0; i < count; i++) found.push(await login(role_id, more, mount));
  return found;
};
const HOUR = { interval: "1h" };

describe("a rate limit of one role", () => {
  it("counts the role that the role id leads to, and no other", async () => {
    expect((await limit("q", { path: "auth/approle/", role: "tight", rate: 2, ...HOUR })).status).toBe(204);
    expect(await logins(3, "id-tight")).toEqual([200, 200, 429]);
    expect(await logins(2, "id-lax")).toEqual([200, 200]);
  });

  it("is not escaped, nor spent for another, by a role in the body", async () => {
    await limit("q", { path: "auth/approle/", role: "tight", rate: 1, ...HOUR });
    await limit("wide", { path: "auth/approle/", role: "lax", rate: 1000, ...HOUR });
    expect(await logins(2, "id-tight", { role: "lax" })).toEqual([200, 429]);
    expect(await logins(2, "id-lax", { role: "tight" })).toEqual([200, 200]);
  });

  it("is a folded name, as the method folds it", async () => {
    await limit("q", { path: "auth/approle", role: "TIGHT", rate: 1, ...HOUR });
    expect(await logins(2, "id-tight")).toEqual([200, 429]);
  });

  it("falls back to the mount's own limit for other roles", async () => {
    await limit("q", { path: "auth/approle/", role: "tight", rate: 100, ...HOUR });
    await limit("m", { path: "auth/approle/", rate: 1, ...HOUR });
    expect(await logins(2, "id-lax")).toEqual([200, 429]);
    expect(await logins(2, "id-tight")).toEqual([200, 200]);
  });

  it.each([
    [{ path: "auth/approle/login" }, "Quotas cannot contain both a path suffix and a role"],
    [{ path: "sys/" }, "is not a valid auth method"],
    [{ path: "auth/userpass/" }, "does not support use with role-based quotas"],
    [{ path: "nowhere" }, "invalid mount path"],
    [{ path: "auth/approle/", inheritable: true }, "only namespace quotas can be configured as inheritable"],
  ])("of %j is refused: %s", async (where, text) => {
    await call("POST", "sys/auth/userpass", { body: { type: "userpass" } });
    const refused = await limit("q", { ...where, role: "tight", rate: 1 });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining(text)]);
  });
});

describe("a rate limit of a mount", () => {
  it("may be written without its final slash, and reads back as Vault shows it", async () => {
    expect((await limit("q", { path: "auth/approle", rate: 1, ...HOUR })).status).toBe(204);
    expect((await call("GET", "sys/quotas/rate-limit/q")).data).toMatchObject({
      path: "auth/approle/",
      role: "",
      inheritable: false,
    });
    expect(await logins(2, "id-lax")).toEqual([200, 429]);
  });

  it("of everything is inheritable, and shown so", async () => {
    await limit("all", { rate: 1000 });
    expect((await call("GET", "sys/quotas/rate-limit/all")).data).toMatchObject({ path: "", inheritable: true });
  });

  it("counts from zero when it is made again", async () => {
    await limit("q", { path: "auth/approle/", rate: 1, ...HOUR });
    expect(await logins(2, "id-lax")).toEqual([200, 429]);
    await call("DELETE", "sys/quotas/rate-limit/q");
    await limit("q", { path: "auth/approle/", rate: 1, ...HOUR });
    expect(await logins(2, "id-lax")).toEqual([200, 429]);
  });

  it("follows its mount when it is moved", async () => {
    await limit("q", { path: "auth/approle/", role: "tight", rate: 1, ...HOUR });
    await call("POST", "sys/remount", { body: { from: "auth/approle", to: "auth/moved" } });
    await server.core.jobs.resume(["remount"], server.clock.now() + 60_000);
    expect((await call("GET", "sys/quotas/rate-limit/q")).data["path"]).toBe("auth/moved/");
    expect(await logins(2, "id-tight", {}, "moved")).toEqual([200, 429]);
  });

  it("is gone with its mount, and not back with another at its path", async () => {
    await limit("q", { path: "auth/approle/", rate: 1, ...HOUR });
    await call("DELETE", "sys/auth/approle");
    expect((await call("GET", "sys/quotas/rate-limit/q")).status).toBe(404);
    expect((await call("LIST", "sys/quotas/rate-limit")).status).toBe(404);
    await call("POST", "sys/auth/approle", { body: { type: "approle" } });
    expect(await logins(3, "id-lax")).toEqual([400, 400, 400]);
  });
});

describe("V70: the order of a request in the assembled server", () => {
  const raw = (body: string) =>
    server.handle({
      method: "POST",
      path: "/v1/auth/approle/login",
      query: "",
      headers: {},
      body: Buffer.from(body),
      sourceAddress: "192.0.2.9",
    });

  it("is size, rate limit, then the body", async () => {
    await limit("q", { path: "auth/approle/", rate: 1, ...HOUR });
    const large = await raw("x".repeat(33 * 1024 * 1024));
    const first = await raw("{");
    const calls = server.table.calls.length;
    const second = await raw("{");
    expect([large.status, first.status, second.status]).toEqual([413, 400, 429]);
    expect(server.table.calls.length).toBe(calls);
  });

  it("counts a request once, whatever stages it passes", async () => {
    await limit("q", { path: "auth/approle/login", rate: 2, ...HOUR });
    await limit("m", { path: "auth/approle/", rate: 1000, ...HOUR });
    expect(await logins(3, "id-lax")).toEqual([200, 200, 429]);
  });
});
