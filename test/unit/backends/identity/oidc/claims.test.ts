import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseClaims, type Subject } from "../../../../../src/backends/identity/oidc/claims.ts";
import { isJsonObject, type JsonValue, parseJson, writeJson } from "../../../../../src/std/json.ts";
import { patience, runs } from "../../../../support/runs.ts";
import { codePoint } from "../../../../support/text.ts";

const SUBJECT: Subject = {
  now: 1_700_000_000,
  entity: {
    id: "id-1",
    name: "ann",
    metadata: { email: "ann@example.com" },
    aliases: {
      acc_1: { id: "alias-1", name: "ann@ldap", metadata: { ou: "eng" }, customMetadata: { floor: "3" } },
    },
  },
  groups: [
    { id: "g1", name: "crew", metadata: {} },
    { id: "g2", name: "all", metadata: {} },
  ],
};
const NOBODY: Subject = { now: 0, entity: { id: "", name: "", metadata: {}, aliases: {} }, groups: [] };

const filled = (template: string, subject = SUBJECT) => parseClaims(template).fill(subject);
const alone = (directive: string, subject = SUBJECT) => filled(`{"x": {{${directive}}} }`, subject)["x"];

describe("a directive", () => {
  it.each([
    ["identity.entity.id", "id-1"],
    ["identity.entity.name", "ann"],
    [" identity.entity.name ", "ann"],
    ["identity.entity.metadata", { email: "ann@example.com" }],
    ["identity.entity.metadata.email", "ann@example.com"],
    ["identity.entity.metadata.nothing", ""],
    ["identity.entity.metadata.__proto__", ""],
    ["identity.entity.groups.names", ["crew", "all"]],
    ["identity.entity.groups.ids", ["g1", "g2"]],
    ["identity.entity.aliases.acc_1.id", "alias-1"],
    ["identity.entity.aliases.acc_1.name", "ann@ldap"],
    ["identity.entity.aliases.acc_1.metadata", { ou: "eng" }],
    ["identity.entity.aliases.acc_1.metadata.ou", "eng"],
    ["identity.entity.aliases.acc_1.custom_metadata", { floor: "3" }],
    ["identity.entity.aliases.acc_1.custom_metadata.floor", "3"],
    ["identity.entity.aliases.none.name", ""],
    ["identity.entity.aliases.none.metadata", {}],
    ["identity.entity.aliases.constructor.name", ""],
    ["time.now", 1_700_000_000],
    ["time.now.plus.1h", 1_700_003_600],
    ["time.now.minus.60", 1_699_999_940],
  ])("%s takes its value", (directive, value) => {
    expect(alone(directive)).toEqual(value);
  });

  it("takes an empty value of its own kind for somebody of whom nothing is known", () => {
    expect(alone("identity.entity.groups.names", NOBODY)).toEqual([]);
    expect(alone("identity.entity.metadata", NOBODY)).toEqual({});
  });

  it.each([
    ["identity.entity.nonsense", /no value could be found/],
    ["identity.entity.aliases.acc_1", /invalid alias selector/],
    ["identity.entity.aliases.acc_1.nonsense", /no value could be found/],
    ["identity.groups.names.crew.id", /no groups were provided/],
    ["time.then", /invalid time selector "then"/],
    ["time.now.plus", /missing time operand/],
    ["time.now.times.2", /invalid time operator "times"/],
    ["time.now.plus.soon", /invalid duration/],
    ["env.HOME", /no value could be found/],
    ["", /no value could be found/],
  ])("%s is refused when the template is written", (directive, why) => {
    expect(() => parseClaims(`{"x": {{${directive}}} }`)).toThrow(why);
  });
});

