import { describe, expect, it } from "@jest/globals";
import type { TemplateContext } from "../../../src/policy/index.ts";
import { allows, rule, templatedAcl } from "./acl-kit.ts";

const ann: TemplateContext = {
  entity: {
    id: "e-1",
    name: "ann",
    metadata: { team: "red", "a.b": "dotted", empty: "" },
    aliases: {
      auth_userpass_1: { id: "al-1", name: "ann.x", metadata: { city: "rome" }, customMetadata: { desk: "7" } },
    },
  },
  groups: [{ id: "g-1", name: "ops", metadata: { shift: "night" } }],
};
const reads = (pattern: string, path: string, identity?: TemplateContext): boolean =>
  allows(templatedAcl(rule(pattern, "read"), identity), `read ${path}`);

describe("a template", () => {
  const cases: readonly [expression: string, value: string][] = [
    ["identity.entity.id", "e-1"],
    ["  identity.entity.name ", "ann"],
    ["identity.entity.metadata.team", "red"],
    ["identity.entity.metadata.a.b", "dotted"],
    ["identity.entity.aliases.auth_userpass_1.id", "al-1"],
    ["identity.entity.aliases.auth_userpass_1.name", "ann.x"],
    ["identity.entity.aliases.auth_userpass_1.metadata.city", "rome"],
    ["identity.entity.aliases.auth_userpass_1.custom_metadata.desk", "7"],
    ["identity.groups.ids.g-1.name", "ops"],
    ["identity.groups.ids.g-1.metadata.shift", "night"],
    ["identity.groups.names.ops.id", "g-1"],
    ["identity.groups.names.ops.metadata.shift", "night"],
  ];

  it.each(cases)("%s is filled in", (expression, value) => {
    expect(reads(`kv/{{${expression}}}/*`, `kv/${value}/x`, ann)).toBe(true);
  });

  it("may occur several times in a path", () => {
    expect(reads("kv/{{identity.entity.name}}/{{ identity.entity.metadata.team }}/*", "kv/ann/red/x", ann)).toBe(true);
  });
});

describe("a stanza is dropped, and the rest of the policy works,", () => {
  const cases: readonly [why: string, expression: string, identity: TemplateContext | undefined][] = [
    ["without an identity", "identity.entity.name", undefined],
    ["without an entity", "identity.entity.name", { groups: [] }],
    ["for an unknown expression", "no.such.thing", ann],
    ["for an empty expression", "", ann],
    ["for a missing value", "identity.entity.metadata.none", ann],
    ["for an empty value", "identity.entity.metadata.empty", ann],
    ["for an inherited name", "identity.entity.metadata.toString", ann],
    ["for a list", "identity.entity.groups.names", ann],
    ["for a mount the entity has no alias on", "identity.entity.aliases.auth_none_1.name", ann],
    ["for a group it is not a member of", "identity.groups.names.other.id", ann],
    ["for a group named by what names no group", "identity.groups.kinds.ops.id", ann],
    ["for a group's unknown field", "identity.groups.names.ops.members.shift", ann],
    ["for an alias's unknown field", "identity.entity.aliases.auth_userpass_1.labels.city", ann],
    ["for all metadata at once", "identity.entity.metadata", ann],
  ];

  it.each(cases)("%s", (_, expression, identity) => {
    const acl = templatedAcl(rule(`kv/{{${expression}}}*`, "read") + rule("kv/plain", "read"), identity);

    expect([allows(acl, "read kv/x"), allows(acl, "read kv/"), allows(acl, "read kv/plain")]).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe("a value that could leave its segment drops the stanza", () => {
  const values = ["a/b", "/", "*", "a*", "+", "+/x", "..", ".", "", "a%2fb", "a%2Fb", "%2e%2e", "a\\b", "a\nb", "%2a"];

  it.each(values)("%j", (scope) => {
    const identity: TemplateContext = { entity: { id: "e", name: "n", metadata: { scope }, aliases: {} }, groups: [] };
    const acl = templatedAcl(rule("s/{{identity.entity.metadata.scope}}/*", "read"), identity);

    expect(acl.size).toBe(0);
  });

  it("and braces in a value are ordinary characters", () => {
    const metadata = { scope: "{{identity.entity.id}}" };
    const identity: TemplateContext = { entity: { id: "e", name: "n", metadata, aliases: {} }, groups: [] };

    expect(reads("s/{{identity.entity.metadata.scope}}", "s/e", identity)).toBe(false);
  });
});
