import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { loadOver } from "../../../scripts/load/command.ts";
import { type LocalServer, startLocalServer } from "../../../src/local/server/index.ts";
import { systemRandom } from "../../../src/std/random.ts";
import type { Timer } from "../../../src/std/timer.ts";
import { commandLine } from "../cli/client/command-line.ts";

let server: LocalServer;
let line: Awaited<ReturnType<typeof commandLine>>;

/** Time passes when somebody waits for it, and the server has its turn meanwhile. */
const playedAtOnce = (ended = new AbortController().signal) => {
  let at = 0;
  const timer: Timer = (ms, ring) => {
    const turn = setImmediate(() => {
      at += ms;
      ring();
    });
    return () => clearImmediate(turn);
  };
  return { now: () => at, timer, random: systemRandom, ended };
};

beforeAll(async () => {
  server = await startLocalServer({ port: 0, sweeper: false });
  line = await commandLine(() => server.url, {
    load: loadOver(playedAtOnce()),
    "load-ended": loadOver(playedAtOnce(AbortSignal.abort())),
  });
  await line.file(".vault-token", server.rootToken);
});
afterAll(async () => {
  await Promise.all([server.close(), line.remove()]);
});

const played = async (...words: readonly string[]) => {
  const out = line.path("result");
  const { code, out: text, err } = await line.run(["load", `-out=${out}`, ...words]);
  return { code, text, err, out };
};

const steps = async (out: string) => JSON.parse(await readFile(`${out}.json`, "utf8")).steps;

describe("a load", () => {
  test("plays every rate and kind, and writes what it saw", async () => {
    const mix = "-mix=read=4,write=1,list=1,lookup=1";
    const { code, text, out } = await played("-rate=20,40", "-seconds=1", "-secrets=5", mix);

    expect(code).toBe(0);
    expect(text).toMatch(/^20 a second +20\.0 .*200: 20$/m);
    expect(text).toMatch(/^40 a second +40\.0 .*200: 40$/m);
    expect((await steps(out)).map((step: { all: object }) => step.all)).toMatchObject([
      { answered: 20 },
      { answered: 40 },
    ]);
    expect(await readFile(`${out}.svg`, "utf8")).toContain("one in");
  });

  test("leaves nothing behind", async () => {
    await played("-rate=10", "-seconds=1", "-secrets=3");
    const { err } = await line.run(["list", "secret/metadata/load"]);

    expect(err).toContain("No value found");
  });

  test("is put on secrets without versions too", async () => {
    await line.done(["write", "sys/mounts/plain", "type=kv"]);
    const { code, out: text } = await line.run([
      "load",
      `-out=${line.path("plain")}`,
      "-rate=30",
      "-seconds=1",
      "-secrets=3",
      "-mix=read=1,write=1,list=1",
      "plain/below",
    ]);

    expect(code).toBe(0);
    expect(text).toMatch(/^30 a second +30\.0 /m);
    expect((await line.run(["list", "plain/below"])).err).toContain("No value found");
  });

  test("counts refusals as failures", async () => {
    const policy =
      'path "secret/*" { capabilities = ["create", "update", "delete"] }\npath "sys/internal/ui/mounts/*" { capabilities = ["read"] }';
    await line.done(["write", "sys/policies/acl/writer", `policy=${policy}`]);
    const made = JSON.parse(await line.done(["write", "-format=json", "auth/token/create", "policies=writer"]));
    const token: string = made.auth.client_token;
    const { code, out: text } = await line.run(
      ["load", `-out=${line.path("refused")}`, "-rate=10", "-seconds=1", "-secrets=2", "-mix=read=1"],
      { env: { VAULT_TOKEN: token } },
    );

    expect(code).toBe(0);
    expect(text).toMatch(/^10 a second +0\.0 .*403: 10$/m);
  });

  test.each([
    ["-rate=0", "Invalid rate"],
    ["-rate=10,x", "Invalid rate"],
    ["-mix=read=0", "every share is 0"],
    ["-mix=steal=1", "expected read, write, list, lookup"],
    ["-seconds=0", "Invalid seconds"],
    ["-secrets=-1", "Invalid secrets"],
  ])("refuses %s", async (flag, message) => {
    const { code, err } = await played(flag);

    expect(code).toBe(1);
    expect(err).toContain(message);
  });

  test("that is ended plays no more, and removes what it made", async () => {
    const out = line.path("ended");
    const { code } = await line.run(["load-ended", `-out=${out}`, "-rate=10,20", "-seconds=1", "-secrets=3"]);

    expect([code, await steps(out)]).toEqual([0, []]);
    expect((await line.run(["list", "secret/metadata/load"])).err).toContain("No value found");
  });

  test("wants a path below a mount", async () => {
    const { code, err } = await line.run(["load", "nowhere/at/all"]);

    expect(code).toBe(2);
    expect(err).toContain("nowhere/at/all/");
  });
});
