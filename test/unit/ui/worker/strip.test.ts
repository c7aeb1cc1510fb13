import { describe, expect, it } from "@jest/globals";
import { stripped } from "../../../../ui/worker/strip.ts";

const TOKEN = "hvs.secret-token-x8Kq2mZr";
const auth = JSON.stringify({ auth: { client_token: TOKEN, accessor: "a" } });

describe("the session's token", () => {
  it.each([
    "auth/userpass/login/alias",
    "auth/team/people/login/alias",
    "auth/approle/login",
    "auth/sso/oidc/callback",
    "auth/sso/oidc/poll",
    "auth/token/renew-self",
    "sys/mfa/validate",
  ])("is not in an answer of %s, held or not", (path) => {
    expect(stripped(path, auth, undefined)).toBe('{"auth":{"client_token":"","accessor":"a"}}');
  });

  it("is not in lookup-self", () => {
    const body = JSON.stringify({ data: { id: TOKEN, ttl: 5 } });
    expect(stripped("auth/token/lookup-self", body, undefined)).toBe('{"data":{"id":"","ttl":5}}');
  });

  it("is nowhere else either", () => {
    expect(stripped("x", JSON.stringify({ a: [TOKEN], b: 1 }), TOKEN)).toBe('{"a":[""],"b":1}');
  });
});

describe("a short token, which somebody chose", () => {
  it.each([
    ["auth/token/lookup", { data: { id: "root", policies: ["root"] } }, { data: { id: "", policies: ["root"] } }],
    ["auth//token/renew", { auth: { client_token: "root" } }, { auth: { client_token: "" } }],
  ])("is not in an answer of %s", (path, body, clean) => {
    expect(stripped(path, JSON.stringify(body), "root")).toBe(JSON.stringify(clean));
  });
});

describe("what is not the session's", () => {
  it.each(["auth/token/create", "auth/token/create-orphan", "auth/token/create/role", "sys/wrapping/unwrap"])(
    "comes through %s as it was made",
    (path) => {
      expect(stripped(path, auth, "hvs.another")).toBe(auth);
    },
  );

  it.each(["", "[]", "null", "<html>", '{"auth":null}', '{"auth":{"client_token":5}}'])("stays: %s", (body) => {
    expect(stripped("auth/userpass/login/alias", body, TOKEN)).toBe(body);
  });

  it("is a word that a short token happens to be", () => {
    expect(stripped("x", '{"policies":["root"]}', "root")).toBe('{"policies":["root"]}');
  });

  it("keeps its digits", () => {
    const body = '{"data":{"n":12345678901234567890,"m":0.10}}';
    expect(stripped("secret/data/db", body, TOKEN)).toBe(body);
  });
});
