import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { FileToWrite } from "../../../../src/agent/functions/index.ts";
import { HiddenLog } from "../../../../src/agent/template/hidden-log.ts";
import { assertOwnPath, writeToFile } from "../../../../src/agent/template/write-to-file.ts";
import { createWorld } from "../support/world.ts";

let folder: string;
let outside: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "write-"));
  outside = mkdtempSync(join(tmpdir(), "outside-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  rmSync(outside, { recursive: true });
});

const { random, log } = createWorld().surroundings;
const write = (name: string, text: string, more: Partial<FileToWrite> = {}): Promise<void> =>
  writeToFile(
    { path: join(folder, name), user: "", group: "", mode: 0o600, append: false, content: Buffer.from(text), ...more },
    { random, log: new HiddenLog(log, (message) => message) },
  );
const text = (name: string): string => readFileSync(join(folder, name), "utf8");

describe("writeToFile", () => {
  it("writes with the mode it is told, and makes folders", async () => {
    await write("made/a", "x");
    expect([text("made/a"), statSync(join(folder, "made/a")).mode & 0o777]).toEqual(["x", 0o600]);
    await write("made/a", "y", { mode: 0o640 });
    expect([text("made/a"), statSync(join(folder, "made/a")).mode & 0o777]).toEqual(["y", 0o640]);
  });

  it("appends", async () => {
    await write("a", "x\n", { append: true });
    await write("a", "y\n", { append: true });
    expect(text("a")).toBe("x\ny\n");
  });

  it.each([true, false])("V91: follows no link (append: %s)", async (append) => {
    writeFileSync(join(outside, "theirs"), "theirs");
    symlinkSync(join(outside, "theirs"), join(folder, "link"));
    symlinkSync(outside, join(folder, "links"));
    await expect(write("link", "x", { append })).rejects.toThrow("does not follow the symbolic link");
    await expect(write("links/theirs", "x", { append })).rejects.toThrow("does not follow the symbolic link");
    expect(readFileSync(join(outside, "theirs"), "utf8")).toBe("theirs");
  });

  it("V91: appends to no file that has another name elsewhere, and replaces it otherwise", async () => {
    writeFileSync(join(outside, "theirs"), "theirs");
    linkSync(join(outside, "theirs"), join(folder, "a"));
    await expect(write("a", "x", { append: true })).rejects.toThrow("not a regular file with one name");
    await write("a", "x");
    expect([text("a"), readFileSync(join(outside, "theirs"), "utf8")]).toEqual(["x", "theirs"]);
  });

  it("V91: writes to no folder", async () => {
    mkdirSync(join(folder, "a"));
    await expect(write("a", "x")).rejects.toThrow();
    await expect(write("a", "x", { append: true })).rejects.toThrow();
    expect(lstatSync(join(folder, "a")).isDirectory()).toBe(true);
  });
});

describe("V91: a path of writeToFile", () => {
  const source = '{{ "x" | writeToFile (printf "/etc/app/%s" .Data.name) "" "" "0600" }}';
  it.each([
    ["/etc/app/../../root/.ssh/authorized_keys", "../../root/.ssh/authorized_keys", "with .."],
    ["/root/.ssh/authorized_keys", "/root/.ssh/authorized_keys", "begins with a secret"],
    ["/root/.ssh/authorized_keys", "/root/.ssh", "begins with a secret"],
    ["etc/app", "etc/app", "absolute path"],
  ])("%s is refused where a secret says %s", (path, secret, why) => {
    expect(() => assertOwnPath(path, new Set([secret]), source)).toThrow(why);
  });

  it.each([
    ["/etc/app/web.pem", "web.pem"],
    ["/etc/app/certs/web.pem", "certs/web.pem"],
  ])("%s may be named by a secret that says %s", (path, secret) => {
    expect(() => assertOwnPath(path, new Set([secret]), source)).not.toThrow();
  });

  it("may be the template's own, also where a secret says the same", () => {
    expect(() => assertOwnPath("/etc/app/x", new Set(["/etc/app"]), '{{ writeToFile "/etc/app/x" }}')).not.toThrow();
  });
});
