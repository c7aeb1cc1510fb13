import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";

/** What keeps the stages' types a proof: nobody else can give a value their brand, or write half a trail. */

const sources = (folder: URL): readonly URL[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const at = new URL(entry.isDirectory() ? `${entry.name}/` : entry.name, folder);
    if (entry.isDirectory()) return sources(at);
    return entry.name.endsWith(".ts") ? [at] : [];
  });

const root = new URL("../../", import.meta.url);
const files = ["src/", "lambdas/", "scripts/", "bin/"].flatMap((folder) => sources(new URL(folder, root)));

const importers = (name: string, from: string): readonly string[] =>
  files
    .filter((file) =>
      new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from "[^"]*/${from}"`, "s").test(readFileSync(file, "utf8")),
    )
    .map((file) => file.href.slice(root.href.length))
    .sort();

it("only the stages import `stamp`", () =>
  expect(importers("stamp", "stage.ts")).toEqual(
    ["fetch", "guard", "handle", "identify", "parse"].map((name) => `src/core/request/${name}.ts`),
  ));

it("only `recorded` makes a trail", () =>
  expect(importers("createTrail", "trail.ts")).toEqual(["src/core/request/recorded.ts"]));

it("a token is looked up for a caller in one place", () => {
  const asking = files.filter((file) => /\btokens\.(?:know|spend)\(/.test(readFileSync(file, "utf8")));
  expect(asking.map((file) => file.href.slice(root.href.length))).toEqual(["src/core/request/authorise.ts"]);
});
