import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { attendKeys } from "../../../../../src/backends/identity/oidc/rotation.ts";
import { makeContext } from "../../../../../src/core/request/context.ts";
import { isJsonObject } from "../../../../../src/std/json.ts";
import { createKiller } from "../../../../support/crash.ts";
import { type IdentityServer, makeIdentityServer } from "../../../core/identity/support.ts";

/** Named keys: who may sign with them, how they follow one another, and what is published of them. */

const ISSUER = "https://vault.example.com";
const HOUR = 3_600_000;

const killer = createKiller();
let server: IdentityServer;
let token: string;
let entity: string;
beforeAll(async () => {
  server = await makeIdentityServer({ address: ISSUER, crash: killer.crash });
  await server.call("POST", "sys/policies/acl/tokens", {
    body: { policy: 'path "identity/oidc/token/*" { capabilities = ["read"] }' },
  });
  ({ token, entity } = await server.session("ann", { policies: ["tokens"] }));
});
afterAll(() => server.dynamo.close());

const post = (path: string, body: object = {}) => server.call("POST", `identity/oidc/${path}`, { body });
const jwks = async (): Promise<JSONWebKeySet> => {
  const { body } = await server.call("GET", "identity/oidc/.well-known/keys", { token: null });
  return body as unknown as JSONWebKeySet;
};
const kidsPublished = async () => (await jwks()).keys.map(({ kid }) => kid);

/** A key with a role that uses it. */
const made = async (name: string, body: object = {}, ttl = "30m") => {
  expect((await post(`key/${name}`, { algorithm: "EdDSA", allowed_client_ids: "*", ...body })).status).toBe(204);
  expect((await post(`role/${name}`, { key: name, ttl })).status).toBe(204);
};
const issue = async (name: string) => {
  const { status, data } = await server.call("GET", `identity/oidc/token/${name}`, { token });
  expect(status).toBe(200);
  return String(data["token"]);
};
const kidOf = (jwt: string) => decodeProtectedHeader(jwt).kid ?? "";
const verifies = async (jwt: string) =>
  jwtVerify(jwt, createLocalJWKSet(await jwks()), {
    issuer: `${ISSUER}/v1/identity/oidc`,
    currentDate: new Date(server.clock.now()),
  }).then(
    () => true,
    () => false,
  );
const tick = async () => server.core.schedule.tick(server.clock.now() + 60_000);

