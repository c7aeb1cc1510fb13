import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { build } from "esbuild";
import { repository } from "./support/repository.ts";

/**
 * What runs in a browser too: policies, their language, the judge of audit logs, and the names of the contract. Bundled
 * for a browser, where an import of a module of Node's does not resolve; a global of Node's would bundle and fail later,
 * so it is searched for.
 */

const GLOBALS = /\b(?:Buffer|process|global|require|__dirname|__filename|setImmediate)\b(?!["'\]])/;

/** For exact numbers. */
const PACKAGES = /^node_modules\/lossless-json\//;

const bundled = async (code: string): Promise<{ readonly text: string; readonly files: readonly string[] }> => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: repository, loader: "ts" },
    bundle: true,
    platform: "browser",
    format: "esm",
    target: "es2023",
    minifyWhitespace: true,
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  return { text: outputFiles[0]?.text ?? "", files: Object.keys(metafile.inputs) };
};

const contract = readdirSync(join(repository, "src/contract"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => `src/contract/${name}`);

describe("in a browser", () => {
  it.each(["src/policy/index.ts", "src/hcl/hcl.ts", "src/audit/judge.ts", ...contract])("%s runs", async (file) => {
    const { text, files } = await bundled(`export * from "./${file}";`);

    expect(files).toContain(file);
    expect(files.filter((each) => !each.startsWith("src/") && !PACKAGES.test(each))).toEqual(["<stdin>"]);
    expect(GLOBALS.exec(text)?.[0]).toBeUndefined();
  });

  it.each(['import "node:crypto";', 'import "fs";'])("%s would not", async (code) => {
    await expect(bundled(code).then(({ files }) => files)).rejects.toThrow("Could not resolve");
  });

  it.each(["export const n = Buffer.byteLength('a');", "export const now = () => process.hrtime();"])(
    "a global of Node's is seen: %s",
    async (code) => {
      expect((await bundled(code)).text).toMatch(GLOBALS);
    },
  );
});
