import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type AgentFile, buildAgentFile } from "../../scripts/build/agent-file.ts";

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

  it("has nothing of the server in it", () => {
    const inputs = Object.keys(built.metafile.inputs);
    const server = /^src\/(?:local|core|storage|engines|auth|backends|http|crypto|server)/;

    expect(inputs).toContain("src/agent/run.ts");
    expect(inputs.filter((path) => server.test(path))).toEqual([]);
  });
});
