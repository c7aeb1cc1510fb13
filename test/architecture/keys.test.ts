import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import * as keys from "../../src/storage/keys.ts";

/**
 * Every key of the table is built in `storage/keys.ts`, and every setting has its name in `core/config/settings.ts`: who
 * looks for a row asks there, and no other file spells how it begins.
 */

const root = fileURLToPath(new URL("../..", import.meta.url));
const ROOMS = ["src/core", "src/backends", "src/audit", "lambdas"];

const files = (room: string): readonly string[] =>
  readdirSync(`${root}${room}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${room}/${name}`);

/** The texts of a source, comments left out: between quotes or backticks, as written. */
const textsOf = (source: string): readonly string[] =>
  source
    .replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "")
    .match(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g)
    ?.map((text) => text.slice(1, -1)) ?? [];

const spellsKey = (text: string): boolean => /^[a-z-]+#|#\$\{|\}#/.test(text);
const spellsSetting = (text: string): boolean => /^setting\//.test(text);

const offenders = (spells: (text: string) => boolean, allowed: readonly string[] = []): readonly string[] =>
  ROOMS.flatMap(files)
    .filter((file) => !allowed.includes(file))
    .flatMap((file) =>
      textsOf(readFileSync(`${root}${file}`, "utf8"))
        .filter(spells)
        .map((text) => `${file}: ${text}`),
    );

describe("keys of the table", () => {
  it("are spelled in storage/keys.ts alone", () => {
    expect(offenders(spellsKey)).toEqual([]);
  });

  it("would be found elsewhere", () => {
    const source = `const a = "lease#"; const b = \`\${space}#\${tag}\`; // "child#"\n/* "acl#" */ const c = "# HELP";`;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a template in a source looks like
    expect(textsOf(source).filter(spellsKey)).toEqual(["lease#", "${space}#${tag}"]);
  });

  it("of settings are spelled where settings have their types", () => {
    // The audit log stands below core and knows its own setting.
    expect(offenders(spellsSetting, ["src/core/config/settings.ts", "src/audit/signing-key.ts"])).toEqual([]);
  });

  it("tell a token's and a lease's own items from the rows next to them", () => {
    expect(keys.isToken(keys.tokenAddress("a"))).toBe(true);
    expect(keys.isToken(keys.childAddress("a", "b"))).toBe(false);
    expect(keys.isToken(keys.heldLeaseAddress("a", "b"))).toBe(false);
    expect(keys.isLease(keys.leaseAddress("a"))).toBe(true);
    expect([keys.jobAddress("a"), keys.scheduleAddress("a"), keys.sweeperMarkAddress].some(keys.isLease)).toBe(false);
  });
});
