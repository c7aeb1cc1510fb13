import { describe, expect, it } from "@jest/globals";
import type { Answer } from "../../../ui/client/api.ts";
import { outcomeOf, questionIn } from "../../../ui/pages/authorize/request.ts";

const QUERY = {
  client_id: "wiki",
  redirect_uri: "https://wiki.example.com/cb?a=1",
  response_type: "code",
  scope: "openid  profile",
  state: "s&1",
  prompt: "login consent",
};

const question = () => {
  const read = questionIn(QUERY);
  if (typeof read === "string") throw new Error(read);
  return read;
};

const success = (json: Record<string, string>): Answer => ({
  ok: true,
  status: 200,
  json,
  data: {},
  warnings: [],
  text: JSON.stringify(json),
});
const failure = (text: string, status = 400): Answer => ({
  ok: false,
  kind: "gateway",
  status,
  errors: [],
  data: {},
  text,
  retryAfter: undefined,
  request: { method: "GET", path: "identity/oidc/provider/default/authorize" },
});

describe("an application's question", () => {
  it("is read, and handed to the server without what is for the page", () => {
    expect(question()).toMatchObject({ scopes: ["openid", "profile"], again: true });
    expect(question().query).not.toHaveProperty("prompt");
  });

  it.each(["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "blob:https://a/b", "file:///etc/passwd"])(
    "that leads to %s leads nowhere",
    (redirect_uri) => expect(questionIn({ ...QUERY, redirect_uri })).toBe("unsafe"),
  );

  it.each([{ client_id: "" }, { redirect_uri: "" }, { redirect_uri: "/ui/" }])("is not complete with %j", (part) => {
    expect(questionIn({ ...QUERY, ...part })).toBe("incomplete");
  });

  it("may come from an application on a telephone", () => {
    expect(questionIn({ ...QUERY, redirect_uri: "com.example.app:/cb" })).toMatchObject({ again: true });
  });
});

describe("the answer", () => {
  it("carries code and state back, next to what the address had", () => {
    expect(outcomeOf(question(), success({ code: "c/1", state: "s&1" }))).toEqual({
      is: "code",
      href: "https://wiki.example.com/cb?a=1&code=c%2F1&state=s%261",
    });
  });

  it("tells the application of a refusal", () => {
    const told = failure('{"error":"access_denied","error_description":"not assigned"}');

    expect(outcomeOf(question(), told)).toEqual({
      is: "refused",
      text: "not assigned",
      href: "https://wiki.example.com/cb?a=1&error=access_denied&error_description=not+assigned&state=s%261",
    });
  });

  it.each(["invalid_redirect_uri", "invalid_client_id"])(
    "goes nowhere after %s: nobody vouched for the address",
    (error) => {
      expect(outcomeOf(question(), failure(JSON.stringify({ error })))).toEqual({
        is: "refused",
        text: error,
        href: undefined,
      });
    },
  );

  it.each(["<html>", "{}", '{"errors":["permission denied"]}'])("is a failure of the call with %s", (text) => {
    expect(outcomeOf(question(), failure(text, 403))).toEqual({ is: "failed" });
  });
});
