import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { removePidFile, writePidFile } from "../../../../src/agent/process/pid-file.ts";
import { systemRandom } from "../../../../src/std/random.ts";

describe("the pid file", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "agent-pid-"));
    path = join(folder, "agent.pid");
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (pid = 42) => writePidFile(path, pid, systemRandom);

  it("holds the number alone, for its owner, whatever the umask and an old file say", async () => {
    writeFileSync(path, "123456789\n", { mode: 0o644 });
    const before = process.umask(0);
    await write();
    process.umask(before);

    expect(readFileSync(path, "utf8")).toBe("42");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["agent.pid"]);
  });

  it("is never written through a link", async () => {
    writeFileSync(join(folder, "victim"), "precious");
    symlinkSync("victim", path);

    await expect(write()).rejects.toThrow(`could not open pid file: ${path} is a symbolic link`);
    expect(readFileSync(join(folder, "victim"), "utf8")).toBe("precious");
  });

  it("says why it cannot be written", async () => {
    mkdirSync(path);
    await expect(write()).rejects.toThrow(`could not open pid file: ${path} is a folder`);
    await expect(writePidFile(join(folder, "no", "pid"), 1, systemRandom)).rejects.toThrow(
      `could not open pid file: open folder ${folder}/no: no such file or directory`,
    );
  });

  it("is removed, unless it names another process", async () => {
    await write(42);
    await removePidFile(path, 43);
    expect(readdirSync(folder)).toEqual(["agent.pid"]);
    await removePidFile(path, 42);
    expect(readdirSync(folder)).toEqual([]);
    await removePidFile(path, 42);
  });
});
