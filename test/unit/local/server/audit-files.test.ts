import { mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { auditFiles } from "../../../../src/local/server/audit-files.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "zeroth-audit-"));
});
afterEach(() => rm(dir, { recursive: true }));

describe("an audit file", () => {
  it("is made for its owner alone and appended to, a line at a time", async () => {
    const path = join(dir, "audit.log");
    const sink = await auditFiles()(path, 0o600);
    await sink.write('{"time":1}');
    await sink.write('{"time":2}');

    expect(await readFile(path, "utf8")).toBe('{"time":1}\n{"time":2}\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("goes on where an earlier log ended", async () => {
    const path = join(dir, "audit.log");
    await writeFile(path, '{"time":1}\n');
    await (await auditFiles()(path, 0o600)).write('{"time":2}');

    expect(await readFile(path, "utf8")).toBe('{"time":1}\n{"time":2}\n');
  });

  it("is never a file that is not an audit log", async () => {
    const path = join(dir, "profile");
    await writeFile(path, "export A=1\n");

    await expect(auditFiles()(path, 0o600)).rejects.toThrow("sanity check failed");
    expect(await readFile(path, "utf8")).toBe("export A=1\n");
  });

  it("is never behind a link, a folder or executable", async () => {
    await symlink(join(dir, "elsewhere"), join(dir, "link"));
    await writeFile(join(dir, "script"), "", { mode: 0o755 });

    for (const name of ["link", ".", "script"]) {
      await expect(auditFiles()(join(dir, name), 0o600)).rejects.toThrow("sanity check failed");
    }
  });
});
