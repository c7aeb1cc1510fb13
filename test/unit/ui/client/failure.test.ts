import { describe, expect, it } from "@jest/globals";
import { fieldErrors, fieldNames, parentOfMissing, repeatable, shownPath } from "../../../../ui/client/failure.ts";
import { denial } from "../../../../ui/texts/failures.ts";

const MOUNTS = [
  { path: "secret/", type: "kv", description: "", options: { version: "2" } },
  { path: "old/kv/", type: "kv", description: "", options: {} },
  { path: "database/", type: "database", description: "", options: {} },
];

describe("the errors of a refused form", () => {
  it("go to the fields they name", () => {
    const errors = [
      "missing password",
      "Field validation failed: error converting input for field ttl: expected a duration",
      'error converting input for field "token_ttl": too long',
      "something else",
    ];

    expect(fieldErrors({ errors }, ["password", "ttl", "token_ttl"])).toEqual({
      fields: { password: "missing password", ttl: "expected a duration", token_ttl: "too long" },
      rest: ["something else"],
    });
  });

  it("go together where several name one field, and are kept where they name none", () => {
    expect(fieldErrors({ errors: ["missing name", "name is too long"] }, ["name"]).fields["name"]).toBe(
      "missing name; name is too long",
    );
    expect(fieldErrors({ errors: ["rename it", "bad field other: x"] }, ["name"]).rest).toHaveLength(2);
  });
});

describe("something that is not there", () => {
  it.each([
    ["secret/data/team-a/db", "/ui/browse/secret/team-a/", "secret/team-a/db"],
    ["secret/metadata/db", "/ui/browse/secret/", "secret/db"],
    ["old/kv/a/b", "/ui/browse/old/kv/a/", "old/kv/a/b"],
    ["sys/policies/acl/gone", "/ui/policies", "sys/policies/acl/gone"],
    ["auth/userpass/users/gone", "/ui/access", "auth/userpass/users/gone"],
    ["database/creds/gone", "/ui/", "database/creds/gone"],
  ])("%s leads to %s", (path, href, shown) => {
    expect(parentOfMissing(path, MOUNTS).href).toBe(href);
    expect(shownPath(path, MOUNTS)).toBe(shown);
  });
});

describe("a request that failed", () => {
  it("is repeated by itself only where that changes nothing", () => {
    expect(repeatable({ method: "GET", path: "secret/data/a" })).toBe(true);
    expect(repeatable({ method: "POST", path: "secret/data/a" })).toBe(false);
    expect(repeatable({ method: "GET", path: "cubbyhole/response", as: { token: "wrapping" } })).toBe(false);
  });

  it("is explained by the names of its fields alone", () => {
    const body = JSON.stringify({ password: "canary", options: { cas: 1 } });

    expect(fieldNames({ method: "POST", path: "x", body })).toEqual(["password", "options"]);
    expect(fieldNames({ method: "GET", path: "x", query: { list: "true", limit: "2" } })).toEqual(["limit"]);
    expect(fieldNames({ method: "POST", path: "x" })).toEqual([]);
  });
});

describe("a request for access", () => {
  it("says who wants which operation where, and the rule that would allow it", () => {
    const text = denial.request({
      who: "alias",
      mount: "auth/userpass/",
      entityId: "",
      server: "https://vault.test",
      operation: denial.operations.update,
      path: "secret/data/a",
      stanza: 'path "secret/data/a" {\n  capabilities = ["update"]\n}\n',
    });

    expect(text).toContain("alias (auth/userpass/)");
    expect(text).toContain("write");
    expect(text).toContain('path "secret/data/a" {');
    expect(text).not.toContain("Entity");
  });
});
