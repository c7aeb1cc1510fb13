import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type AgentFile, buildAgentFile } from "../../scripts/build/agent-file.ts";
import { onLoopback } from "../support/loopback.ts";

describe("the agent's file", () => {
  let folder: string;
  let built: AgentFile;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "zeroth-agent-file-"));
    built = await buildAgentFile(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = (...args: readonly string[]) =>
    promisify(execFile)(built.file, [...args], { cwd: "/", env: { PATH: process.env["PATH"] } }).catch(
      (error: unknown) => error as { readonly code: number; readonly stderr: string },
    );

  it("runs from anywhere, without any package", async () => {
    expect(await run("agent", "-h")).toMatchObject({ stdout: expect.stringContaining("Usage: zeroth agent -config") });
    expect(await run("agent")).toMatchObject({
      code: 1,
      stderr: "Must specify exactly at least one config path using -config\n",
    });
  });

  it("asks for nothing outside but Node's own modules", () => {
    const outside = Object.values(built.metafile.outputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external).map(({ path }) => path.replace(/^node:/, "")),
    );

    expect(outside).toContain("fs");
    expect(outside.filter((name) => !builtinModules.includes(name))).toEqual([]);
  });

  it("renders what needs packages that are loaded on demand", async () => {
    const data = { id: "t", accessor: "a", policies: ["default"], ttl: 0, renewable: false, path: "auth/token/create" };
    const server = await onLoopback(createServer((_, answer) => void answer.end(JSON.stringify({ data }))));
    const [config, token, made] = ["agent.hcl", "token", "made"].map((name) => join(folder, name));
    if (config === undefined || token === undefined || made === undefined) throw new Error("three names");
    await writeFile(token, "t");
    await writeFile(
      config,
      `vault { address = "http://127.0.0.1:${server.port}" }
       exit_after_auth = true
       auto_auth { method "token_file" { config = { token_file_path = "${token}" } } }
       template {
         contents = "{{ regexReplaceAll \\"o+\\" \\"0\\" \\"foo\\" }} {{ (parseYAML \\"a: [1, yes]\\").a }} {{ sprig_bcrypt \\"x\\" | len }}"
         destination = "${made}"
         perms = "0600"
       }`,
    );
    await run("agent", `-config=${config}`);
    await server.close();
    expect(await readFile(made, "utf8")).toBe("f0 [1 true] 60");
  });

  it("has nothing of the server in it", () => {
    const inputs = Object.keys(built.metafile.inputs);
    const server = /^src\/(?:local|core|storage|engines|auth|backends|http|crypto|server)/;

    expect(inputs).toContain("src/agent/run.ts");
    expect(inputs.filter((path) => server.test(path))).toEqual([]);
  });
});
