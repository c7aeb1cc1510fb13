import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { checkBoundClaims } from "../../../../src/auth/jwt/bound-claims.ts";
import { mayBeName } from "../../../../src/auth/jwt/names.ts";
import { parseJson } from "../../../../src/std/json.ts";
import { authOf, createWorld, errorsOf, key as KEY, otherKey, pemOf, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const BASE = { role_type: "jwt", user_claim: "sub", bound_audiences: ["zeroth"] };
const CLAIMS = { sub: "job", aud: "zeroth" };
const role = async (body: object) => {
  await world.server.call("DELETE", "auth/jwt/role/r");
  await world.write("auth/jwt/role/r", { ...BASE, ...body });
};
const outcome = async (claims: object): Promise<unknown> => {
  const answer = await world.login({ ...CLAIMS, ...claims });
  return answer.status === 200 ? "granted" : errorsOf(answer);
};
const unmatched = (name: string) => [
  `error validating claims: claim "${name}" does not match any associated bound claim values`,
];
const missing = (name: string) => [`error validating claims: claim "${name}" is missing`];

describe("bound claims", () => {
  it.each([
    ["a text", { env: "prod" }, { env: "prod" }, "granted"],
    ["another text", { env: "prod" }, { env: "PROD" }, unmatched("env")],
    ["one of several", { env: ["prod", "test"] }, { env: "test" }, "granted"],
    ["one in a list", { env: "prod" }, { env: ["dev", "prod"] }, "granted"],
    ["none in a list", { env: ["a", "b"] }, { env: ["c", "d"] }, unmatched("env")],
    ["an empty list", { env: "prod" }, { env: [] }, unmatched("env")],
    ["missing", { env: "prod" }, {}, missing("env")],
    ["null", { env: "prod" }, { env: null }, missing("env")],
    ["a number", { level: 7 }, { level: 7 }, "granted"],
    ["the number as text", { level: 7 }, { level: "7" }, unmatched("level")],
    ["the text as number", { level: "7" }, { level: 7 }, unmatched("level")],
    ["a number that is near", { level: 7 }, { level: 7.9 }, unmatched("level")],
    ["a flag", { admin: true }, { admin: true }, "granted"],
    ["the flag as text", { admin: true }, { admin: "true" }, unmatched("admin")],
    ["the other flag", { admin: true }, { admin: false }, unmatched("admin")],
    ["a number in a list", { levels: 7 }, { levels: [1, 7] }, "granted"],
    ["a pointer", { "/a/b/1": "x" }, { a: { b: ["w", "x"] } }, "granted"],
    ["a pointer to another", { "/a/b/1": "x" }, { a: { b: ["x", "w"] } }, unmatched("/a/b/1")],
    ["a pointer to nothing", { "/a/b": "x" }, { a: "x" }, missing("/a/b")],
    ["a pointer with escapes", { "/a~1b/c~0d": "x" }, { "a/b": { "c~d": "x" } }, "granted"],
    ["a pointer to a length", { "/a/length": 1 }, { a: ["x"] }, missing("/a/length")],
    ["a member that objects have", { constructor: "x" }, {}, missing("constructor")],
    [
      "an object",
      { a: "x" },
      { a: { b: 1 } },
      ['error validating claims: received claim is not a string, bool, int or list: {"b":1}'],
    ],
  ])("%s", async (_, bound_claims, claims, wanted) => {
    await role({ bound_claims });
    expect(await outcome(claims)).toEqual(wanted);
  });

  it("numbers that a double would round are kept and compared as they are written", async () => {
    const id = (text: string) => `{"role_type":"jwt","user_claim":"sub","bound_claims":{"id":${text}}}`;
    const { handle, root } = world.server;
    await world.server.call("DELETE", "auth/jwt/role/r");
    const written = await handle({
      method: "POST",
      path: "/v1/auth/jwt/role/r",
      query: "",
      headers: { "x-vault-token": [root] },
      body: Buffer.from(id("9007199254740993")),
      sourceAddress: "127.0.0.1",
    });
    const claims = (text: string) => parseJson(`{"id":${text}}`);
    const bound = claims("9007199254740993");
    const check = (text: string) => () => checkBoundClaims("string", Object(bound), Object(claims(text)));
    expect([written.status, (await world.server.call("GET", "auth/jwt/role/r")).text]).toEqual([
      204,
      expect.stringContaining("9007199254740993"),
    ]);
    expect(check("9007199254740993")).not.toThrow();
    expect(check("9007199254740992")).toThrow("does not match");
  });

  it("a glob role keeps being one when it is written without saying so", async () => {
    await role({ bound_claims: { env: "prod-*" }, bound_claims_type: "glob" });
    await world.write("auth/jwt/role/r", { role_type: "jwt", token_ttl: "5m" });
    expect([await outcome({ env: "prod-eu" }), await outcome({ env: "dev" })]).toEqual(["granted", unmatched("env")]);
  });

  it.each([
    [{ a: { b: 1 } }, 'bound claim is not a string, bool, int or list: {"b":1}'],
    [{ a: null }, "bound claim is not a string, bool, int or list: null"],
    [{ a: ["x", { b: 1 }] }, 'bound claim is not a string, bool, int or list: ["x",{"b":1}]'],
  ])("V11: a binding that no token could meet, %j, is refused when it is written", async (bound_claims, text) => {
    const answer = await world.server.call("POST", "auth/jwt/role/odd", { body: { ...BASE, bound_claims } });
    expect([answer.status, errorsOf(answer)]).toEqual([400, [text]]);
  });
});

describe("V11: a property: violating only one constraint refuses the login", () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);

  it("of issuer, subject, audience, addresses, and each bound claim of each kind", async () => {
    await fc.assert(
      fc.asyncProperty(
        word,
        word,
        word,
        word,
        fc.integer({ min: 0, max: 999 }),
        fc.boolean(),
        async (iss, sub, aud, env, level, flag) => {
          const claims = { iss, sub, aud, env, level, flag, list: [`${env}y`, env], deep: { at: env } };
          await world.write("auth/jwt/config", { jwt_validation_pubkeys: [pemOf(KEY)], bound_issuer: iss });
          await role({
            bound_audiences: [aud],
            bound_subject: sub,
            bound_claims: { env, level, flag, list: env, "/deep/at": env },
            token_bound_cidrs: ["127.0.0.0/8"],
          });
          expect(await outcome(claims)).toBe("granted");
          const others = [
            { iss: `${iss}x` },
            { sub: `${sub}x` },
            { aud: `${aud}x` },
            { aud: [`${aud}x`] },
            { env: `${env}x` },
            { level: level + 1 },
            { level: String(level) },
            { flag: !flag },
            { list: [`${env}y`, `${env}x`] },
            { deep: { at: `${env}x` } },
            { deep: env },
          ];
          for (const other of others) expect(await outcome({ ...claims, ...other })).not.toBe("granted");
          for (const name of Object.keys(claims))
            expect(await outcome({ ...claims, [name]: undefined })).not.toBe("granted");
          const elsewhere = await world.server.call("POST", "auth/jwt/login", {
            token: null,
            body: { role: "r", jwt: await world.token({ ...CLAIMS, ...claims }) },
            sourceAddress: "192.0.2.1",
          });
          expect(elsewhere.status).toBe(403);
        },
      ),
      { numRuns: 5 },
    );
    await world.write("auth/jwt/config", { jwt_validation_pubkeys: [pemOf(KEY)] });
  });
});

