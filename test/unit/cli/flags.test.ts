import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { FlagError, type FlagTable, flagHelp, HelpAsked, readFlags } from "../../../src/cli/flags.ts";

const TABLE: FlagTable = {
  config: { kind: "texts", value: "path", help: "A file." },
  level: { kind: "text", value: "level", help: "A level." },
  bytes: { kind: "number", value: "number", help: "A number." },
  once: { kind: "boolean", help: "A switch." },
  secret: { kind: "boolean", help: "Not told.", hidden: true },
};

const read = (...args: string[]) => {
  const flags = readFlags(TABLE, args);
  return {
    config: flags.texts("config"),
    level: flags.text("level"),
    bytes: flags.number("bytes"),
    once: flags.boolean("once"),
    rest: flags.rest,
  };
};
const NONE = { config: [], level: undefined, bytes: undefined, once: undefined, rest: [] };
const refusal = (...args: string[]): string => {
  try {
    read(...args);
  } catch (error) {
    if (error instanceof FlagError) return error.message;
    throw error;
  }
  return "accepted";
};

describe("flags in Vault's style", () => {
  it.each([
    [["-config=a", "-config", "b", "--config=c", "--config", "d"], { config: ["a", "b", "c", "d"] }],
    [["-level=a=b", "-bytes", "-5"], { level: "a=b", bytes: -5 }],
    [["-level="], { level: "" }],
    [["-level", "-once"], { level: "-once" }],
    [["-once"], { once: true }],
    [["-once=false"], { once: false }],
    [["-once", "false"], { once: true, rest: ["false"] }],
    [["-level=a", "-level=b"], { level: "b" }],
    [["-once", "x", "-level=a"], { once: true, rest: ["x", "-level=a"] }],
    [["-once", "--", "-level=a"], { once: true, rest: ["-level=a"] }],
    [["-", "-once"], { rest: ["-", "-once"] }],
    [[], {}],
  ])("are read as Go reads them: %j", (args, expected) => {
    expect(read(...args)).toEqual({ ...NONE, ...expected });
  });

  it.each([
    [["-no-such"], "flag provided but not defined: -no-such"],
    [["--no-such=1"], "flag provided but not defined: -no-such"],
    [["-toString"], "flag provided but not defined: -toString"],
    [["-config"], "flag needs an argument: -config"],
    [["-once=maybe"], 'invalid boolean value "maybe" for -once: parse error'],
    [["-bytes=x"], 'invalid value "x" for flag -bytes: parse error'],
    [["---level"], "bad flag syntax: ---level"],
    [["-=x"], "bad flag syntax: -=x"],
  ])("are refused by name: %j", (args, says) => {
    expect(refusal(...args)).toBe(says);
  });

  it.each(["-h", "-help", "--help"])("ask for help: %s", (flag) => {
    expect(() => read(flag)).toThrow(HelpAsked);
  });

  it("are told, but for the hidden ones", () => {
    expect(flagHelp(TABLE)).toBe(
      [
        "  -config=<path>\n      A file.\n",
        "  -level=<level>\n      A level.\n",
        "  -bytes=<number>\n      A number.\n",
        "  -once\n      A switch.\n",
      ].join("\n"),
    );
  });

  it("are flags, an error or help, whatever is written", () => {
    const arg = fc.oneof(fc.string(), fc.constantFrom("-config", "-once", "--level", "-bytes=1", "-h", "--"));
    fc.assert(
      fc.property(fc.array(arg), (args) => {
        try {
          read(...args);
        } catch (error) {
          expect(error instanceof FlagError || error instanceof HelpAsked).toBe(true);
        }
      }),
    );
  });
});
