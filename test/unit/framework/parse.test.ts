import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { field, type Operation, op, type Path, VaultError } from "../../../src/framework/index.ts";
import { parseInput } from "../../../src/framework/parse.ts";
import type { JsonObject } from "../../../src/std/json.ts";

const input = z.object({
  ttl: field.duration("d"),
  name: field.text("n"),
  tags: field.commaList("t"),
});
const write = op({ summary: "write", answers: "nothing", input, handle: async () => undefined });
const read = op({ summary: "read", answers: "nothing", handle: async () => undefined });

// biome-ignore lint/suspicious/noExplicitAny: templates of many shapes
const path: Path<any> = { template: "role/{role}", summary: "", params: { role: "r" }, ops: { update: write, read } };

const run = (data: JsonObject, operation: Operation = "update", over: Partial<Path> = {}) =>
  parseInput({ ...path, ...over }, operation, operation === "read" ? read : write, { role: "web" }, data);

const textOf = (act: () => unknown): string | undefined => {
  try {
    act();
  } catch (error) {
    if (error instanceof VaultError && error.code === "invalid_request") return error.wire;
    throw error;
  }
  return undefined;
};

describe("input", () => {
  it("is coerced", () =>
    expect(run({ ttl: "1m", name: 7, tags: "a,b" }).input).toEqual({ ttl: 60, name: "7", tags: ["a", "b"] }));
  it("is empty without data", () => expect(run({}).input).toEqual({}));
  it("is empty for an operation without fields", () => expect(run({ ttl: "x" }, "read").input).toEqual({}));
  it("does not reach through the prototype", () =>
    expect(run(JSON.parse('{"__proto__":{"name":"evil"}}')).input).toEqual({}));
  it("is the unchanged body if everything is allowed", () => {
    const open = op({ summary: "", answers: "nothing", input: field.anyBody("b"), handle: async () => undefined });
    const body = JSON.parse('{"__proto__":1,"role":"mine","x":null}');
    expect(parseInput(path, "update", open, { role: "web" }, body).input).toEqual(body);
  });
});

describe("a refusal", () => {
  it("names the field, with Vault's prefix", () =>
    expect(textOf(() => run({ ttl: "abc" }))).toBe(
      'Field validation failed: error converting input for field "ttl": time: invalid duration "abc"',
    ));
  it("lacks the prefix on writes to a path with an existence check", () =>
    expect(textOf(() => run({ ttl: -5 }, "create", { exists: async () => true }))).toBe(
      `error converting input for field "ttl": cannot provide negative value '-5'`,
    ));
  it("says a rule over the whole input in its own words", () => {
    const ruled = op({
      summary: "",
      answers: "nothing",
      input: input.refine(() => false, "name or ttl is needed"),
      handle: async () => undefined,
    });
    expect(textOf(() => parseInput(path, "update", ruled, {}, {}))).toBe("name or ttl is needed");
  });
});

describe("warnings", () => {
  const ignored = (names: string) => `Endpoint ignored these unrecognized parameters: [${names}]`;
  const replaced = (names: string) =>
    `Endpoint replaced the value of these parameters with the values captured from the endpoint's path: [${names}]`;
  it("name unknown fields, sorted", () =>
    expect(run({ zz: 1, "b c": {}, aa: null }).warnings).toEqual([ignored("aa b c zz")]));
  it("count another case as unknown", () => expect(run({ TTL: "1m" }).warnings).toEqual([ignored("TTL")]));
  it("spare fields of the path's other operations", () => expect(run({ ttl: "1m" }, "read").warnings).toEqual([]));
  it("name what the path overrode, after the unknown", () =>
    expect(run({ role: "x", q: 1 }).warnings).toEqual([ignored("q"), replaced("role")]));
  it("do not mind a null for what the path gives", () => expect(run({ role: null }).warnings).toEqual([]));
  it("are none where everything is allowed", () => {
    const open = op({ summary: "", answers: "nothing", input: field.anyBody("b"), handle: async () => undefined });
    expect(parseInput(path, "update", open, { role: "web" }, { q: 1 }).warnings).toEqual([]);
  });
  it("let the path's value win over the body's", () => {
    const taking = op({
      summary: "",
      answers: "nothing",
      input: z.object({ role: field.text("r") }),
      handle: async () => undefined,
    });
    expect(parseInput(path, "update", taking, { role: "web" }, { role: "mine" }).input).toEqual({ role: "web" });
  });
});
