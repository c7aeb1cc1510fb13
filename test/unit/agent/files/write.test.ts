import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { checkWholeFile, FileError, removeLeftOvers, writeWholeFile } from "../../../../src/agent/files/index.ts";
import { systemRandom } from "../../../../src/std/random.ts";

const SINK = { mode: 0o640, umask: "holds" } as const;
const EXACT = { mode: 0o644, umask: "ignored" } as const;
const modeOf = (path: string): number => fs.statSync(path).mode & 0o7777;

let folder: string;
let mask: number;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "whole-"));
  mask = process.umask(0o022);
});
afterEach(() => {
  process.umask(mask);
  fs.rmSync(folder, { recursive: true, force: true });
});
const write = (path: string, content: string, settings: Parameters<typeof writeWholeFile>[2] = SINK): Promise<void> =>
  writeWholeFile(path, content, settings, systemRandom);

describe("a file that is written whole", () => {
  it("holds the content, gets the mode, and leaves nothing else", async () => {
    await write(join(folder, "token"), "one");
    expect(fs.readFileSync(join(folder, "token"), "utf8")).toBe("one");
    expect(modeOf(join(folder, "token"))).toBe(0o640);
    expect(fs.readdirSync(folder)).toEqual(["token"]);
  });

  it("is subject to the umask where that holds, and exact where it does not (V104)", async () => {
    process.umask(0o077);
    await write(join(folder, "sink"), "x", { mode: 0o666, umask: "holds" });
    await write(join(folder, "template"), "x", EXACT);
    expect(modeOf(join(folder, "sink"))).toBe(0o600);
    expect(modeOf(join(folder, "template"))).toBe(0o644);
  });

  it("replaces a file that others could read by one with its own mode (V104)", async () => {
    const path = join(folder, "token");
    fs.writeFileSync(path, "old", { mode: 0o644 });
    const before = fs.statSync(path).ino;
    await write(path, "new", { mode: 0o600, umask: "holds" });
    expect([modeOf(path), fs.statSync(path).ino === before]).toEqual([0o600, false]);
  });

  it("replaces a file that nobody may write", async () => {
    const path = join(folder, "token");
    await write(path, "one", { mode: 0o400, umask: "holds" });
    await write(path, "two", { mode: 0o400, umask: "holds" });
    expect([fs.readFileSync(path, "utf8"), modeOf(path)]).toEqual(["two", 0o400]);
  });

  it("keeps what was there under the backup's name, with its mode", async () => {
    const path = join(folder, "app.conf");
    await write(path, "one", { ...EXACT, mode: 0o600, backup: "app.conf.bak" });
    expect(fs.existsSync(`${path}.bak`)).toBe(false);
    await write(path, "two", { ...EXACT, backup: "app.conf.bak" });
    await write(path, "three", { ...EXACT, backup: "app.conf.bak" });
    expect(fs.readFileSync(`${path}.bak`, "utf8")).toBe("two");
    expect(fs.readFileSync(path, "utf8")).toBe("three");
    expect(fs.readdirSync(folder).sort()).toEqual(["app.conf", "app.conf.bak"]);
  });

  (process.getuid?.() === 0 ? it : it.skip)("belongs to whom it was asked to belong", async () => {
    const path = join(folder, "token");
    await write(path, "x", { ...SINK, uid: 65534, gid: 65533 });
    await write(`${path}2`, "x", { ...SINK, gid: 65533 });
    const owners = [path, `${path}2`].map((each) => [fs.statSync(each).uid, fs.statSync(each).gid]);
    expect(owners).toEqual([
      [65534, 65533],
      [0, 65533],
    ]);
  });
});