describe("a template", () => {
  it.each([
    ['{"x": {{identity.entity.name }', /unbalanced/],
    ['{"x": identity.entity.name}} }', /unbalanced/],
    ['{"x": "{{identity.entity.name}}" }', /JSON/],
    ['{"x": "a {{identity.entity.name}}" }', /JSON/],
    ["{ {{identity.entity.name}}: 1 }", /not the name of one/],
    ['{"x": { {{identity.entity.name}}: 1 } }', /not the name of one/],
    ['{"x": {{identity.entity.name}}, "x": 1 }', /named twice/],
    ["[]", /not an object/],
    ["null", /not an object/],
    ["{{identity.entity.metadata}}", /not an object/],
    ['{"x": 1', /JSON/],
    [`{"x": ${"[".repeat(200)}${"]".repeat(200)} }`, /depth/],
    [`{"x": "${"y".repeat(70_000)}" }`, /longer than/],
  ])("like %.60s is refused", (template, why) => {
    expect(() => parseClaims(template)).toThrow(why);
  });

  it.each(["iat", "aud", "exp", "iss", "sub", "namespace", "nonce", "auth_time", "at_hash", "c_hash"])(
    "cannot make the claim %s, which is the token's own, however it is spelled",
    (name) => {
      const spelled = `\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
      for (const one of [name, spelled]) {
        expect(() => parseClaims(`{"${one}": "x"}`)).toThrow(`top level key "${name}" not allowed`);
      }
      expect(filled(`{"inner": {"${name}": "x"} }`)).toEqual({ inner: { [name]: "x" } });
    },
  );

  it("keeps its own texts, even those that look like the marks of directives", () => {
    expect(filled('{"a": "d0-0", "b": {{identity.entity.name}}, "c": "\\u0064\\u0030-0" }')).toEqual({
      a: "d0-0",
      b: "ann",
      c: "d0-0",
    });
  });

  it("keeps the digits of its numbers", () => {
    expect(writeJson(filled('{"n": 1.0, "big": 12345678901234567890 }'))).toBe('{"n":1.0,"big":12345678901234567890}');
  });

  it("that is empty makes no claims", () => {
    expect(parseClaims("").names).toEqual([]);
    expect(filled("")).toEqual({});
  });
});

/** Text that would end a JSON text, begin another claim, or look like a directive. */
const hostile = fc.oneof(
  fc.string({ unit: codePoint }),
  fc.constantFrom(
    '"',
    '", "iss": "https://evil.example.com',
    '"}',
    "\\",
    '\\"',
    "{{identity.entity.id}}",
    "}}",
    "\u2028",
    "\u0000",
    "d0-0",
    "__proto__",
    "</script>",
  ),
);

const DIRECTIVES = {
  "identity.entity.name": (s: Subject) => s.entity?.name,
  "identity.entity.metadata.k": (s: Subject) => s.entity?.metadata["k"] ?? "",
  "identity.entity.metadata": (s: Subject) => s.entity?.metadata,
  "identity.entity.groups.names": (s: Subject) => s.groups.map(({ name }) => name),
  "identity.entity.aliases.acc.name": (s: Subject) => s.entity?.aliases["acc"]?.name,
  "identity.entity.aliases.acc.metadata": (s: Subject) => s.entity?.aliases["acc"]?.metadata,
} as const;
type Name = keyof typeof DIRECTIVES;

const hostileSubject: fc.Arbitrary<Subject> = fc
  .tuple(hostile, fc.dictionary(hostile, hostile), hostile, fc.array(hostile, { maxLength: 4 }), hostile)
  .map(([name, metadata, k, groups, alias]) => ({
    now: 1,
    entity: {
      id: "id",
      name,
      metadata: { ...metadata, k },
      aliases: { acc: { id: "a", name: alias, metadata, customMetadata: {} } },
    },
    groups: groups.map((group, index) => ({ id: String(index), name: group, metadata: {} })),
  }));

/** A template as a tree: a directive, a text of its own, or lists and objects of these. */
type Tree =
  | { readonly directive: Name }
  | { readonly text: string }
  | readonly Tree[]
  | { readonly object: [string, Tree][] };

const member = fc.stringMatching(/^[a-z]{3,8}$/).map((name) => `m_${name}`);
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...(Object.keys(DIRECTIVES) as Name[])).map((directive) => ({ directive })),
    fc.string().map((text) => ({ text: text.replace(/[{}]/g, "") })),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(member, tie("tree")), { maxLength: 3, selector: ([name]) => name })
      .map((object) => ({ object })),
  ),
}));

const written = (one: Tree): string => {
  if ("directive" in one) return `{{${one.directive}}}`;
  if ("text" in one) return JSON.stringify(one.text);
  if ("object" in one) return `{ ${one.object.map(([name, value]) => `"${name}": ${written(value)} `).join(", ")} }`;
  return `[${one.map(written).join(",")}]`;
};

const wanted = (one: Tree, subject: Subject): unknown => {
  if ("directive" in one) return DIRECTIVES[one.directive](subject);
  if ("text" in one) return one.text;
  if ("object" in one) return Object.fromEntries(one.object.map(([name, value]) => [name, wanted(value, subject)]));
  return one.map((item) => wanted(item, subject));
};

describe("V17 and V79: whatever an entity, its metadata, its aliases and groups are called", () => {
  it(
    "claims have exactly the members of their template, with the names as values in it",
    () => {
      fc.assert(
        fc.property(fc.array(tree, { minLength: 1, maxLength: 4 }), hostileSubject, (trees, subject) => {
          const template = `{ ${trees.map((one, index) => `"c${index}": ${written(one)}`).join(", ")} }`;
          const claims = parseClaims(template);
          const made: JsonValue = parseJson(writeJson(claims.fill(subject)));

          expect(claims.names).toEqual(trees.map((_, index) => `c${index}`));
          expect(isJsonObject(made)).toBe(true);
          const expected = Object.fromEntries(trees.map((one, index) => [`c${index}`, wanted(one, subject)]));
          expect(made).toEqual(JSON.parse(JSON.stringify(expected)));
        }),
        { numRuns: runs(300, 20_000) },
      );
    },
    patience,
  );
});
