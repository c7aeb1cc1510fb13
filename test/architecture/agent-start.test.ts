import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { repository } from "./support/repository.ts";

/** What is loaded when an agent starts: a machine runs many, so it is little, and none of the server's. */

const IMPORT = /^(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;

/** Files that a file loads before its first line runs, and packages. */
const loaded = (start: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(start)) return seen;
  seen.add(start);
  if (!start.startsWith("src/") || start.endsWith(".js")) return seen;
  for (const [, name = ""] of readFileSync(join(repository, start), "utf8").matchAll(IMPORT)) {
    loaded(name.startsWith(".") ? relative(repository, join(repository, dirname(start), name)) : name, seen);
  }
  return seen;
};

const packages = (files: ReadonlySet<string>): readonly string[] =>
  [...files].filter((file) => !file.startsWith("src/") && !file.startsWith("node:")).sort();
const rooms = (files: ReadonlySet<string>): readonly string[] =>
  [...new Set([...files].flatMap((file) => /^src\/([^/]+)\//.exec(file)?.[1] ?? []))].sort();

describe("what an agent loads", () => {
  it("to find the command, is the command line alone", () => {
    const files = new Set([...loaded("src/cli/main.ts"), ...loaded("src/cli/commands.ts")]);

    expect(packages(files)).toEqual([]);
    expect(rooms(files)).toEqual(["cli", "std"]);
  });

  it("to read its configuration, has not one package in it", () => {
    const files = loaded("src/cli/agent.ts");

    expect(files.size).toBeGreaterThan(25);
    expect(packages(files)).toEqual([]);
    expect(rooms(files)).toEqual(["agent", "cli", "client", "hcl", "std"]);
  });

  it.each([
    "run.ts",
    "auth/index.ts",
    "sink/index.ts",
    "listener/index.ts",
    "template/index.ts",
    "supervisor/index.ts",
  ])("to run, of %s, has one package alone, for exact numbers", (room) => {
    const files = loaded(`src/agent/${room}`);
    const allowed = ["agent", "client", "contract", "go-template", "hcl", "std"];

    expect(packages(files)).toEqual(["lossless-json"]);
    expect(rooms(files).filter((each) => !allowed.includes(each))).toEqual([]);
  });
});