describe("a key", () => {
  it("is published one rotation before it signs, and until what it signed has ended", async () => {
    await made("turns", { rotation_period: "1h", verification_ttl: "2h" }, "2h");
    const first = await issue("turns");
    const published = await kidsPublished();
    expect(published).toContain(kidOf(first));

    server.clock.advance(HOUR);
    await tick();
    const second = await issue("turns");
    expect(kidOf(second)).not.toBe(kidOf(first));
    expect(published).toContain(kidOf(second));
    expect([await verifies(first), await verifies(second)]).toEqual([true, true]);

    // Two hours after it stopped signing, the first one is withdrawn: to the second, and without the schedule.
    server.clock.advance(2 * HOUR - 1);
    expect(await kidsPublished()).toContain(kidOf(first));
    server.clock.advance(1);
    expect(await kidsPublished()).not.toContain(kidOf(first));
  });

  it("never signs past its time, even if the schedule does not run", async () => {
    await made("late", { rotation_period: "1h", verification_ttl: "1h" });
    const first = await issue("late");
    server.clock.advance(HOUR - 1);
    expect(kidOf(await issue("late"))).toBe(kidOf(first));
    server.clock.advance(1);
    const second = await issue("late");
    expect(kidOf(second)).not.toBe(kidOf(first));
    expect(await verifies(second)).toBe(true);
    server.clock.advance(7 * HOUR);
    expect(kidOf(await issue("late"))).not.toBe(kidOf(second));
  });

  it("V50: shows nothing of its private halves, in no answer, log or audit line", async () => {
    await made("shown", { algorithm: "ES256" });
    const answers = [
      await server.call("GET", "identity/oidc/key/shown"),
      await server.call("LIST", "identity/oidc/key"),
      await server.call("GET", "identity/oidc/.well-known/keys", { token: null }),
      await server.call("GET", "identity/oidc/provider/default/.well-known/keys", { token: null }),
    ];
    const told = [...answers.map(({ text }) => text), ...server.logLines, ...server.auditLines].join("\n");
    expect(told).not.toMatch(/"(?:d|p|q|dp|dq|qi)":|PRIVATE|pkcs8|MC4CAQ|MIGH/);
    expect(
      (await jwks()).keys.every((key) =>
        Object.keys(key).every((name) => /^(use|kty|kid|alg|crv|x|y|n|e)$/.test(name)),
      ),
    ).toBe(true);
  });

  it("is of one of seven algorithms, and of none that signs without a pair", async () => {
    for (const algorithm of ["none", "HS256", "PS256", "rs256", ""]) {
      expect((await post("key/odd", { algorithm })).text).toContain("unknown signing algorithm");
    }
  });

  it("whose algorithm changes signs with a new pair at once, and what it signed stays good", async () => {
    await made("changed", { algorithm: "EdDSA" });
    const before = await issue("changed");
    expect((await post("key/changed", { algorithm: "ES384" })).status).toBe(204);
    const after = await issue("changed");
    expect([decodeProtectedHeader(before).alg, decodeProtectedHeader(after).alg]).toEqual(["EdDSA", "ES384"]);
    expect([await verifies(before), await verifies(after)]).toEqual([true, true]);
  });

  it("V58: keeps what a partial write does not name", async () => {
    await made("kept", { rotation_period: "2h", verification_ttl: "3h" });
    await post("key/kept", { allowed_client_ids: "a,b" });
    expect((await server.call("GET", "identity/oidc/key/kept")).data).toEqual({
      rotation_period: 7200,
      verification_ttl: 10_800,
      algorithm: "EdDSA",
      allowed_client_ids: ["a", "b"],
    });
  });

  it.each([[[]], [[""]], [null], [" "], [""]])("V59: with allowed client ids %j lets nobody sign", async (ids) => {
    await made("nobody", { allowed_client_ids: ids });
    const answer = await server.call("GET", "identity/oidc/token/nobody", { token });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("does not list the client ID")]);
  });

  it("stays while a role or a client uses it, also one that comes at the same time", async () => {
    for (let round = 0; round < 5; round += 1) {
      const name = `race-${round}`;
      await post(`key/${name}`, { algorithm: "EdDSA" });
      const [role, removal] = await Promise.all([
        post(`role/${name}`, { key: name }),
        server.call("DELETE", `identity/oidc/key/${name}`),
      ]);
      // One of them was first: either the key is gone and the role was refused, or both are there.
      const key = await server.call("GET", `identity/oidc/key/${name}`);
      expect([role.status, removal.status, key.status]).toEqual(
        role.status === 204 ? [204, 400, 200] : [400, 204, 404],
      );
    }
    await post("key/used", { algorithm: "EdDSA" });
    await post("client/used", { key: "used" });
    expect((await server.call("DELETE", "identity/oidc/key/used")).text).toContain(
      "currently referenced by these clients: used",
    );
  });

  it("called default is there from the start, makes its pairs when it is first used, and stays", async () => {
    expect((await server.call("GET", "identity/oidc/key/default")).data).toEqual({
      rotation_period: 86_400,
      verification_ttl: 86_400,
      algorithm: "RS256",
      allowed_client_ids: ["*"],
    });
    await post("key/default", { algorithm: "ES256" });
    const before = (await jwks()).keys.length;
    await post("role/by-default", { key: "default" });
    expect((await jwks()).keys.length).toBe(before + 2);
    expect(await verifies(await issue("by-default"))).toBe(true);
    expect((await server.call("DELETE", "identity/oidc/key/default")).status).toBe(400);
    expect((await server.call("LIST", "identity/oidc/key")).data["keys"]).toContain("default");
  });
});

