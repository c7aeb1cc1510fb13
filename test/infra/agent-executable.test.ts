import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { buildAgentFile } from "../../scripts/build/agent-file.ts";
import { buildExecutable } from "../../scripts/build/executable.ts";

/** Lambda unpacks a function and its layers into 250 MB together. */
const MOST = 200 * 1024 * 1024;

describe("the single executable", () => {
  let folder: string;
  let executable: string;
  let size: number;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "zeroth-executable-test-"));
    executable = join(folder, "zeroth");
    size = await buildExecutable({ script: (await buildAgentFile(folder)).file, outfile: executable });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("runs where there is no Node", async () => {
    const { stdout } = await promisify(execFile)(executable, ["agent", "-h"], { cwd: "/", env: {} });

    expect(stdout).toContain("Usage: zeroth agent -config");
  });

  it("leaves a function room in a layer", () => expect(size).toBeLessThan(MOST));

  it("is not made of a Node of another version", async () => {
    const building = buildExecutable({ script: executable, outfile: `${executable}-2`, node: "/bin/sh" });

    await expect(building).rejects.toThrow("which builds: take the same version of both");
  });
});
