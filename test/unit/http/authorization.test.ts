import { describe, expect, it } from "@jest/globals";
import { request, serve } from "./fixtures.ts";

const decodedWith = async (headers: Readonly<Record<string, string>>) =>
  (await serve(request("POST", "/v1/kv/a", { headers }))).decoded;
const basic = (text: string | Uint8Array) => ({
  authorization: `Basic ${Buffer.from(text as string).toString("base64")}`,
});
const shownBy = async (headers: Readonly<Record<string, string>>) => {
  const credentials = (await decodedWith(headers))?.basic;
  return credentials && [credentials.name, credentials.secret.reveal()];
};

describe("Authorization: Basic", () => {
  it.each([
    ["id:secret", ["id", "secret"]],
    ["id:", ["id", ""]],
    [":secret", ["", "secret"]],
    ["id:a:b", ["id", "a:b"]],
    ["i%64:a%5Fb+c", ["id", "a_b c"]],
    ["id:100%", ["id", "100%"]],
    ["id:ä", ["id", "ä"]],
  ])("%s is a name and a secret", async (text, shown) => expect(await shownBy(basic(text))).toEqual(shown));

  it.each([
    ["no colon", basic("id")],
    ["no base64", { authorization: "Basic id:secret" }],
    ["no UTF-8", basic(new Uint8Array([0xff, 0x3a, 0xff]))],
    ["another scheme", { authorization: "Bearer aWQ6c2VjcmV0" }],
    ["two headers in one", { authorization: "Basic aWQ6c2VjcmV0,Basic aWQ6c2VjcmV0" }],
    ["nothing", {}],
  ])("is nobody with %s", async (_what, headers) => expect(await shownBy(headers)).toBeUndefined());

  it("is not a token, and backends and the audit log do not see it", async () => {
    const decoded = await decodedWith(basic("id:secret"));
    expect([decoded?.token, decoded?.bearer, decoded?.headers]).toEqual([undefined, false, {}]);
    expect(JSON.stringify(decoded)).toContain(`"secret":"[redacted]"`);
  });
});

describe("a bearer token", () => {
  it.each([
    [{ authorization: "Bearer hvs.x" }, true],
    [{ "x-vault-token": "hvs.x" }, false],
    [{ "x-vault-token": "hvs.x", authorization: "Bearer hvs.y" }, false],
    [{ authorization: "bearer hvs.x" }, false],
    [{}, false],
  ])("of %j: %s", async (headers, bearer) => expect((await decodedWith(headers))?.bearer).toBe(bearer));
});
