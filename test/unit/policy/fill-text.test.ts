import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { fillText, type TemplateContext } from "../../../src/policy/index.ts";
import { runs } from "../../support/runs.ts";

const alias = { id: "alias-1", name: "bob@corp", metadata: { team: "web" }, customMetadata: { tier: "gold" } };
const CONTEXT: TemplateContext = {
  entity: { id: "entity-1", name: "bob", metadata: { login: "bob,root", none: "" }, aliases: { acc_1: alias } },
  groups: [{ id: "group-1", name: "admins", metadata: { on: "call" } }],
};
const any = () => true;
const oneName = (value: string) => !value.includes(",");
const NOT_FOUND = { failed: "no value could be found for one of the template directives" };

describe("a text with identity directives", () => {
  it.each([
    ["plain text", "plain text"],
    ["", ""],
    ["{{identity.entity.name}}", "bob"],
    ["a-{{ identity.entity.id }}-z", "a-entity-1-z"],
    ["{{identity.entity.aliases.acc_1.name}}/{{identity.groups.ids.group-1.name}}", "bob@corp/admins"],
    ["{{identity.entity.aliases.acc_1.metadata.team}}", "web"],
    ["{{identity.entity.metadata.login}}", "bob,root"],
  ])("%j is filled in as %j", (text, filled) => {
    expect(fillText(text, CONTEXT, any)).toEqual({ text: filled });
  });

  it.each([
    "{{identity.entity.metadata.nothing}}",
    "{{identity.entity.metadata.none}}",
    "{{identity.entity.aliases.acc_2.name}}",
    "{{identity.groups.names.nobody.id}}",
    "{{time.now}}",
    "{{}}",
    "known {{identity.entity.name}}, unknown {{identity.entity.x}}",
  ])("%j is not filled in, as a whole", (text) => {
    expect(fillText(text, CONTEXT, any)).toEqual(NOT_FOUND);
  });

  it("is not filled in by a value that is not accepted", () => {
    expect(fillText("{{identity.entity.metadata.login}}", CONTEXT, oneName)).toEqual(NOT_FOUND);
    expect(fillText("a,b,{{identity.entity.name}}", CONTEXT, oneName)).toEqual({ text: "a,b,bob" });
  });

  it("is not filled in for a caller without an identity, unless it has no directive", () => {
    expect(fillText("{{identity.entity.name}}", undefined, any)).toEqual(NOT_FOUND);
    expect(fillText("a,b", undefined, any)).toEqual({ text: "a,b" });
  });

  it.each(["{{identity.entity.name", "identity.entity.name}}", "{{a}} }}", "{{a{{b}}"])("%j is unbalanced", (text) => {
    expect(fillText(text, CONTEXT, any)).toEqual({ failed: "unbalanced templating characters" });
  });

  it("is not looked at again once a value is in it", () => {
    const sly: TemplateContext = {
      entity: { id: "e", name: "{{identity.entity.id}}", metadata: {}, aliases: {} },
      groups: [],
    };
    expect(fillText("{{identity.entity.name}}", sly, any)).toEqual({ text: "{{identity.entity.id}}" });
  });

  it("is filled in, or says why not, whatever it holds", () => {
    const pieces = fc.constantFrom("{{", "}}", "identity.entity.name", "identity.groups.", ".", " ", "x");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const result = fillText(parts.join(""), CONTEXT, any);
        expect(Object.keys(result)).toHaveLength(1);
        if (!parts.join("").includes("{{") && "text" in result) expect(result.text).toBe(parts.join(""));
      }),
      { numRuns: runs(200, 20_000) },
    );
  });
});
