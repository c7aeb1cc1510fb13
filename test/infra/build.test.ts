import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { bundle } from "../../scripts/build/bundle.ts";
import { type Inventory, inventoryOf, printInventory } from "../../scripts/build/inventory.ts";

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