describe("what others put into the folder (V81, V91)", () => {
  it("is replaced and not written through: symbolic link, hard link, pipe", async () => {
    const victim = join(folder, "victim");
    fs.writeFileSync(victim, "untouched");
    fs.symlinkSync(victim, join(folder, "soft"));
    fs.linkSync(victim, join(folder, "hard"));
    execFileSync("mkfifo", [join(folder, "pipe")]);
    for (const name of ["soft", "hard", "pipe"]) {
      await write(join(folder, name), "secret");
      expect(fs.lstatSync(join(folder, name)).isFile()).toBe(true);
      expect(fs.readFileSync(join(folder, name), "utf8")).toBe("secret");
    }
    expect(fs.readFileSync(victim, "utf8")).toBe("untouched");
  });

  it("is an error where it is a folder, at the check already", async () => {
    fs.mkdirSync(join(folder, "token"));
    await expect(write(join(folder, "token"), "x")).rejects.toThrow("is a folder");
    await expect(checkWholeFile(join(folder, "token"), SINK, systemRandom)).rejects.toThrow("is a folder");
  });

  it("is an error where it has the temporary file's name, and stays as it was", async () => {
    const victim = join(folder, "victim");
    fs.writeFileSync(victim, "untouched");
    fs.symlinkSync(victim, join(folder, "token.tmp.00000000"));
    const zeros = { bytes: (length: number) => new Uint8Array(length) };
    await expect(writeWholeFile(join(folder, "token"), "x", SINK, zeros)).rejects.toThrow("file already exists");
    expect([fs.readFileSync(victim, "utf8"), fs.existsSync(join(folder, "token"))]).toEqual(["untouched", false]);
  });

  it("is not written into when the folder itself is replaced by a link meanwhile", async () => {
    const real = join(folder, "real");
    const elsewhere = join(folder, "elsewhere");
    fs.mkdirSync(real);
    fs.mkdirSync(elsewhere);
    const race = (step: string): void => {
      if (step !== "sync") return;
      fs.renameSync(real, `${real}.moved`);
      fs.symlinkSync(elsewhere, real);
    };
    await expect(writeWholeFile(join(real, "token"), "x", SINK, systemRandom, race)).rejects.toThrow("was replaced");
    expect([fs.readdirSync(elsewhere), fs.readdirSync(`${real}.moved`)]).toEqual([[], []]);
  });
});

