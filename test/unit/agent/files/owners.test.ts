import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { findOwner } from "../../../../src/agent/files/index.ts";

let folder: string;
let path: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "owners-"));
  path = process.env["PATH"];
});
afterEach(() => {
  process.env["PATH"] = path;
  rmSync(folder, { recursive: true });
});

/** Programs are looked for here alone. */
const withGetent = (script: string): void => {
  writeFileSync(join(folder, "getent"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "getent"), 0o755);
  process.env["PATH"] = folder;
};

describe("the number of an owner", () => {
  it("is itself, or what this machine's file says, where no program is asked", async () => {
    withGetent('echo "$2:x:1:1"');
    expect(
      await Promise.all([findOwner("user", "4242"), findOwner("user", "root"), findOwner("group", "root")]),
    ).toEqual([4242, 0, 0]);
  });

  it("is what a directory says of a name that the file does not have", async () => {
    withGetent('[ "$1 $2 $3" = "passwd -- ann@corp" ] && echo "ann@corp:*:70001:70002:Ann:/home/ann:/bin/sh"');
    expect(await findOwner("user", "ann@corp")).toBe(70_001);
    expect(await findOwner("group", "ann@corp")).toBeUndefined();
  });

  it("is unknown where neither says so, or no such program is there", async () => {
    process.env["PATH"] = folder;
    expect(await Promise.all(["no-such-user", "", "-x", "a:b", "roo"].map((name) => findOwner("user", name)))).toEqual(
      Array(5).fill(undefined),
    );
  });
});
