import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { until } from "./support/until.ts";
import { somebodyWith } from "./support/vault.ts";
import { createWorld, type World } from "./support/world.ts";

/**
 * The pair of `app.service`: the agent logs in before the application, onto a RAM disk, and the start script hands the
 * token over. The unit's own lines are run, in systemd's order: the second only when the first ended with 0.
 */

const project = fileURLToPath(new URL("../..", import.meta.url));

describe("an application that is given a token when it starts", () => {
  let world: World;
  let ram: string;
  let lines: { readonly before: readonly string[]; readonly start: readonly string[] };

  const application = (): string => join(world.folder, "application.sh");
  const seen = (): string => join(world.folder, "seen");

  beforeAll(async () => {
    world = await createWorld();
    // What RuntimeDirectory= makes: a folder on a RAM disk, for its user alone.
    ram = await mkdtemp("/dev/shm/zeroth-app-").catch(() => mkdtemp(join(world.folder, "run-")));
    const { auth } = await world.operator("POST", "auth/token/create", { policies: ["default"], ttl: "1h" });
    await writeFile(join(world.folder, "given"), auth?.client_token ?? "");
    await writeFile(application(), `#!/bin/sh\nprintf '%s' "$VAULT_TOKEN" > "${seen()}"\nexit 7\n`, { mode: 0o755 });
    await mkdir(join(world.folder, "lib"));
    await copyFile(`${project}/scripts/agent/start-with-token.sh`, join(world.folder, "lib/start-with-token.sh"));
    const unit = (await readFile(`${project}/scripts/agent/app.service`, "utf8"))
      .replaceAll("/usr/local/bin/zeroth", world.file)
      .replaceAll("/usr/local/lib/app", join(world.folder, "lib"))
      .replaceAll("/usr/local/bin/app", application())
      .replaceAll("/etc/app", world.folder)
      .replaceAll("/run/app", ram);
    const line = (key: string): readonly string[] => new RegExp(`^${key}=(.*)$`, "m").exec(unit)?.[1]?.split(" ") ?? [];
    lines = { before: line("ExecStartPre"), start: line("ExecStart") };
  });
  afterAll(async () => {
    await world.close();
    await rm(ram, { recursive: true, force: true });
  });

  const configure = (address: string, more = "") =>
    writeFile(
      join(world.folder, "agent.hcl"),
      `vault { address = "${address}" }
       auto_auth {
         method "token_file" { ${more} config = { token_file_path = "${world.folder}/given" } }
         sink "file" { config = { path = "${ram}/token", mode = 0400 } }
       }`,
    );

  it("finds it in VAULT_TOKEN, and it is in no file any more", async () => {
    await configure(world.server.url);
    expect(await world.run(lines.before).ended).toBe(0);
    expect((await stat(join(ram, "token"))).mode & 0o777).toBe(0o400);

    // The application's own exit code is the service's.
    expect(await world.run(lines.start).ended).toBe(7);
    const token = await readFile(seen(), "utf8");
    expect((await somebodyWith(world.server, token)("GET", "auth/token/lookup-self")).data?.["policies"]).toEqual([
      "default",
    ]);
    await expect(stat(join(ram, "token"))).rejects.toThrow("ENOENT");
  });

  it("is not started while there is no token", async () => {
    await rm(seen(), { force: true });
    const start = world.run(lines.start);

    expect(await start.ended).toBe(1);
    expect(start.output()).toContain("no token in");
    await expect(stat(seen())).rejects.toThrow("ENOENT");
  });

  it("is not started when the login fails: the agent goes on trying, or ends with 1 where it is told to", async () => {
    const nobody = "http://127.0.0.1:1";
    await configure(nobody);
    const before = world.run(lines.before);
    await until("a second try", async () =>
      (before.output().match(/error authenticating/g)?.length ?? 0) > 1 ? true : undefined,
    );
    before.child.kill("SIGTERM");
    await before.ended;
    await configure(nobody, "exit_on_err = true");

    expect(await world.run(lines.before).ended).toBe(1);
    await expect(stat(join(ram, "token"))).rejects.toThrow("ENOENT");
  });
});
