import { describe, expect, it } from "@jest/globals";
import { DEFAULTS } from "../../../../src/auth/ldap/config.ts";
import type { Config } from "../../../../src/auth/ldap/config-fields.ts";
import { placeOf, urlsOf } from "../../../../src/auth/ldap/directory/urls.ts";
import { termsOf } from "../../../../src/auth/ldap/terms.ts";

const config: Config = {
  ...DEFAULTS,
  connection_timeout: 3,
  dereference_aliases: "finding",
  request_timeout: 7,
  tls_max_version: "tls13",
  url: "ldap://a, ldaps://b:1636",
};

describe("what the configuration asks for", () => {
  it("becomes limits, versions of TLS and the way aliases are followed", () => {
    expect(termsOf(config, () => 0)).toMatchObject({
      urls: ["ldap://a", "ldaps://b:1636"],
      connectMs: 3000,
      requestMs: 7000,
      aliases: "find",
      tls: { check: "chain and name", versions: { least: "TLSv1.2", most: "TLSv1.3" } },
    });
  });

  it("is without a limit of its own at 0, and checks no certificate where it says so", () => {
    const terms = termsOf({ ...config, connection_timeout: 0, request_timeout: 0, insecure_tls: true }, () => 0);

    expect([terms.connectMs, terms.requestMs, terms.tls.check]).toEqual([Infinity, Infinity, "nothing"]);
  });
});

describe("a URL", () => {
  it.each([
    ["ldap://dir.example.com", { host: "dir.example.com", port: 389, secure: false }],
    ["ldaps://dir.example.com", { host: "dir.example.com", port: 636, secure: true }],
    ["ldaps://dir.example.com:1636/", { host: "dir.example.com", port: 1636, secure: true }],
    ["ldap://[2001:db8::1]:3890", { host: "2001:db8::1", port: 3890, secure: false }],
    ["ldap://192.0.2.1", { host: "192.0.2.1", port: 389, secure: false }],
  ])("%p is dialled at its host and port", (url, place) => {
    expect(placeOf(url)).toEqual({ url, ...place });
  });

  it("is one of several between commas", () => {
    expect(urlsOf(" ldap://a ,, ldap://b,")).toEqual(["ldap://a", "ldap://b"]);
  });
});
