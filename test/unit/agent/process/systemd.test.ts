import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { reloading, systemdOf } from "../../../../src/agent/process/systemd.ts";
import { createWorld, type World } from "../support/world.ts";

/** Programs that send datagrams are played by scripts, each in a folder that is the whole PATH. */

describe("systemd", () => {
  let folder: string;
  let world: World;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "agent-systemd-"));
    world = createWorld();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const program = (name: string, script: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const tell = (socket: string | undefined, ...states: Parameters<ReturnType<typeof systemdOf>["tell"]>[0][]) => {
    const env = { PATH: folder, SECRET: "canary", ...(socket === undefined ? {} : { NOTIFY_SOCKET: socket }) };
    const systemd = systemdOf(env, world.surroundings.log);
    return Promise.all(states.map((state) => systemd.tell(state)));
  };
  const said = (): string[] => readFileSync(join(folder, "said"), "utf8").trim().split("\n");
  const record = (name: string): void => program(name, `echo "${name} $NOTIFY_SOCKET $SECRET $*" >>'${folder}/said'`);

  it("is told by systemd-notify, in order, with nothing of the agent's environment", async () => {
    record("systemd-notify");
    record("socat");
    await tell("/run/notify", "READY=1", "STOPPING=1");

    expect(said()).toEqual(["systemd-notify /run/notify  -- READY=1", "systemd-notify /run/notify  -- STOPPING=1"]);
  });

  it("is told by the next program where one is missing or fails", async () => {
    program("systemd-notify", "exit 1");
    program("socat", `IFS= read -r line; echo "$* $line" >>'${folder}/said'`);
    await tell("@abstract", "READY=1");

    expect(said()).toEqual(["-u - ABSTRACT-SENDTO:abstract READY=1"]);
  });

  it("is told by Python, and by Perl without Python", async () => {
    record("perl");
    await tell("/s", "READY=1");
    record("python3");
    await tell("/s", "STOPPING=1");

    expect(readFileSync(join(folder, "said"), "utf8")).toMatch(/^perl \/s .*READY=1\npython3 \/s .*STOPPING=1\n$/s);
  });

  it("is a warning where nobody can tell it", async () => {
    await tell("/s", "READY=1");

    expect(world.lines).toMatchObject([
      {
        level: "warn",
        message: "cannot notify systemd: none of systemd-notify, socat, python3 and perl could send to NOTIFY_SOCKET",
      },
    ]);
  });

  it.each([undefined, "", "relative"])("is not there: %s", async (socket) => {
    record("systemd-notify");
    await tell(socket, "READY=1");

    expect(() => said()).toThrow();
    expect(world.log()).toContain("debug would have sent systemd notification (systemd not present)");
  });

  it("learns the time of a reload", () => {
    expect(reloading()).toMatch(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
  });
});
