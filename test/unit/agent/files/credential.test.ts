import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readCredential, removeCredential } from "../../../../src/agent/files/index.ts";

const CANARY = "canary-0d9f";
let root: string;
let folder: string;
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), "credential-"));
  folder = join(root, "configured");
  fs.mkdirSync(folder);
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const read = async (name: string): Promise<string | undefined> =>
  (await readCredential(join(folder, name)))?.text.reveal();
const refusal = async (name: string): Promise<string> => {
  const failure: unknown = await readCredential(join(folder, name)).then(
    () => new Error("was read"),
    (error: unknown) => error,
  );
  const text = failure instanceof Error ? `${failure.message} ${failure.stack ?? ""}` : "";
  expect(text).not.toContain(CANARY);
  return text;
};

describe("a credential file (V81)", () => {
  it("is read as it is, untrimmed", async () => {
    fs.writeFileSync(join(folder, "jwt"), ` ${CANARY}\n`);
    expect(await read("jwt")).toBe(` ${CANARY}\n`);
  });

  it("may be missing, and so may its folder", async () => {
    expect(await read("none")).toBeUndefined();
    expect(await read("none/none")).toBeUndefined();
  });

  it("may be a link inside its folder, as Kubernetes projects tokens", async () => {
    fs.mkdirSync(join(folder, "..2026_01_01"));
    fs.writeFileSync(join(folder, "..2026_01_01", "token"), CANARY);
    fs.symlinkSync("..2026_01_01", join(folder, "..data"));
    fs.symlinkSync("..data/token", join(folder, "token"));
    expect(await read("token")).toBe(CANARY);
  });

  it("may be reached through a link to its folder", async () => {
    fs.writeFileSync(join(folder, "token"), CANARY);
    fs.symlinkSync(folder, join(root, "run"));
    expect((await readCredential(join(root, "run", "token")))?.text.reveal()).toBe(CANARY);
  });

  it("is refused where a link leads out of the folder, by any number of steps", async () => {
    fs.writeFileSync(join(root, "shadow"), CANARY);
    fs.symlinkSync(join(root, "shadow"), join(folder, "absolute"));
    fs.symlinkSync("../shadow", join(folder, "relative"));
    fs.symlinkSync("relative", join(folder, "twice"));
    fs.mkdirSync(`${folder}-neighbour`);
    fs.writeFileSync(`${folder}-neighbour/x`, CANARY);
    fs.symlinkSync(`${folder}-neighbour/x`, join(folder, "sibling"));
    for (const name of ["absolute", "relative", "twice", "sibling"]) {
      expect(await refusal(name)).toContain("symbolic link that leads out of its folder");
    }
  });

  it("is refused where it is a pipe, a device or a folder, without waiting", async () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    fs.mkdirSync(join(folder, "folder"));
    for (const name of ["pipe", "folder"]) expect(await refusal(name)).toContain("is not a regular file");
    await expect(readCredential("/dev/zero")).rejects.toThrow("/dev/zero is not a regular file");
  });

  it("is refused where it is too large or not text", async () => {
    fs.writeFileSync(join(folder, "large"), CANARY.repeat(30_000));
    fs.writeFileSync(join(folder, "binary"), Buffer.from([0xff, 0xfe, 0x00]));
    expect(await refusal("large")).toContain("is larger than 262144 bytes");
    expect(await refusal("binary")).toContain("is not text");
  });

  it("is removed as a link, and the file behind it stays", async () => {
    fs.writeFileSync(join(folder, "real"), CANARY);
    fs.symlinkSync("real", join(folder, "link"));
    await removeCredential(join(folder, "link"));
    expect(fs.readdirSync(folder)).toEqual(["real"]);
    await expect(removeCredential(join(folder, "link"))).rejects.toThrow("no such file or directory");
  });
});
