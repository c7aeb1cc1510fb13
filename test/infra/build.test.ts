import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { createBarrels } from "../../scripts/build/barrels.ts";
import { bundle } from "../../scripts/build/bundle.ts";
import { evaluatedPolicies } from "../../scripts/build/evaluated.ts";
import { buildFunction } from "../../scripts/build/function.ts";
import { type Inventory, inventoryOf, loadedAtOnce, printInventory } from "../../scripts/build/inventory.ts";
import { builtInPolicies } from "../../src/policy/index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const entry = "test/infra/fixture/bundle/entry.ts";

const build = async () => {
  const outdir = await mkdtemp(join(tmpdir(), "zeroth-build-"));
  const { metafile } = await bundle({ root, entry, outdir });
  return { outdir, inventory: inventoryOf(metafile) };
};

describe("a built function", () => {
  let outdir: string;
  let inventory: Inventory;
  beforeAll(async () => {
    ({ outdir, inventory } = await build());
  });

  it("keeps what is imported on demand out of the start", () => {
    expect(Object.keys(inventory.lazy.origins)).toContain("lossless-json");
    expect(Object.keys(inventory.eager.origins)).not.toContain("lossless-json");
  });

  it("counts what the start imports by way of chunks as part of the start", () => {
    expect(Object.keys(inventory.eager.origins)).toContain("@aws-sdk/client-dynamodb");
  });

  it("takes the packages' ES sources: the DynamoDB client stays below 420 KB", () => {
    expect(inventory.eager.bytes).toBeLessThan(420 * 1024);
  });

  it("runs under plain Node from its folder alone", async () => {
    const script = `import(${JSON.stringify(pathToFileURL(join(outdir, "index.mjs")).href)}).then(async (it) => console.log(await it.rare()))`;

    const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { cwd: tmpdir() });

    expect(stdout).toBe("1\n");
  });

  it("is the same every time, whatever folder it is written to", async () => {
    const again = await build();
    const read = async (folder: string) => readFile(join(folder, "index.mjs"), "utf8");

    expect(await readdir(join(again.outdir, "chunks"))).toEqual(await readdir(join(outdir, "chunks")));
    expect(await read(again.outdir)).toBe(await read(outdir));
  });

  it("lists its packages by name, sorted, in two parts", () => {
    const printed = printInventory({
      eager: { bytes: 2, origins: { "src/http": 2, "@smithy/core": 1 } },
      lazy: { bytes: 1, origins: { zod: 1 } },
    });

    expect(printed).toBe("at start\n  @smithy/core\n  src/http\non demand\n  zod\n");
  });
});

describe("what the build does to sources", () => {
  it("puts everything that loads at the start into one file, next to the entry's own", async () => {
    const outdir = await mkdtemp(join(tmpdir(), "zeroth-build-"));
    const { metafile } = await buildFunction("wrapping", { root, outdir });
    const start = loadedAtOnce([relative(root, join(outdir, "index.mjs"))], metafile.outputs);

    expect(start.size).toBe(2);
  });

  it("takes members of Node's modules one by one, and loads what is only asked about by its first use", async () => {
    const outdir = await mkdtemp(join(tmpdir(), "zeroth-build-"));
    await bundle({ root, entry: "test/infra/fixture/bundle/builtins.ts", outdir });
    const script = `
      const loaded = () => process.moduleLoadList.some((name) => /internal\\/fs\\/streams$/.test(name));
      const { is, made, read, text } = await import(${JSON.stringify(pathToFileURL(join(outdir, "index.mjs")).href)});
      const before = loaded();
      console.log(JSON.stringify([before, is({}), is(made(process.argv[1])), loaded(), await read(process.argv[1]), text]));`;
    const file = join(outdir, "text.txt");
    await writeFile(file, "words");

    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script, file]);

    expect(JSON.parse(stdout)).toEqual([false, false, true, true, "words", "a/b"]);
  });

  it("reads imports by way of an index as imports of the files behind it", async () => {
    const through = createBarrels();
    const module = join(root, "src/core/some.ts");
    const index = join(root, "src/framework");

    const text = await through(
      module,
      'import { field, invalidRequest as refuse, type Op, op } from "../framework/index.ts";\nuse(field, refuse, op);',
    );

    expect(text).toBe(
      [
        `import * as field from "${index}/fields.ts";`,
        `import { invalidRequest as refuse } from "${index}/errors.ts";`,
        `import { op as op } from "${index}/backend.ts";`,
        "\nuse(field, refuse, op);",
      ].join(""),
    );
  });

  it("leaves a name to the index that makes it itself", async () => {
    const through = createBarrels();
    const index = join(root, "src/core/tokens/index.ts");

    const text = await through(join(root, "src/core/build.ts"), 'import { createTokens } from "./tokens/index.ts";');

    expect(text).toBe(`import { createTokens as createTokens } from "${index}";`);
  });

  it("writes the built-in policies as they were read", async () => {
    const made: unknown = await import(`data:text/javascript,${encodeURIComponent(evaluatedPolicies())}`);

    expect(made).toMatchObject({ builtInPolicies });
    expect(Object.isFrozen(builtInPolicies.get("default")?.stanzas)).toBe(true);
  });
});