describe("a rotation", () => {
  it("is one, however many ask for it or find it due at the same time", async () => {
    await made("many", { algorithm: "ES256", rotation_period: "1h", verification_ttl: "1h" });
    const before = kidOf(await issue("many"));
    server.clock.advance(HOUR);
    const tokens = await Promise.all([
      ...Array.from({ length: 8 }, () => issue("many")),
      tick().then(() => issue("many")),
    ]);
    expect(new Set(tokens.map(kidOf)).size).toBe(1);
    expect(kidOf(tokens[0] ?? "")).not.toBe(before);

    const answers = await Promise.all(Array.from({ length: 8 }, () => post("key/many/rotate")));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 204));
    const published = (await jwks()).keys.map(({ kid }) => kid);
    expect(published).toContain(kidOf(tokens[0] ?? ""));
    const now = kidOf(await issue("many"));
    expect(now).not.toBe(kidOf(tokens[0] ?? ""));
  });

  it("after a theft withdraws the stolen key at once, also if another rotates meanwhile", async () => {
    await made("stolen");
    const jwt = await issue("stolen");
    await Promise.all([post("key/stolen/rotate", { verification_ttl: 0 }), post("key/stolen/rotate")]);
    expect(await kidsPublished()).not.toContain(kidOf(jwt));
    expect((await post("introspect", { token: jwt })).body).toEqual({
      active: false,
      error: "unable to validate the token signature",
    });
  });

  it("is refused while 32 former keys are still good, unless the last one need not be", async () => {
    await made("worn");
    let answer = await post("key/worn/rotate");
    for (let count = 1; count < 33; count += 1) answer = await post("key/worn/rotate");
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("verification_ttl of 0")]);
    expect((await post("key/worn", { algorithm: "ES256" })).status).toBe(400);
    const jwt = await issue("worn");
    expect((await post("key/worn/rotate", { verification_ttl: 0 })).status).toBe(204);
    expect(await kidsPublished()).not.toContain(kidOf(jwt));
  });

  it.each(["before", "after"] as const)("that dies %s its write leaves a key that signs and verifies", async (when) => {
    await made(`dies-${when}`);
    const jwt = await issue(`dies-${when}`);
    killer.kill("identity.oidc.rotate", when);
    await post(`key/dies-${when}/rotate`).catch(() => undefined);
    const next = await issue(`dies-${when}`);
    expect(kidOf(next) === kidOf(jwt)).toBe(when === "before");
    expect([await verifies(jwt), await verifies(next)]).toEqual([true, true]);
  });

  it("by the schedule costs one read when nothing is due", async () => {
    const { mounts } = await server.core.config.snapshot();
    const mount = [...mounts.values()].find(({ info }) => info.type === "identity");
    if (!mount) throw new Error("there is no identity mount");
    const cx = await makeContext(server.core, mount, { generatePassword: async () => undefined });
    await attendKeys(cx, Number.POSITIVE_INFINITY);
    const calls = server.table.calls.length;
    await attendKeys(cx, Number.POSITIVE_INFINITY);
    expect(server.table.calls.length - calls).toBe(1);
  });
});

describe("the published keys", () => {
  it("may be kept for as long as no key that is not among them can sign", async () => {
    const { headers } = await server.call("GET", "identity/oidc/.well-known/keys", { token: null });
    expect(headers["cache-control"]).toBe("max-age=3600");
    await made("quick", { rotation_period: "5m", verification_ttl: "30m" });
    const quick = await server.call("GET", "identity/oidc/.well-known/keys", { token: null });
    expect(quick.headers["cache-control"]).toBe("max-age=300");
    await server.call("DELETE", "identity/oidc/role/quick");
  });

  it("are those of roles alone, and cost one read while nothing changes", async () => {
    await post("key/unused", { algorithm: "EdDSA" });
    const count = (await jwks()).keys.length;
    await post("role/now-used", { key: "unused" });
    expect((await jwks()).keys.length).toBe(count + 2);
    await jwks();
    const calls = server.table.calls.length;
    await jwks();
    expect(server.table.calls.length - calls).toBe(1);
  });
});