describe("V79: texts of a token that become names", () => {
  const ODD = [
    "a\u0000b",
    "a\nb",
    "a\u202eb",
    "*",
    "a*",
    "..",
    ".",
    "a/../b",
    "a\\..\\b",
    "../x",
    " a",
    "a ",
    "\u200b",
    "x".repeat(10_240),
  ];
  const USUAL = [
    "ann@example.com",
    "ann+ci@example.com",
    "repo:acme/app:ref:refs/heads/main",
    "spiffe://acme.example/ns/a/sa/b",
    "arn:aws:iam::111111111111:role/app",
    "Jürgen Müller",
    "/admins",
    "a..b",
    "v1.2.3",
  ];

  it.each(USUAL)("%s is usual", (text) => expect(mayBeName(text)).toBe(true));

  it.each(ODD.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
    "%s is refused as user, group and metadata",
    async (_, text) => {
      await role({ groups_claim: "groups", claim_mappings: { team: "team" } });
      const usual = { groups: ["a"], team: "blue" };
      expect(await outcome(usual)).toBe("granted");
      expect(await outcome({ ...usual, sub: text })).toEqual(['claim "sub" cannot be used as a name']);
      expect(await outcome({ ...usual, team: text })).toEqual(["claim 'team' cannot be used as metadata"]);
      expect(await outcome({ ...usual, groups: ["a", text] })).toEqual([
        expect.stringMatching(/in groups claim cannot be a name$/),
      ]);
    },
  );

  it.each([
    [{ sub: 7 }, "error validating token: invalid subject (sub) claim"],
    [{ team: 7 }, "error converting claim 'team' to string"],
    [{ team: ["blue"] }, "error converting claim 'team' to string"],
    [{ groups: [7] }, "value 7 in groups claim could not be parsed as string"],
    [{ groups: { a: 1 } }, '"groups" claim could not be converted to string list'],
    [{ groups: undefined }, 'failed to fetch groups: "groups" claim not found in token'],
    [{ groups: Array(2001).fill("g") }, '"groups" claim names more than 2000 groups'],
  ])("what is not text, %j, is refused", async (claims, text) => {
    await role({ groups_claim: "groups", claim_mappings: { team: "team" } });
    expect(await outcome({ groups: ["a"], team: "blue", ...claims })).toEqual([text]);
  });
});

