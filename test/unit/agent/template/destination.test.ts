import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type Destination, writeDestination } from "../../../../src/agent/template/destination.ts";
import { createWorld, type World } from "../support/world.ts";

let folder: string;
let world: World;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "destination-"));
  world = createWorld();
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string, more: Partial<Destination> = {}): Promise<boolean> =>
  writeDestination(
    { path: join(folder, name), createFolders: true, backup: false, ...more },
    Buffer.from(text),
    world.surroundings,
  );
const text = (name: string): string => readFileSync(join(folder, name), "utf8");
const mode = (name: string): number => statSync(join(folder, name)).mode & 0o7777;

describe("a destination", () => {
  it("is 0644 unless told, which is warned of", async () => {
    expect(await write("a", "x")).toBe(true);
    expect([text("a"), mode("a")]).toEqual(["x", 0o644]);
    expect(world.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  it("has the mode it is told, whatever the umask, and no warning", async () => {
    const before = process.umask(0o077);
    await write("a", "x", { mode: 0o640 }).finally(() => process.umask(before));
    expect(mode("a")).toBe(0o640);
    expect(world.lines).toEqual([]);
  });

  it("keeps the mode of the file that is there", async () => {
    writeFileSync(join(folder, "a"), "old");
    chmodSync(join(folder, "a"), 0o604);
    await write("a", "new");
    expect([text("a"), mode("a")]).toEqual(["new", 0o604]);
  });

  it("is not touched where the content is the same", async () => {
    await write("a", "x");
    utimesSync(join(folder, "a"), 1, 1);
    const before = statSync(join(folder, "a"));
    expect(await write("a", "x")).toBe(false);
    const after = statSync(join(folder, "a"));
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  it("gets the mode that was asked for later, which does not count as a change", async () => {
    await write("a", "x");
    expect(await write("a", "x", { mode: 0o600 })).toBe(false);
    expect(mode("a")).toBe(0o600);
  });

  it("keeps one backup, with the content and mode of before", async () => {
    await write("a", "one", { mode: 0o600, backup: true });
    expect(existsSync(join(folder, "a.bak"))).toBe(false);
    await write("a", "two", { mode: 0o644, backup: true });
    await write("a", "two", { mode: 0o644, backup: true });
    expect([text("a"), text("a.bak"), mode("a.bak")]).toEqual(["two", "one", 0o600]);
    await write("a", "three", { mode: 0o644, backup: true });
    expect([text("a"), text("a.bak")]).toEqual(["three", "two"]);
    expect(readdirSync(folder).sort()).toEqual(["a", "a.bak"]);
  });

  it("makes folders, or says which one is missing", async () => {
    await write("made/by/agent", "x");
    expect(text("made/by/agent")).toBe("x");
    await expect(write("not/made/x", "x", { createFolders: false })).rejects.toThrow(
      `parent directory is missing: ${join(folder, "not/made")}`,
    );
    expect(existsSync(join(folder, "not"))).toBe(false);
  });

  it("V91: replaces a link and never writes through it", async () => {
    const outside = mkdtempSync(join(tmpdir(), "outside-"));
    writeFileSync(join(outside, "target"), "theirs");
    symlinkSync(join(outside, "target"), join(folder, "a"));
    expect(await write("a", "theirs")).toBe(true);
    expect(lstatSync(join(folder, "a")).isSymbolicLink()).toBe(false);
    expect(readFileSync(join(outside, "target"), "utf8")).toBe("theirs");
    expect(mode("a")).toBe(0o644);
    rmSync(outside, { recursive: true });
  });

  it("V91: leaves the other name of a file alone", async () => {
    writeFileSync(join(folder, "theirs"), "theirs");
    linkSync(join(folder, "theirs"), join(folder, "a"));
    await write("a", "mine");
    expect([text("a"), text("theirs")]).toEqual(["mine", "theirs"]);
  });

  it("V91: refuses a pipe and a folder without waiting for anybody", async () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    mkdirSync(join(folder, "folder"));
    await expect(write("pipe", "x")).rejects.toThrow("is not a regular file");
    await expect(write("folder", "x")).rejects.toThrow("is not a regular file");
  });

  it("takes names and numbers of users, and names the one that is unknown", async () => {
    const own = String(process.getuid?.() ?? 0);
    await write("a", "x", { user: own });
    await expect(write("b", "x", { user: "no-such-user" })).rejects.toThrow("unknown user no-such-user");
    await expect(write("b", "x", { group: "no-such-group" })).rejects.toThrow("unknown group no-such-group");
    expect(existsSync(join(folder, "b"))).toBe(false);
  });

  it("says what the system refused, and nothing of the content (V67)", async () => {
    const error: unknown = await write("a/b".padEnd(400, "c"), "canary").catch((cause: unknown) => cause);
    expect(String(error)).toContain("name too long");
    expect(String(error)).not.toContain("canary");
  });
});
