import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { configShape } from "../../../../src/auth/jwt/config.ts";
import { loginShape } from "../../../../src/auth/jwt/login.ts";
import { authUrlShape } from "../../../../src/auth/jwt/oidc/auth-url.ts";
import { callbackShape } from "../../../../src/auth/jwt/oidc/callback.ts";
import { pollShape } from "../../../../src/auth/jwt/oidc/direct.ts";
import { roleShape } from "../../../../src/auth/jwt/role-rules.ts";
import { codePoint } from "../../../support/text.ts";
import { type BrowserWorld, createBrowserWorld, key, pemOf, resetBrowser } from "./support.ts";

/** V74: whatever the fields hold, the answer is a refusal in words or a success, never a failure of the program. */

let world: BrowserWorld;
beforeAll(async () => {
  world = await createBrowserWorld();
  await resetBrowser(world, { callback_mode: "direct" });
});
afterAll(() => world.close());

/** Values that mean something to some field, and any others. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    "jwt",
    "oidc",
    "web",
    "direct",
    "glob",
    "form_post",
    "query",
    "id_token",
    "sub",
    "/a/~2",
    "-1",
    -1,
    "1h",
  ),
  fc.constantFrom<unknown>(
    ["ES256"],
    ["none"],
    { "/": "x" },
    { "": [] },
    { provider: "azure" },
    { provider: "gsuite" },
  ),
  fc.constantFrom<unknown>(
    pemOf(key),
    "http://127.0.0.1:1/",
    "https://10.0.0.1/",
    "https://issuer.invalid/",
    "a.b.c",
    "e30.e30.e30",
  ),
  fc.string({ unit: codePoint, maxLength: 20 }),
);
const bodies = (shape: object) =>
  fc.dictionary(fc.constantFrom(...Object.keys(shape)), value, { maxKeys: 6, noNullPrototype: true });

const PATHS: readonly (readonly [path: string, token: boolean, shape: object])[] = [
  ["auth/jwt/login", false, loginShape],
  ["auth/oidc/oidc/auth_url", false, authUrlShape],
  ["auth/oidc/oidc/callback", false, callbackShape],
  ["auth/oidc/oidc/poll", false, pollShape],
  ["auth/jwt/config", true, configShape],
  ["auth/jwt/role/any", true, roleShape],
];

describe("any body", () => {
  it.each(PATHS)("for %s is answered with less than 500", async (path, token, shape) => {
    await fc.assert(
      fc.asyncProperty(bodies(shape), async (body) => {
        const { status, text } = await world.server.call("POST", path, { body, ...(token ? {} : { token: null }) });
        expect([status < 500 ? "fine" : text, body]).toEqual(["fine", body]);
      }),
      { numRuns: 25 },
    );
  });

  it("and any query of a callback", async () => {
    const { state } = await world.visit("alice", { client_nonce: "n" });
    const text = fc.oneof(fc.string({ unit: codePoint, maxLength: 20 }), fc.constantFrom(state, "no_code", "<script>"));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...Object.keys(callbackShape)), text), async (query) => {
        const answer = await world.callback(query);
        expect([answer.status < 500, answer.text.includes("<script>")]).toEqual([true, false]);
      }),
      { numRuns: 25 },
    );
  });
});
