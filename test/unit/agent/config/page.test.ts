import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { AGENT_FLAGS } from "../../../../src/cli/agent.ts";

/** The page that lists every key, held against the code that reads them. */

const page = readFileSync("docs/agent/configuration.md", "utf8");
const sources = (...folders: string[]): string =>
  folders
    .flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
const matches = (text: string, pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name)),
];

const config = sources("src/agent/config");
/** `members.text("key")`, `blocks(file, "key")` and their like. */
const blocks = matches(
  config,
  /(?:\.(?:value|items|text|name|flag|integer|number|duration|texts|block|raw)\(|\b(?:labelled|blocks|single|flagOf|versionOf)\(\s*\w+,\s*)"([a-z_]+)"/g,
);
/** `requiredText(config, "key")`, `config.get("key")` and their like. */
const methods = matches(
  sources("src/agent/auth", "src/agent/auth/aws", "src/agent/sink"),
  /(?:\b(?:optionalText|requiredText|presentText|flag|period|integer|idOf|\w*[sS]econds)\(\s*\w+(?:\.config)?,\s*|config\.get\()"([a-z_]+)"/g,
);
const variables = matches(
  `${config}${readFileSync("src/client/environment.ts", "utf8")}`,
  /(?:\btext\(|\w+\(env, )"([A-Z_]+)"/g,
)
  .filter((name) => name !== "AGENT_ADDR")
  .map((name) => `VAULT_${name}`);

const written = new Set(matches(page, /\b([a-z]+(?:_[a-z]+)*)\b/g));

describe("docs/agent/configuration.md", () => {
  it("has every key that a block reads", () => {
    expect(blocks.length).toBeGreaterThan(80);
    expect(blocks.filter((key) => !written.has(key))).toEqual([]);
  });

  it("has every key that a method or a sink reads", () => {
    expect(methods.length).toBeGreaterThan(20);
    expect(methods.filter((key) => !written.has(key))).toEqual([]);
  });

  it("has every variable of the environment", () => {
    expect(variables.length).toBeGreaterThan(4);
    expect(variables.filter((name) => !page.includes(name))).toEqual([]);
  });

  it("has every flag", () => {
    const flags = Object.entries(AGENT_FLAGS).filter(([, row]) => !row.hidden);

    expect(flags.map(([name]) => name).filter((name) => !page.includes(`-${name}`))).toEqual([]);
  });

  it("has no key that nobody reads", () => {
    const known = `${config}${sources("src/agent/auth", "src/agent/auth/aws", "src/agent/sink")}`;
    const keys = matches(page.replace(/\]\([^)]*\)/g, ""), /`([a-z]+(?:_[a-z]+)+)`/g);

    expect(keys.length).toBeGreaterThan(60);
    expect(keys.filter((key) => !known.includes(`"${key}"`))).toEqual([]);
  });
});
