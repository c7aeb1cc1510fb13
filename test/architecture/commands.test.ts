import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { everyFile, repository } from "./support/repository.ts";

/** What the documents tell people to type exists, and works in a fresh clone after `npm ci`. */

const { scripts, bin } = z
  .looseObject({ scripts: z.record(z.string(), z.string()), bin: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(`${repository}/package.json`, "utf8")));

const documents = everyFile.filter(
  (file) => file.endsWith(".md") && !file.startsWith("docs/api/") && !file.startsWith("docs/adr/"),
);
const text = documents.map((file) => readFileSync(`${repository}/${file}`, "utf8")).join("\n");
const typed = (pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name)),
];

describe("a command in the documents", () => {
  it("that npm runs is a script", () => {
    const names = typed(/npm run ([a-z][a-z:]*)/g);

    expect(names.length).toBeGreaterThan(8);
    expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it.each(["bootstrap", "synth", "diff", "deploy", "destroy"])("builds before CDK reads the app: %s (F2)", (name) => {
    expect(scripts[name]).toMatch(/^npm run cdk -- /);
    expect(scripts["cdk"]).toMatch(/^npm run build && /);
  });

  it("of our own is always typed as npx zeroth, and is there", () => {
    expect(typed(/(?:^|[`\n])(zeroth (?:operator|server|audit) [a-z-]+ --)/g)).toEqual([]);
    const help = execFileSync(`${repository}/${bin["zeroth"]}`, ["operator", "--help"], { encoding: "utf8" });

    for (const order of typed(/npx zeroth operator ([a-z-]+)/g)) expect(help).toContain(`  ${order}`);
  });
});
