import { describe, expect, it } from "@jest/globals";
import { decide } from "../../../src/policy/index.ts";
import { type JsonObject, parseJson } from "../../../src/std/json.ts";
import { aclOf, allows, request, rule } from "./acl-kit.ts";

/** The worked examples of parameter constraints in Vault's policy documentation. */

const ALL = "create read update patch delete list";
const stanza = (limits: string): string => rule("a", ALL, limits);
const body = (text: string): JsonObject => {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) throw new Error("a test's body must be an object");
  return value as JsonObject;
};
const passes = (policies: readonly string[], parameters: string, operation = "update"): boolean =>
  allows(aclOf(...policies), `${operation} a`, { parameters: body(parameters) });

describe("parameters", () => {
  const cases: readonly [policies: string[], verdicts: Readonly<Record<string, boolean>>][] = [
    [["allowed_parameters = { zip = [] }"], { '{"zip":1}': true, '{"ZIP":"x"}': true, '{"zap":1}': false, "{}": true }],
    [
      ["denied_parameters = { zap = [] }"],
      { '{"zip":1}': true, '{"zap":1}': false, '{"zip":1,"zap":1}': false, '{"Zap":1}': false },
    ],
    [['allowed_parameters = { "*" = [] } denied_parameters = { foo = [] }'], { '{"x":1}': true, '{"foo":1}': false }],
    [['denied_parameters = { "*" = [] }'], { '{"any":1}': false, "{}": true }],
    [['allowed_parameters = { x = [] } denied_parameters = { "*" = [] }'], { '{"x":1}': false }],
    [["allowed_parameters = {} denied_parameters = {} required_parameters = []"], { '{"x":1}': true }],
    [['required_parameters = ["foo"]'], { "{}": false, '{"bar":1}': false, '{"foo":1}': true, '{"FOO":1}': false }],
    [['required_parameters = ["FOO"]'], { '{"foo":1}': true }],
    [
      ['required_parameters = ["foo"] allowed_parameters = { foo = ["a"] }'],
      { '{"foo":"a"}': true, '{"foo":"b"}': false },
    ],
    [
      ['denied_parameters = { deny = ["bad*"] }'],
      { '{"deny":"bad glob"}': false, '{"deny":"good"}': true, '{"deny":null}': true },
    ],
    [
      ['allowed_parameters = { m = ["good", "good1", "good2", "*good3"] }'],
      {
        '{"m":"good"}': true,
        '{"m":"glob good3"}': true,
        '{"m":"glob good2"}': false,
        '{"m":"bad"}': false,
        '{"m":"Good"}': false,
      },
    ],
    [
      ['allowed_parameters = { "*" = [], foo = [], bar = [false] }'],
      {
        '{"zzz":1}': true,
        '{"foo":"any"}': true,
        '{"bar":false}': true,
        '{"bar":true}': false,
        '{"bar":"false"}': false,
      },
    ],
    [['allowed_parameters = { "*" = ["x"] }'], { '{"any":"thing"}': true }],
    [['allowed_parameters = { a = ["*"] }'], { '{"a":"x"}': false, '{"a":"*"}': true }],
    [['allowed_parameters = { a = ["**"] }'], { '{"a":"x"}': true, '{"a":""}': true, '{"a":5}': false }],
    [["allowed_parameters = { a = [1] }"], { '{"a":1}': false }],
    [["denied_parameters = { a = [1] }"], { '{"a":1}': false, '{"a":1.0}': false, '{"a":2}': true }],
    [['allowed_parameters = { a = ["x"] }'], { '{"a":null}': false }],
    [
      ["allowed_parameters = { data = [] }"],
      { '{"data":{"any":"thing"}}': true, '{"data":{},"options":{"cas":1}}': false },
    ],
    [
      ['allowed_parameters = { x = ["1"] }', 'allowed_parameters = { x = ["2"], y = [] }'],
      { '{"x":"2","y":1}': true, '{"x":"1"}': true, '{"x":"3"}': false },
    ],
    [['allowed_parameters = { x = ["1"] }', ""], { '{"x":"2"}': false, '{"x":"1"}': true, '{"y":1}': false }],
    [['allowed_parameters = { x = ["1"] }', "allowed_parameters = { x = [] }"], { '{"x":"2"}': true }],
    [
      ['denied_parameters = { x = ["1"] }', "denied_parameters = { x = [] }"],
      { '{"x":"2"}': false, '{"y":"2"}': true },
    ],
    [['required_parameters = ["x"]', 'required_parameters = ["y"]'], { '{"x":1}': false, '{"x":1,"y":1}': true }],
    [['denied_parameters = { x = [], X = ["1"] }'], { '{"x":"2"}': false }],
    [['denied_parameters = { x = ["1"], X = [] }'], { '{"x":"2"}': false }],
    [['denied_parameters = { x = ["1"], X = ["2"] }'], { '{"x":"1"}': false, '{"x":"2"}': false, '{"x":"3"}': true }],
    [['allowed_parameters = { o { x = "y" } }'], { '{"o":{"x":"y"}}': true, '{"o":{"x":"z"}}': false }],
    [["required_parameters = [5]"], { '{"5":1}': true, "{}": false }],
    [['allowed_parameters = { x = [], X = ["1"] }'], { '{"x":"2"}': false }],
    [
      ['allowed_parameters = { policies = ["g-x", "g-y"], ttl = [] }'],
      {
        '{"policies":["g-x","g-y"],"ttl":"1m"}': true,
        '{"policies":["g-x","g-z"]}': false,
        '{"policies":"g-x, g-y"}': true,
        '{"policies":"g-x, g-z"}': false,
      },
    ],
    [
      ['allowed_parameters = { kind = ["one", "two"] }'],
      {
        '{"kind":"one,two"}': true,
        '{"kind":["one"]}': true,
        '{"kind":["one",3]}': false,
        '{"kind":""}': false,
        '{"kind":[]}': false,
      },
    ],
    [['allowed_parameters = { kind = ["one", ""] }'], { '{"kind":""}': true, '{"kind":[]}': false }],
    [
      ['allowed_parameters = { policies = ["team-*"] }'],
      {
        '{"policies":""}': false,
        '{"policies":[]}': false,
        '{"policies":5}': false,
        '{"policies":["team-a",5]}': false,
      },
    ],
    [
      ["denied_parameters = { policies = [5, true] }"],
      { '{"policies":5}': false, '{"policies":["x",true]}': false, '{"policies":""}': true, '{"policies":"x"}': true },
    ],
    [
      ['denied_parameters = { kind = ["bad"] }'],
      { '{"kind":"fine, bad"}': false, '{"kind":["fine","bad"]}': false, '{"kind":"BAD"}': true },
    ],
    [
      ['allowed_parameters = { "__proto__" = ["x"] }'],
      { '{"__proto__":"x"}': true, '{"__proto__":"y"}': false, '{"toString":"x"}': false },
    ],
    [['required_parameters = ["toString"]'], { "{}": false }],
  ];
  const rows = cases.flatMap(([limits, verdicts]) =>
    Object.entries(verdicts).map(([parameters, allowed]) => ({ limits, parameters, allowed })),
  );

  it.each(rows)("$limits with $parameters: $allowed", ({ limits, parameters, allowed }) => {
    expect(passes(limits.map(stanza), parameters)).toBe(allowed);
  });

  it.each(["create", "read", "update", "patch"])("are checked on %s", (operation) => {
    expect(passes([stanza("allowed_parameters = { data = [] }")], '{"version":"1"}', operation)).toBe(false);
  });

  it.each(["list", "delete"])("are not checked on %s", (operation) => {
    const limits = 'allowed_parameters = { data = [] } required_parameters = ["x"] denied_parameters = { "*" = [] }';

    expect(passes([stanza(limits)], '{"version":"1"}', operation)).toBe(true);
  });

  it("compare objects as a whole", () => {
    const policy = '{"path":{"a":{"capabilities":["update"],"allowed_parameters":{"o":[{"x":"y"}]}}}}';
    const bodies = ['{"o":{"x":"y"}}', '{"o":{"x":"y","z":"1"}}', '{"o":{"x":"z"}}', '{"o":"x"}'];

    expect(bodies.map((sent) => passes([policy], sent))).toEqual([true, false, false, false]);
  });

  it("compare lists as a whole as well", () => {
    const policy = '{"path":{"a":{"capabilities":["update"],"denied_parameters":{"l":[["x","y"],null]}}}}';
    const bodies = ['{"l":["x","y"]}', '{"l":["x"]}', '{"l":[["x","y"]]}', '{"l":null}', '{"l":[]}'];

    expect(bodies.map((sent) => passes([policy], sent))).toEqual([false, true, false, false, true]);
  });

  it("tell a list from its only element", () => {
    const policy = '{"path":{"a":{"capabilities":["update"],"denied_parameters":{"o":[{"x":["y"]}]}}}}';
    const bodies = ['{"o":{"x":["y"]}}', '{"o":{"x":"y"}}', '{"o":{"x":{"0":"y"}}}'];

    expect(bodies.map((sent) => passes([policy], sent))).toEqual([false, true, true]);
  });

  it("name the one at fault", () => {
    const acl = aclOf(stanza('denied_parameters = { zap = ["x"] }'));

    expect(decide(acl, request("update a", { parameters: { Zap: "x" } }))).toMatchObject({
      reason: "parameter_denied",
      parameter: "Zap",
    });
  });
});

