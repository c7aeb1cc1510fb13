import { describe, expect, it } from "@jest/globals";
import { mayRedirectTo } from "../../../../src/auth/jwt/oidc/redirects.ts";

describe("a redirect", () => {
  const ALLOWED = [
    "https://app.example.com/cb",
    "http://127.0.0.1/cb",
    "http://localhost:8250/oidc/callback",
    "http://[::1]/cb",
  ];

  it.each([
    "https://app.example.com/cb",
    "https://APP.example.com/cb",
    "http://127.0.0.1:50000/cb",
    "http://localhost:1/oidc/callback",
    "http://[::1]:99/cb",
  ])("to %s is allowed", (uri) => expect(mayRedirectTo(uri, ALLOWED)).toBe(true));

  it.each([
    "https://app.example.com:8443/cb",
    "https://app.example.com/cb/more",
    "https://app.example.com/cb?x=1",
    "https://app.example.com/cb#x",
    "http://app.example.com/cb",
    "https://app.example.com.evil.example/cb",
    "http://127.0.0.1:50000/other",
    "https://127.0.0.1/cb",
    "http://127.0.0.1@evil.example/cb",
    "http://evil.example\\@127.0.0.1/cb",
    "http://user@127.0.0.1/cb",
    "http://127.0.0.1.evil.example/cb",
    " https://app.example.com/cb",
    "https://app.example.com/cb\n",
    "javascript:alert(1)",
    "",
    "x".repeat(3000),
  ])("to %j is not", (uri) => expect(mayRedirectTo(uri, ALLOWED)).toBe(false));
});
