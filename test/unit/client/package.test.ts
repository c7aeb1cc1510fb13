import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { transform } from "esbuild";
import { buildClient } from "../../../scripts/build/client-files.ts";
import { createClient, type VaultClient } from "../../../src/client/typed/index.ts";
import { type LocalServer, startLocalServer } from "../../../src/local/server/index.ts";

/** The built package as a program gets it, and the examples of its page. */

const run = promisify(execFile);
const ROOT = process.cwd();

interface Example {
  readonly name: string;
  readonly code: string;
  readonly prints: string;
}

/** The examples of the page, each below its heading. */
const examplesOf = (page: string): readonly Example[] =>
  page.split(/^## /m).flatMap((part) =>
    [...part.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""], at) => ({
      name: `${part.split("\n")[0]} ${at + 1}`,
      code,
      prints: [...code.matchAll(/^\/\/ prints: (.*)$/gm)].map(([, line]) => `${line}\n`).join(""),
    })),
  );

const examples = examplesOf(await readFile("docs/client.md", "utf8"));
let server: LocalServer;
let vault: VaultClient;
let folder: string;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  await mkdir(join(ROOT, ".zeroth"), { recursive: true });
  folder = await mkdtemp(join(ROOT, ".zeroth/package-"));
  // A package of its own, or its `zeroth` would be this checkout.
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  const installed = join(folder, "node_modules/zeroth");
  [server] = await Promise.all([
    startLocalServer({ port: 0, sweeper: false }),
    buildClient(join(installed, "dist/client")),
  ]);
  await writeFile(join(installed, "package.json"), await readFile("package.json"));
  vault = createClient({ address: server.url, token: server.rootToken }, {});
  await vault.write("sys/auth/approle", { type: "approle" });
  await vault.write("sys/auth/aws", { type: "aws" });
  await vault.write("auth/approle/role/app", { token_policies: "app" });
  const role = await vault.read("auth/approle/role/app/role-id");
  const secret = await vault.write("auth/approle/role/app/secret-id");
  environment = {
    VAULT_ADDR: server.url,
    VAULT_TOKEN: server.rootToken,
    ROLE_ID: String(role?.data?.["role_id"]),
    SECRET_ID: String(secret?.data?.["secret_id"]),
    NO_COLOR: "1",
  };
});
afterAll(async () => {
  vault.close();
  await Promise.all([server.close(), rm(folder, { recursive: true })]);
});

test("its examples are programs of TypeScript", async () => {
  expect(examples.length).toBeGreaterThan(5);
  await Promise.all(examples.map(({ code }, at) => writeFile(join(folder, `example-${at}.ts`), code)));
  const compilerOptions = {
    target: "ES2023",
    module: "NodeNext",
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["example-*.ts"] }));
  const { stdout } = await run(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder]).catch((failed) => failed);
  expect(stdout).toBe("");
});

test.each(examples)("plain Node runs the example: $name", async ({ name, code, prints }) => {
  const file = join(folder, `${name.replace(/\W+/g, "-")}.mjs`);
  await writeFile(file, (await transform(code, { loader: "ts", format: "esm", target: "node20" })).code);
  const { stdout, stderr } = await run(process.execPath, [file], { env: environment });
  expect(stderr).toBe("");
  expect(stdout).toBe(prints);
});
