import { describe, expect, it } from "@jest/globals";
import { capabilitiesOf, parsePolicy } from "../../../src/policy/index.ts";
import { aclOf, allows, wireOf } from "./acl-kit.ts";

const refusal = (text: string): string => wireOf(() => parsePolicy("p", text));

describe("a policy is refused with Vault's words", () => {
  const cases: readonly [text: string, wire: string][] = [
    ["path", "At 1:5: unexpected end of text"],
    ["[]", "does not contain a root object"],
    [
      "\nbad = 1\nnope = 2",
      '2 errors occurred:\n\t* invalid key "bad" on line 2\n\t* invalid key "nope" on line 3\n\n',
    ],
    ['nope "x" {}', '1 error occurred:\n\t* invalid key "nope" on line 0\n\n'],
    [
      'path "/" {\n\n  capabilites = ["read"]\n}',
      '1 error occurred:\n\t* path "/": invalid key "capabilites" on line 3\n\n',
    ],
    ['path "/" { policy = "banana" }', 'path "/": invalid policy "banana"'],
    ['path "/" { capabilities = ["read", "banana"] }', 'path "/": invalid capability "banana"'],
    ['path "/" { capabilities = ["root"] }', 'path "/": invalid capability "root"'],
    ['path "foo/+*" {}', "path \"foo/+*\": invalid use of wildcards ('+*' is forbidden)"],
    ['path "/kv/+*" {}', "path \"kv/+*\": invalid use of wildcards ('+*' is forbidden)"],
    [
      'path "a" { min_wrapping_ttl = 60 max_wrapping_ttl = "10s" }',
      "max_wrapping_ttl cannot be less than min_wrapping_ttl",
    ],
    ['path "a" { min_wrapping_ttl = "x" }', 'error parsing min_wrapping_ttl: time: invalid duration "x"'],
    [`path "a" { min_wrapping_ttl = "${"x".repeat(41)}" }`, "error parsing min_wrapping_ttl: time: invalid duration"],
    ['path "a" { max_wrapping_ttl = [] }', "error parsing max_wrapping_ttl: could not parse duration from input"],
    ['path "a/{{identity.entity.id" {}', "failed to validate policy templating: unbalanced templating characters"],
    ['path "a/}}" {}', "failed to validate policy templating: unbalanced templating characters"],
    ['path "a" { capabilities = "read" }', 'path "a": capabilities must be a list of strings'],
    ['path "a" { capabilities = [5] }', 'path "a": invalid capability "5"'],
    ['path "a" { capabilities = [["read"]] }', 'path "a": capabilities must be a list of strings'],
    ['path "a" { denied_parameters = { "p" = "x" } }', 'path "a": denied_parameters: the value of "p" must be a list'],
    [
      'path "a" { denied_parameters = { p "x" { y = 1 } } }',
      'path "a": denied_parameters: the value of "p" must be a list',
    ],
    ['path "a" { allowed_parameters = ["p"] }', 'path "a": allowed_parameters must be a map of lists'],
    ['path "a" { allowed_parameters "x" { p = [] } }', 'path "a": allowed_parameters takes no label'],
    ['path "a" { required_parameters = "p" }', 'path "a": required_parameters must be a list of strings'],
    ['path "a" { policy = ["read"] }', 'path "a": policy must be a string'],
    ['path { capabilities = ["read"] }', 'path "capabilities": must be an object'],
    ["path = 5", "path on line 1 has no label"],
    ["name = []", "name on line 1 must be a string"],
    ['path "a\u0001\u200b" { x = 1 }', '1 error occurred:\n\t* path "a\\x01\\u200b": invalid key "x" on line 1\n\n'],
    ['path "a\u{e0001}\\n" { x = 1 }', '1 error occurred:\n\t* path "a\\U000e0001\\n": invalid key "x" on line 1\n\n'],
    ['{"path":{"a":{"capabilities":["read"]}}', "At 1:40: unexpected end of text"],
    ['{"path":{"a":{\n"nope":1}}}', '1 error occurred:\n\t* path "a": invalid key "nope" on line 2\n\n'],
    ['{"path":{"a":{},,}}', 'At 1:17: unexpected ","'],
    ['{"path":{,}}', 'At 1:10: unexpected ","'],
    [
      '{"__proto__":{"path":{"*":{"capabilities":["sudo"]}}}}',
      '1 error occurred:\n\t* invalid key "__proto__" on line 1\n\n',
    ],
    [
      'path "a" { expiration = "2030-01-01" }',
      '1 error occurred:\n\t* path "a": invalid key "expiration" on line 1\n\n',
    ],
    [`path "${"a".repeat(5000)}" {}`, `path "${"a".repeat(48)}…": longer than 4096 bytes`],
    ['path "a" {}\n'.repeat(5001), "more than 5000 rules"],
    ["x".repeat(200_000), "larger than 102400 bytes"],
  ];

  it.each(cases)("%.60j", (text, wire) => {
    expect(refusal(text)).toBe(`failed to parse policy: ${wire}`);
  });

  it("that stays short for a long list of faults", () => {
    const wire = refusal(Array.from({ length: 2000 }, (_, i) => `${"k".repeat(40)}${i} = 1`).join("\n"));

    expect(wire.startsWith("failed to parse policy: 2000 errors occurred:\n\t* invalid key")).toBe(true);
    expect(wire).toMatch(/\t\* and 19\d\d more\n\n$/);
    expect(wire.length).toBeLessThan(1024);
  });
});