describe("a write that fails", () => {
  it("says that the folder is gone", async () => {
    const failure = write(join(folder, "none", "token"), "canary");
    await expect(failure).rejects.toThrow(new FileError(`open folder ${folder}/none: no such file or directory`));
  });

  it("refuses a path that names no file", async () => {
    for (const path of [`${folder}/`, `${folder}/..`, `${folder}/.`]) {
      await expect(write(path, "x")).rejects.toThrow("does not name a file");
    }
  });

  it("leaves the old file whole and no temporary one when the disk is full", async () => {
    const path = join(folder, "token");
    await write(path, "old");
    const full = (step: string): void => {
      if (step === "sync") throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    };
    await expect(writeWholeFile(path, "new", SINK, systemRandom, full)).rejects.toThrow(
      `write ${path}: no space left on device`,
    );
    expect([fs.readFileSync(path, "utf8"), fs.readdirSync(folder)]).toEqual(["old", ["token"]]);
  });

  it("is whole at every step the program may be killed at, and its left-overs go at the next start", async () => {
    const path = join(folder, "token");
    const settings = { ...EXACT, uid: process.getuid?.() ?? 0 };
    const seen: string[] = [];
    await writeWholeFile(path, "old", settings, systemRandom, (step) => seen.push(step));
    expect(seen).toEqual(["open", "write", "chown", "chmod", "sync", "rename"]);
    for (const doomed of seen) {
      let dead = false;
      const kill = (step: string): void => {
        dead ||= step === doomed;
        if (dead) throw new Error(`killed at ${step}`);
      };
      await expect(writeWholeFile(path, "new", settings, systemRandom, kill)).rejects.toThrow("write");
      expect(fs.readFileSync(path, "utf8")).toBe("old");
    }
    expect(fs.readdirSync(folder)).toHaveLength(seen.length);
    await removeLeftOvers(path);
    expect(fs.readdirSync(folder)).toEqual(["token"]);
  });

  it("removes left-overs of this path alone", async () => {
    const others = ["token2.tmp.0123abcd", "token.tmp.0123abcg", "token.tmp.0123abcde", "token.tmp", "x.tmp.0123abcd"];
    for (const name of [...others, "token.tmp.0123abcd"]) fs.writeFileSync(join(folder, name), "");
    fs.mkdirSync(join(folder, "token.tmp.11111111"));
    await removeLeftOvers(join(folder, "token"));
    expect(fs.readdirSync(folder).sort()).toEqual([...others, "token.tmp.11111111"].sort());
  });

  it("keeps a backup at every step the program may be killed at, and the next write goes on from there", async () => {
    const path = join(folder, "app.conf");
    const settings = { ...EXACT, backup: "app.conf.bak" };
    const contents = () => [fs.readFileSync(path, "utf8"), fs.readFileSync(`${path}.bak`, "utf8")];
    const seen: string[] = [];
    await write(path, "one", settings);
    await writeWholeFile(path, "two", settings, systemRandom, (step) => seen.push(step));
    expect(seen).toEqual(["open", "write", "chmod", "sync", "backup", "keep", "remove", "rename"]);
    expect(contents()).toEqual(["two", "one"]);
    for (const doomed of seen) {
      fs.rmSync(`${path}.bak`);
      await write(path, "one", EXACT);
      await write(path, "two", settings);
      let dead = false;
      const kill = (step: string): void => {
        dead ||= step === doomed;
        if (dead) throw new Error(`killed at ${step}`);
      };
      await expect(writeWholeFile(path, "three", settings, systemRandom, kill)).rejects.toThrow("write");
      expect(contents()).toEqual(["two", ["remove", "rename"].includes(doomed) ? "two" : "one"]);
      await removeLeftOvers(path);
      expect(fs.readdirSync(folder).sort()).toEqual(["app.conf", "app.conf.bak"]);
      await write(path, "four", settings);
      expect(contents()).toEqual(["four", "two"]);
      expect(fs.readdirSync(folder).sort()).toEqual(["app.conf", "app.conf.bak"]);
    }
  });

  it.each(["write", "sync", "backup", "keep", "rename"])(
    "leaves file and backup whole, and nothing else, when the disk is full at: %s",
    async (at) => {
      const path = join(folder, "app.conf");
      const settings = { ...EXACT, backup: "app.conf.bak" };
      await write(path, "one", settings);
      await write(path, "two", settings);
      const full = (step: string): void => {
        if (step === at) throw Object.assign(new Error("ENOSPC: no space left on device, x"), { code: "ENOSPC" });
      };
      await expect(writeWholeFile(path, "three", settings, systemRandom, full)).rejects.toThrow(
        `write ${path}: no space left on device`,
      );
      expect(fs.readFileSync(path, "utf8")).toBe("two");
      expect(fs.readFileSync(`${path}.bak`, "utf8")).toBe(at === "rename" ? "two" : "one");
      expect(fs.readdirSync(folder).sort()).toEqual(["app.conf", "app.conf.bak"]);
    },
  );

  it.each(["rename", "keep"])(
    "is tried again where another agent took its file for a left-over before: %s",
    async (at) => {
      const path = join(folder, "app.conf");
      const settings = { ...EXACT, backup: "app.conf.bak" };
      await write(path, "one", settings);
      let starts = 0;
      const race = (step: string): void => {
        if (step !== at || starts >= 2) return;
        starts += 1;
        for (const name of fs.readdirSync(folder)) if (name.includes(".tmp.")) fs.unlinkSync(join(folder, name));
      };
      await writeWholeFile(path, "two", settings, systemRandom, race);
      expect(starts).toBe(2);
      expect([fs.readFileSync(path, "utf8"), fs.readFileSync(`${path}.bak`, "utf8")]).toEqual(["two", "one"]);
      expect(fs.readdirSync(folder).sort()).toEqual(["app.conf", "app.conf.bak"]);
    },
  );

  it("gives up where its file is taken away each time", async () => {
    const path = join(folder, "token");
    let starts = 0;
    const race = (step: string): void => {
      if (step !== "rename") return;
      starts += 1;
      for (const name of fs.readdirSync(folder)) fs.unlinkSync(join(folder, name));
    };
    await expect(writeWholeFile(path, "x", SINK, systemRandom, race)).rejects.toThrow(
      new FileError(`write ${path}: the temporary file was taken away`),
    );
    expect([starts, fs.readdirSync(folder)]).toEqual([5, []]);
  });

  it("can be checked while another agent starts and removes left-overs", async () => {
    const path = join(folder, "token");
    await checkWholeFile(path, SINK, systemRandom, (step) => {
      if (step === "sync") for (const name of fs.readdirSync(folder)) fs.unlinkSync(join(folder, name));
    });
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it("leaves nothing after a check", async () => {
    await checkWholeFile(join(folder, "token"), SINK, systemRandom);
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});