describe("names of policies as parameters", () => {
  it.each(['"ADMIN"', '" admin "', '"admin,default"', '["Admin"]', '["x","a,admin"]'])(
    "%s hits a denied admin",
    (sent) => {
      expect(passes([stanza('denied_parameters = { policies = ["admin"] }')], `{"policies":${sent}}`)).toBe(false);
    },
  );

  it.each(['"team-a, admin"', '["team-a","admin"]', '["team-a,admin"]', '"TEAM-a"'])("%s is not all team-*", (sent) => {
    expect(passes([stanza('allowed_parameters = { policies = ["team-*"] }')], `{"policies":${sent}}`)).toBe(false);
  });

  it("may be several, each matching", () => {
    expect(passes([stanza('allowed_parameters = { policies = ["team-*"] }')], '{"policies":"team-a, team-b"}')).toBe(
      true,
    );
  });
});

describe("wrapping limits", () => {
  const reasons = (policies: readonly string[], ...ttls: readonly (number | undefined)[]): string[] =>
    ttls.map((wrapTtl) => decide(aclOf(...policies), request("read a", { wrapTtl })).reason);

  it("demand a wrapping within the window", () => {
    const policy = stanza('min_wrapping_ttl = "300s" max_wrapping_ttl = 400');

    expect(reasons([policy], 350, undefined, 0, 50, 450, 300, 400)).toEqual([
      "granted",
      "wrapping_required",
      "wrapping_required",
      "wrapping_too_short",
      "wrapping_too_long",
      "granted",
      "granted",
    ]);
  });

  it("merge to the smallest of each", () => {
    const policies = [stanza('min_wrapping_ttl = "60s"'), stanza('min_wrapping_ttl = "30s" max_wrapping_ttl = "90s"')];

    expect(reasons(policies, 30, 90, 91)).toEqual(["granted", "granted", "wrapping_too_long"]);
  });

  it("deny every request when merging leaves no window", () => {
    const policies = [stanza("max_wrapping_ttl = 10"), stanza("min_wrapping_ttl = 60")];

    expect(new Set(reasons(policies, undefined, 5, 10, 30, 60, 100))).toEqual(new Set(["wrapping_impossible"]));
  });

  it.each(["list", "delete", "create", "patch"])("hold for %s", (operation) => {
    expect(allows(aclOf(stanza("min_wrapping_ttl = 60")), `${operation} a`)).toBe(false);
  });

  it("below a second are limits still", () => {
    expect(reasons([stanza('max_wrapping_ttl = "500ms"')], undefined, 1)).toEqual([
      "wrapping_required",
      "wrapping_too_long",
    ]);
  });

  it("below zero are none", () => {
    expect(reasons([stanza('min_wrapping_ttl = "-1s"')], undefined)).toEqual(["granted"]);
  });
});