describe("a policy is accepted", () => {
  const cases: readonly [name: string, text: string][] = [
    ["when it is empty", ""],
    ["as white space", " \n"],
    ["as a comment", "# only a comment"],
    ["with a name", 'name = "x"\npath "a" {}'],
    ["as JSON with a list of paths", '\n {"name":"x","path":[{"a":{}},{"b":{}}]}'],
    ["as JSON with a comma behind the last entry, as HCL reads it", '{"path":{"a":{"capabilities":["read",],},},}'],
    ["with an unknown template", 'path "a/{{no.such.thing}}" {}'],
    ["with an empty template", 'path "a/{{}}" {}'],
    [
      "with every key",
      'path "a" { comment = "c" mfa_methods = ["m"] control_group = { ttl = "1h" } subscribe_event_types = ["*"] }',
    ],
    [
      "with a control group block",
      'path "a" { control_group { factor "f" { identity { group_names = ["g"] approvals = 1 } } } }',
    ],
    [
      "with every capability",
      'path "a" { capabilities = ["create","read","update","delete","list","patch","sudo","subscribe","recover","scan"] }',
    ],
    ["with a wrong word after deny", 'path "a" { capabilities = ["deny", "banana"] }'],
    ["with a limit under a deny", 'path "a" { capabilities = ["deny"] min_wrapping_ttl = "x" }'],
    ["with an empty path", 'path "" { capabilities = ["read"] }'],
  ];

  it.each(cases)("%s", (_, text) => {
    expect(refusal(text)).toBe("accepted");
  });

  it("with comments, heredocs and trailing commas", () => {
    const text =
      '# a\n// b\n/* c\n d */\npath "kv/a" {\n  capabilities = [\n    "read", // e\n    "list",\n  ]\n}\nname = <<EOT\nf\nEOT\n';

    expect(capabilitiesOf(aclOf(text), "kv/a")).toEqual(["list", "read"]);
  });

  it("and read back as written", () => {
    const text = 'path "a/{{identity.entity.id}}" {}';

    expect(parsePolicy("p", text).text).toBe(text);
  });
});

describe("the legacy policy field", () => {
  it.each([
    ["deny", ["deny"]],
    ["read", ["list", "read"]],
    ["write", ["create", "delete", "list", "read", "update"]],
    ["sudo", ["create", "delete", "list", "read", "sudo", "update"]],
  ])("%s means %j", (word, names) => {
    expect(capabilitiesOf(aclOf(`path "a" { policy = "${word}" }`), "a")).toEqual(names);
  });

  it("that is empty adds nothing", () => {
    expect(capabilitiesOf(aclOf('path "a" { policy = "" capabilities = ["read"] }'), "a")).toEqual(["read"]);
  });

  it("adds to the capabilities", () => {
    expect(capabilitiesOf(aclOf('path "a" { policy = "read" capabilities = ["delete"] }'), "a")).toEqual([
      "delete",
      "list",
      "read",
    ]);
  });
});

describe("one path in several stanzas", () => {
  it("has their capabilities joined", () => {
    const acl = aclOf(
      'path "a" { capabilities = ["read"] }\npath "/a" { capabilities = ["create"] }',
      'path "a" { policy = "read" }',
    );

    expect(capabilitiesOf(acl, "a")).toEqual(["create", "list", "read"]);
  });

  it.each([
    [['path "a" { capabilities = ["read"] }', 'path "a" { capabilities = ["deny"] }']],
    [['path "a" { capabilities = ["deny"] }', 'path "a" { capabilities = ["read"] }']],
    [['path "a" { capabilities = ["deny", "read"] }', ""]],
    [['path "a" { capabilities = ["read"] }\npath "/a" { capabilities = ["deny"] }', ""]],
  ])("is denied when one denies: %j", (policies) => {
    expect(allows(aclOf(...policies), "read a")).toBe(false);
  });
});
