import { describe, expect, it } from "@jest/globals";
import { stripped } from "../../../../ui/worker/strip.ts";

const token = "hvs.AAAAAAAAAAAAAAAAAAAAAAAAAAAA";

describe("an answer to a tab", () => {
  it.each([
    ["auth/userpass/login/alias", { auth: { client_token: token, policies: ["root"] } }],
    ["auth/token/lookup-self", { data: { id: token, policies: ["root"] } }],
    ["any/path", { data: { nested: [{ copied: token }] } }],
  ])("of %s is without the session's token", (path, body) => {
    expect(stripped(path, JSON.stringify(body), token)).not.toContain(token);
  });

  it("keeps a token that was made for somebody else", () => {
    const body = JSON.stringify({ auth: { client_token: "hvs.BBBBBBBBBBBBBBBBBBBBBBBB" } });

    expect(stripped("auth/token/create", body, token)).toBe(body);
  });

  it("keeps the words of a token that somebody chose", () => {
    const body = JSON.stringify({ data: { root: true, policies: ["root"] } });

    expect(stripped("sys/internal/ui/resultant-acl", body, "root")).toBe(body);
    expect(stripped("auth/token/lookup-self", JSON.stringify({ data: { id: "root" } }), "root")).not.toContain(
      '"root"',
    );
  });
});
