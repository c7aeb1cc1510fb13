import { describe, expect, it } from "@jest/globals";
import { createMounts, dataPath, listPath } from "../../../../src/agent/template/mounts.ts";
import type { Secret } from "../../../../src/client/contract.ts";
import { mount, refuse } from "../support/scripted.ts";

describe("where data/ and metadata/ go", () => {
  it.each([
    ["secret/", "secret/app", "secret/data/app"],
    ["secret/", "secret/data/app", "secret/data/app"],
    ["secret/", "secret/metadata/app", "secret/metadata/app"],
    ["secret/", "secret/subkeys/app", "secret/subkeys/app"],
    ["secret/", "secret/database/app", "secret/data/database/app"],
    ["secret/", "secret", "secret/data"],
    ["team/kv/", "team/kv/a/b", "team/kv/data/a/b"],
  ])("a read below %s of %s is of %s", (at, path, expected) => {
    expect(dataPath(at, path)).toBe(expected);
  });

  it.each([
    ["secret/", "secret/app", "secret/metadata/app"],
    ["secret/", "secret/metadata/app", "secret/metadata/app"],
    ["secret/", "secret/metadata", "secret/metadata"],
    ["secret/", "secret/metadata-of-mine", "secret/metadata/metadata-of-mine"],
    ["secret/", "secret", "secret/metadata"],
  ])("a list below %s of %s is of %s", (at, path, expected) => {
    expect(listPath(at, path)).toBe(expected);
  });
});

describe("what is known of mounts", () => {
  const open = (answers: (path: string) => Secret | undefined, namespace?: string) => {
    const asked: string[] = [];
    const refused: string[] = [];
    const ask = async (path: string): Promise<Secret | undefined> => {
      asked.push(path);
      await Promise.resolve();
      return answers(path);
    };
    const mounts = createMounts(ask, namespace);
    const versioned = (path: string): Promise<string | undefined> => mounts.versioned(path, () => refused.push(path));
    return { asked, refused, versioned };
  };

  it("asks once for all paths of a mount, however many are wanted at once", async () => {
    const { versioned, asked } = open(() => mount("secret/"));
    const found = await Promise.all(["secret/a", "secret/b", "secret/c/d", "secret"].map(versioned));
    expect(found).toEqual(["secret/", "secret/", "secret/", "secret/"]);
    expect(asked).toEqual(["sys/internal/ui/mounts/secret/a"]);
  });

  it.each([
    ["version 1", mount("secret/", "kv", "1")],
    ["another engine with a version", mount("secret/", "database", "2")],
    ["no answer", undefined],
  ])("takes a path as it is written for %s", async (_, secret) => {
    const { versioned } = open(() => secret);
    expect(await versioned("secret/a")).toBeUndefined();
  });

  it("takes a path as it is written where it may not ask, and asks no second time", async () => {
    const { versioned, asked, refused } = open(() => refuse(403, "no"));
    expect(await versioned("secret/a")).toBeUndefined();
    expect(await versioned("secret/a")).toBeUndefined();
    expect(asked).toHaveLength(1);
    expect(refused).toEqual(["secret/a"]);
  });

  it("does not take a server that is down for one without KV", async () => {
    const { versioned } = open(() => refuse(500, "internal"));
    await expect(versioned("secret/a")).rejects.toThrow("internal");
  });

  it("knows a mount whose name stands behind the agent's namespace", async () => {
    const { versioned } = open(() => mount("team/secret/"), "team");
    expect(await versioned("secret/a")).toBe("secret/");
  });

  it("does not take one mount for another that begins alike", async () => {
    const { versioned, asked } = open((path) =>
      mount(path.includes("secret-two") ? "secret-two/" : "secret/", "kv", path.includes("two") ? "2" : "1"),
    );
    expect(await versioned("secret/a")).toBeUndefined();
    expect(await versioned("secret-two/a")).toBe("secret-two/");
    expect(asked).toHaveLength(2);
  });
});
