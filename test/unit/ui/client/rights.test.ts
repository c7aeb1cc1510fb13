import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { compileAcl, decide, parsePolicy } from "../../../../src/policy/index.ts";
import { rightsOf } from "../../../../ui/client/rights.ts";
import { nearestRules, operationOf, stanzaFor } from "../../../../ui/client/rules.ts";
import type { Capability, Rule } from "../../../../ui/client/session.ts";
import { codePoint } from "../../../support/text.ts";

const CAPABILITIES = ["create", "read", "update", "patch", "delete", "list"] as const;

const rule = (pattern: string, ...capabilities: Capability[]): Rule => ({ pattern, capabilities });

const segment = fc.constantFrom("a", "b", "ab", "+", "ü", "");
const capabilities = fc.oneof(fc.constant(["deny"]), fc.subarray([...CAPABILITIES], { minLength: 1 }));
const pattern = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.constantFrom("", "*", "/"))
  .map(([segments, end]) => segments.join("/") + end)
  .filter((text) => !text.includes("+*") && !text.startsWith("/") && text !== "");
const stanzas = fc.uniqueArray(fc.tuple(pattern, capabilities), { selector: ([text]) => text, maxLength: 8 });

describe("one's own rights, without asking", () => {
  it("are what the server decides", () => {
    fc.assert(
      fc.property(
        stanzas,
        fc.array(fc.constantFrom("a", "b", "ab", "x", "ü", ""), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...CAPABILITIES),
        (given, segments, operation) => {
          const text = given
            .map(([path, names]) => `path ${JSON.stringify(path)} { capabilities = ${JSON.stringify(names)} }\n`)
            .join("");
          const rules = given.map(([path, names]) => ({
            pattern: path,
            capabilities: CAPABILITIES.filter((name) => names.some((one) => one === name)),
          }));
          const path = segments.join("/");

          expect(rightsOf(rules, false).may(path, operation)).toBe(
            decide(compileAcl([parsePolicy("p", text)]), { path, operation, sudoPath: false }).allowed,
          );
        },
      ),
    );
  });

  it("of root are all", () => {
    expect(rightsOf([], true).may("sys/seal", "sudo")).toBe(true);
    expect(rightsOf([], false).may("sys/seal", "sudo")).toBe(false);
  });
});

describe("the rules nearest to a path", () => {
  const rules = [
    rule("secret/data/team-a/*", "read"),
    rule("secret/data/team-b/*", "read"),
    rule("secret/data/+/db"),
    rule("sys/capabilities-self", "update"),
    rule("secret/data/team-b/db", "read"),
  ];
  const nearest = (path: string, list = false) => nearestRules(rules, path, list).map((one) => one.pattern);

  it("begin with the one that decides", () => {
    expect(nearest("secret/data/team-b/db")[0]).toBe("secret/data/team-b/db");
    expect(nearest("secret/data/team-a/db")[0]).toBe("secret/data/team-a/*");
    expect(nearest("secret/data/team-c/db")[0]).toBe("secret/data/+/db");
  });

  it("go on with those that begin alike, and leave out the rest", () => {
    expect(nearest("secret/data/team-c/mail")).not.toContain("sys/capabilities-self");
    expect(nearest("secret/data/team-b/mail").slice(0, 2)).toEqual(["secret/data/team-b/*", "secret/data/team-b/db"]);
    expect(nearest("database/creds/app")).toEqual([]);
  });
});

const anyPath = fc.oneof(
  fc.string({ unit: codePoint, minLength: 1 }),
  fc
    .array(fc.constantFrom("${", "}", '"', "\\", "\n", "a", "/", "\u007f", "%2F", "{", "'", "#", "//"), {
      minLength: 1,
    })
    .map((all) => all.join("")),
);

describe("the stanza that would help", () => {
  it("says what it should to the server's own reader, whatever the path", () => {
    fc.assert(
      fc.property(anyPath, fc.constantFrom(...CAPABILITIES), (path, operation) => {
        const text = stanzaFor(path, operation);
        fc.pre(text !== undefined);
        const acl = compileAcl([parsePolicy("p", text)]);

        expect(acl.rules.size).toBe(1);
        expect(decide(acl, { path, operation, sudoPath: false }).allowed).toBe(true);
      }),
    );
  });

  it("is left out where a rule would reach further than the path", () => {
    expect(stanzaFor("secret/data/a*", "read")).toBeUndefined();
    expect(stanzaFor("secret/+/a", "read")).toBeUndefined();
    expect(stanzaFor("secret/{{identity.entity.id}}", "read")).toBeUndefined();
  });

  it("is for the operation that was refused", () => {
    expect(operationOf({ method: "GET", query: { list: "true" } })).toBe("list");
    expect(operationOf({ method: "GET", query: undefined })).toBe("read");
    expect(operationOf({ method: "DELETE", query: undefined })).toBe("delete");
    expect(stanzaFor("secret/metadata/team", "list")).toBe(
      'path "secret/metadata/team/" {\n  capabilities = ["list"]\n}\n',
    );
  });
});