describe("V43 and S-none: a token that was not signed here", () => {
  it("is inactive, whatever it says of its algorithm and its key", async () => {
    await made("judge");
    const jwt = await issue("judge");
    const [, payload = "", signature = ""] = jwt.split(".");
    const kid = kidOf(jwt);
    const { keys } = await jwks();
    const header = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const forged = [
      `${header({ alg: "none", kid })}.${payload}.`,
      `${header({ alg: "HS256", kid })}.${payload}.${signature}`,
      `${header({ alg: "EdDSA", kid: "../../etc/passwd" })}.${payload}.${signature}`,
      `${header({ alg: "EdDSA", kid, jwk: keys[0] })}.${payload}.${signature}`,
      `${header({ alg: "EdDSA", kid, crit: ["b64"], b64: false })}.${payload}.${signature}`,
      `${jwt}x`,
      jwt.split(".").slice(0, 2).join("."),
      "x".repeat(100_000),
      "",
    ];
    for (const one of forged) {
      const { status, body } = await post("introspect", { token: one });
      expect([status, body["active"], typeof body["error"]]).toEqual([200, false, "string"]);
    }
    expect((await post("introspect", { token: jwt })).body).toEqual({ active: true });
  });

  it("ends at its end, and when its entity does", async () => {
    await made("ends");
    const jwt = await issue("ends");
    server.clock.advance(30 * 60_000 - 1000);
    expect((await post("introspect", { token: jwt })).body).toEqual({ active: true });
    server.clock.advance(1000);
    expect((await post("introspect", { token: jwt })).body["error"]).toContain("token is expired (exp)");
    const other = await issue("ends");
    await server.call("POST", `identity/entity/id/${entity}`, { body: { disabled: true } });
    expect((await post("introspect", { token: other })).body["error"]).toBe("entity is disabled");
    await server.call("POST", `identity/entity/id/${entity}`, { body: { disabled: false } });
  });
});

describe("the issuer", () => {
  it("is what the server was told, and never what a request says of itself", async () => {
    await made("issuer");
    const headers = {
      host: "evil.example.com",
      "x-forwarded-host": "evil.example.com",
      forwarded: "host=evil.example.com",
    };
    const answers = [
      await server.call("GET", "identity/oidc/token/issuer", { token, headers }),
      await server.call("GET", "identity/oidc/.well-known/openid-configuration", { token: null, headers }),
      await server.call("GET", "identity/oidc/provider/default/.well-known/openid-configuration", {
        token: null,
        headers,
      }),
      await server.call("GET", "identity/oidc/provider/default", { headers }),
    ];
    const [{ data }] = answers as [(typeof answers)[0]];
    const claims = JSON.parse(Buffer.from(String(data["token"]).split(".")[1] ?? "", "base64url").toString()) as object;
    expect(claims).toMatchObject({ iss: `${ISSUER}/v1/identity/oidc`, sub: entity });
    expect(answers.map(({ text }) => text).join()).not.toContain("evil");
  });

  it.each([
    "https://a.example.com/",
    "https://a.example.com?x",
    "https://a.example.com#x",
    "https://u:p@a.example.com",
    "https://a b",
    "javascript:alert(1)",
    "//a.example.com",
  ])("is refused as %s", async (issuer) => {
    expect((await post("config", { issuer })).status).toBe(400);
    expect((await post("provider/odd", { issuer })).status).toBe(400);
  });

  it("is an object of configuration that a read gives back as it was written", async () => {
    const { body } = await post("config", { issuer: "https://other.example.com:8200" });
    expect(isJsonObject(body)).toBe(true);
    expect((await server.call("GET", "identity/oidc/config")).data).toEqual({
      issuer: "https://other.example.com:8200",
    });
    await post("config", { issuer: "" });
  });
});