describe("V78: two mounts", () => {
  it("with one subject, one audience and one key id never take each other's tokens", async () => {
    await world.write("sys/auth/other", { type: "jwt" });
    await world.write("auth/other/config", { jwt_validation_pubkeys: [pemOf(otherKey)] });
    await world.write("auth/other/role/r", BASE);
    await role({});
    const body = async (signer: typeof otherKey) => ({
      role: "r",
      jwt: await world.token(CLAIMS, { kid: "the-same" }, signer.privateKey),
    });
    const login = async (mount: string, signer: typeof otherKey) =>
      (await world.server.call("POST", `auth/${mount}/login`, { token: null, body: await body(signer) })).status;
    expect([await login("jwt", KEY), await login("other", otherKey)]).toEqual([200, 200]);
    expect([await login("jwt", otherKey), await login("other", KEY)]).toEqual([400, 400]);
  });

  it("with one subject are two entities", async () => {
    const first = authOf(await world.login(CLAIMS))["entity_id"];
    const second = await world.server.call("POST", "auth/other/login", {
      token: null,
      body: { role: "r", jwt: await world.token(CLAIMS, {}, otherKey.privateKey) },
    });
    expect(authOf(second)["entity_id"]).not.toBe(first);
  });
});

describe("a token of such a login", () => {
  it("is not renewed once its role was made again", async () => {
    await role({ token_ttl: "1h" });
    const token = String(authOf(await world.login(CLAIMS))["client_token"]);
    const renew = () => world.server.call("POST", "auth/token/renew-self", { token, body: {} });
    expect((await renew()).status).toBe(200);
    await role({ token_ttl: "1h" });
    expect(errorsOf(await renew())).toEqual([
      "1 error occurred:\n\t* failed to renew entry: role r does not exist during renewal\n\n",
    ]);
  });

  it("has the mapped claims as metadata, missing ones left out", async () => {
    await role({ claim_mappings: { team: "team", "/a/b": "deep", gone: "gone" } });
    const answer = await world.login({ ...CLAIMS, team: "blue", a: { b: "c" } });
    expect(authOf(answer)["metadata"]).toEqual({ role: "r", team: "blue", deep: "c" });
  });
});
