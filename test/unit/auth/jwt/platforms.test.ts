import { generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { SignJWT } from "jose";
import { jwtAuth } from "../../../../src/auth/jwt/backend.ts";
import { claimAt, withClaim } from "../../../../src/auth/jwt/claims.ts";
import type { Fetch } from "../../../../src/outgoing/index.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../../src/std/json.ts";
import { type Answered, makeServer, type TestServer } from "../../../support/make-server.ts";
import { authOf } from "./support.ts";

/** The worked examples of `docs/platforms.md`, word for word, with a token of each platform's shape. */

interface Shape {
  readonly section: string;
  readonly claims: JsonObject;
  readonly user: string;
  readonly metadata: JsonObject;
}

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
const page = read("docs/platforms.md");
const shapes = readdirSync(new URL("../../../vectors/platforms/", import.meta.url)).map(
  (file): Shape => JSON.parse(read(`test/vectors/platforms/${file}`)),
);

const blockOf = (section: string, kind: "config" | "role"): JsonObject => {
  const text = page.split(`## ${section}\n`)[1]?.split("\n## ")[0] ?? "";
  const value: unknown = JSON.parse(text.split(`\`\`\`json ${kind}\n`)[1]?.split("\n```")[0] ?? "null");
  if (!isJsonObject(value)) throw new Error(`${section} has no ${kind}`);
  return value;
};

const key = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** Every issuer publishes this key, at its own address alone. */
const issuers: Fetch = async ({ url }) => {
  const [issuer, kind] = url.href.split("/.well-known/");
  const named = [issuer, `${issuer}/`].find((one) => shapes.some(({ claims }) => claims["iss"] === one));
  const keys = [{ ...key.publicKey.export({ format: "jwk" }), kid: "k", use: "sig" }];
  const body = kind === "jwks" ? { keys } : { issuer: named, jwks_uri: `${issuer}/.well-known/jwks` };
  return { status: named === undefined ? 404 : 200, headers: {}, body: JSON.stringify(body) };
};

const mountOf = (section: string): string => section.toLowerCase().replaceAll(" ", "-");

let server: TestServer;
beforeAll(async () => {
  const load = async () => jwtAuth("jwt", { fetch: issuers });
  server = await makeServer({
    rows: [{ kind: "auth", type: "jwt", home: "login", folds: { "role/{name}": "case" }, load }],
  });
  for (const { section } of shapes) {
    const mount = mountOf(section);
    for (const [path, body] of [
      [`sys/auth/${mount}`, { type: "jwt" }],
      [`auth/${mount}/config`, blockOf(section, "config")],
      [`auth/${mount}/role/shop`, blockOf(section, "role")],
    ] as const) {
      const { status, text } = await server.call("POST", path, { body });
      if (status !== 204) throw new Error(`${path}: ${text}`);
    }
  }
});
afterAll(() => server.dynamo.close());

const login = async (mount: string, claims: JsonObject): Promise<Answered> => {
  const now = Math.floor(server.clock.now() / 1000);
  const jwt = await new SignJWT({ iat: now, nbf: now, exp: now + 300, ...claims })
    .setProtectedHeader({ alg: "RS256", kid: "k", typ: "JWT" })
    .sign(key.privateKey);
  return server.call("POST", `auth/${mount}/login`, { token: null, body: { role: "shop", jwt } });
};

/** Values that are near the right one and not it. */
const others = (value: JsonValue | undefined): readonly JsonValue[] => {
  if (typeof value === "boolean") return [!value, String(value)];
  if (typeof value === "number") return [value + 1, String(value)];
  if (Array.isArray(value)) return [[], value.map((item) => `${String(item)}x`), "x"];
  return [`x${String(value)}`, "", [], 7, { a: value ?? null }];
};

describe.each(shapes)("$section", ({ section, claims, user, metadata }) => {
  const mount = mountOf(section);
  const role = blockOf(section, "role");

  it("logs in, with its policies, metadata and name", async () => {
    const answer = await login(mount, claims);
    expect([answer.status, authOf(answer)]).toEqual([
      200,
      expect.objectContaining({ token_policies: ["default", "shop"], metadata: { ...metadata, role: "shop" } }),
    ]);
    const entity = await server.call("GET", `identity/entity/id/${String(authOf(answer)["entity_id"])}`);
    expect(entity.text).toContain(JSON.stringify(user));
  });

  const bound = Object.keys(isJsonObject(role["bound_claims"]) ? role["bound_claims"] : {});
  const names = ["iss", "aud", ...(role["bound_subject"] === undefined ? [] : ["sub"]), ...bound];

  it.each([...new Set(names)])("V11: is refused when only %s differs, or is missing", async (name) => {
    const value = claimAt(claims, name);
    expect(value).toBeDefined();
    for (const other of [...others(value), null]) {
      const { status } = await login(mount, withClaim(claims, name, other));
      expect([other, status]).toEqual([other, 400]);
    }
  });

  it("is refused at every other platform's mount", async () => {
    for (const other of shapes.filter(({ claims: { iss } }) => iss !== claims["iss"]))
      expect((await login(mountOf(other.section), claims)).status).toBe(400);
  });
});

it("every section of the page has a token's shape", () => {
  const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, title = ""]) => title);
  expect(shapes.map(({ section }) => section).sort()).toEqual(sections.sort());
});
