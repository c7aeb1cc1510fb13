import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { type Forwarder, startForwarder } from "./support/forwarder.ts";
import { until } from "./support/until.ts";
import { somebodyWith } from "./support/vault.ts";
import { createWorld, type Run, type World } from "./support/world.ts";

/**
 * What goes wrong around an agent, with processes: it recovers, or says exactly what is wrong; what it writes is whole at
 * every moment; what it prints holds no secret (V67).
 */

const CANARY = "canary-in-the-coal-mine";
const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

describe("an agent, when", () => {
  let world: World;
  let way: Forwarder;
  let run: Run | undefined;

  const path = (name: string): string => join(world.folder, name);
  const read = (name: string) => readFile(path(name), "utf8");
  const works = async (token: string): Promise<true | undefined> => {
    await somebodyWith(world.server, token)("GET", "auth/token/lookup-self");
    return true;
  };
  /** A token in the file that works and is not `before`. */
  const anotherToken = (name: string, before = "") =>
    until(`another token in ${name}`, async () => {
      const token = await read(name);
      return token !== before && (await works(token)) ? token : undefined;
    });
  const says = (pattern: RegExp) =>
    until(`${pattern} in the log`, async () => (pattern.test(run?.output() ?? "") ? true : undefined));

  const secretId = async (): Promise<string> => {
    const { data } = await world.operator("POST", "auth/approle/role/app/secret-id");
    return String(data?.["secret_id"]);
  };
  /** Logs in by AppRole, every few seconds, because tokens of the role are short-lived. */
  const start = async (name: string, sink: string, more = "", environment: Readonly<Record<string, string>> = {}) => {
    await writeFile(path("secret-id"), await secretId());
    run = await world.agent(
      name,
      `vault { address = "${way.url}" retry { num_retries = 1 } }
       template_config { static_secret_render_interval = "1s" }
       auto_auth {
         method "approle" {
           min_backoff = "200ms"
           max_backoff = "1s"
           config = {
             role_id_file_path = "${path("role-id")}"
             secret_id_file_path = "${path("secret-id")}"
             remove_secret_id_file_after_reading = false
           }
         }
         sink "file" { config = { path = "${sink}", mode = 0600 } }
       }
       ${more}`,
      ["-log-level=trace"],
      environment,
    );
    return run;
  };

  beforeAll(async () => {
    world = await createWorld();
    way = await startForwarder(world.server.url);
    const { operator } = world;
    await operator("POST", "sys/mounts/team", { type: "kv", options: { version: "2" } });
    await operator("POST", "sys/auth/approle", { type: "approle" });
    await operator("POST", "sys/policies/acl/app", { policy: 'path "team/data/*" { capabilities = ["read"] }' });
    await operator("POST", "auth/approle/role/app", { token_policies: "app", token_ttl: "4s", token_max_ttl: "8s" });
    const { data } = await operator("GET", "auth/approle/role/app/role-id");
    await writeFile(path("role-id"), String(data?.["role_id"]));
  });
  afterEach(async () => {
    await way.open();
    if (run === undefined) return;
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(0);
    run = undefined;
  });
  afterAll(async () => {
    await way.close();
    await world.close();
  });

  it("a program that it asks for credentials hangs: SIGTERM ends it all the same", async () => {
    const config = path("aws-config");
    await writeFile(config, `[default]\ncredential_process = sh -c "touch ${path("asked")}; exec sleep 600"\n`);
    run = await world.agent(
      "hangs",
      `vault { address = "${way.url}" }
       auto_auth {
         method "aws" { config = { type = "iam", role = "app" } }
         sink "file" { config = { path = "${path("hangs.token")}" } }
       }`,
      [],
      { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: path("none") },
    );
    await until("the program's start", async () => existsSync(path("asked")) || undefined);

    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(0);
  });

  it("the server is down and comes back: the token stays in place, and another follows", async () => {
    await start("down", path("down.token"));
    const first = await anotherToken("down.token");
    await way.cut();
    await says(/ECONNREFUSED|connection refused/);
    // Longer than the token lives.
    await until("the token's end", async () =>
      works(first).then(
        () => undefined,
        () => true,
      ),
    );
    expect(await read("down.token")).toBe(first);

    await way.open();
    await anotherToken("down.token", first);
  });

  it("its token is revoked: it logs in again", async () => {
    await start("revoked", path("revoked.token"));
    const first = await anotherToken("revoked.token");
    await world.operator("POST", "auth/token/revoke", { token: first });

    await anotherToken("revoked.token", first);
  });

  it("its credentials are replaced: it says which are refused, and takes the new ones", async () => {
    await start("replaced", path("replaced.token"));
    const first = await anotherToken("replaced.token");
    await world.operator("POST", "auth/approle/role/app/secret-id/destroy", { secret_id: await read("secret-id") });
    await says(/invalid secret id|invalid role or secret ID/i);

    await writeFile(path("secret-id"), await secretId());
    await anotherToken("replaced.token", first);
  });

  it("the folder of a sink is removed: it says so, and writes again when it is back", async () => {
    await mkdir(path("going"));
    await start("gone", path("going/token"));
    const first = await anotherToken("going/token");
    await rm(path("going"), { recursive: true });
    await says(/error writing|going\/token: no such file or folder|no such file/i);
    await mkdir(path("going"));

    await anotherToken("going/token", first);
    expect(await readdir(path("going"))).toEqual(["token"]);
  });

  const mounted = (folder: string): boolean => {
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "pipe" });
      return true;
    } catch {
      return false;
    }
  };

  it("the disk is full: the old token stays whole, it says why, and goes on when there is room", async () => {
    await mkdir(path("small"));
    if (!mounted(path("small"))) return console.log("not tried: a full disk needs the right to mount one");
    try {
      await start("full", path("small/token"));
      const first = await anotherToken("small/token");
      await writeFile(path("small/filler"), Buffer.alloc(1 << 20)).catch(() => undefined);
      await says(/no space left/i);
      expect(await read("small/token")).toBe(first);

      await rm(path("small/filler"));
      await anotherToken("small/token", first);
      expect(await readdir(path("small"))).toEqual(["token"]);
    } finally {
      run?.child.kill("SIGTERM");
      await run?.ended;
      execFileSync("umount", [path("small")]);
    }
  });

  it("the clock is set back by two hours: its token is renewed and replaced all the same", async () => {
    if (!existsSync(FAKETIME)) return console.log("not tried: a clock set back needs libfaketime");
    await writeFile(path("clock"), "+0");
    await start("clock", path("clock.token"), "", {
      LD_PRELOAD: FAKETIME,
      FAKETIME_TIMESTAMP_FILE: path("clock"),
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    });
    const first = await anotherToken("clock.token");
    await writeFile(path("clock"), "-2h");
    const second = await anotherToken("clock.token", first);
    await anotherToken("clock.token", second);
  });

  it("somebody reads while it writes: every reading is whole", async () => {
    const filler = "x".repeat(200_000);
    await world.operator("POST", "team/data/large", { data: { n: "0" } });
    await start(
      "whole",
      path("whole.token"),
      `template {
         destination = "${path("large")}"
         contents = "{{ with secret \\"team/large\\" }}{{ .Data.data.n }} ${filler} {{ .Data.data.n }}{{ end }}"
       }`,
    );
    await until("the first rendering", async () => (await read("large")) || undefined);
    const seen = new Set<string>();
    for (let n = 1; seen.size < 4 && n < 400; n += 1) {
      if (n % 20 === 1) await world.operator("POST", "team/data/large", { data: { n: String(n) } });
      const text = await read("large");
      const [before, middle, after] = text.split(" ");
      expect([after, middle?.length]).toEqual([before, filler.length]);
      expect((await read("whole.token")).length).toBeGreaterThan(20);
      seen.add(before ?? "");
      await wait(25);
    }
    expect(seen.size).toBeGreaterThan(2);
  });

  it("templates and commands fail, the log is at trace and it is asked for its state: no secret is printed", async () => {
    await world.operator("POST", "team/data/app", { data: { password: CANARY } });
    const secret = '{{ with secret \\"team/app\\" }}{{ .Data.data.password }}';
    await start(
      "canary",
      path("canary.token"),
      `template { destination = "${path("rendered")}" contents = "${secret}{{ end }}" exec { command = ["sh", "-c", "exit 3"] } }
       template { destination = "${path("missing")}" error_on_missing_key = true contents = "${secret}{{ .Data.data.none }}{{ end }}" }
       template { destination = "${path("wrong")}" contents = "${secret} {{ .Data.data.password | parseInt }}{{ end }}" }
       template { destination = "${path("deep")}" contents = "${secret}{{ index .Data.data.password 9999 }}{{ end }}" }`,
    );
    await until("what can be rendered", async () => ((await read("rendered")) === CANARY ? true : undefined));
    await says(/exit status 3|exit code 3|ended with 3/i);
    const token = await anotherToken("canary.token");
    // Ends a program of Node's; one of Go's would print what it was doing.
    run?.child.kill("SIGQUIT");
    await run?.ended;
    run = undefined;
    const output = world.allOutput();

    expect(output.length).toBeGreaterThan(1000);
    for (const each of [CANARY, token, await read("secret-id"), "hvs."]) expect(output).not.toContain(each);
  });
});
