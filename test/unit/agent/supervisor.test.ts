import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { AgentConfig, ExecConfig } from "../../../src/agent/config/model.ts";
import type { Part } from "../../../src/agent/contract.ts";
import { prepareSupervisor } from "../../../src/agent/supervisor/index.ts";
import { agentConfig, envTemplate } from "./support/config.ts";
import { createScripted, mount, refuse, type Scripted, version } from "./support/scripted.ts";
import { createTokens, createWorld, type GivenTokens, type World } from "./support/world.ts";

let folder: string;
let world: World;
let tokens: GivenTokens;
let server: Scripted;
let part: Part | undefined;
/** What the server has at secret/app; absent: nothing. */
let secret: Record<string, string> | undefined;
/** Exit code, or error, once it has ended. */
let end: unknown;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "supervisor-"));
  world = createWorld({ PATH: process.env["PATH"] ?? "", OWN: "mine", FOLDER: folder });
  tokens = createTokens();
  secret = { v: "one" };
  end = undefined;
  server = createScripted(({ path }) => {
    if (path.startsWith("sys/internal")) return mount("secret/");
    return secret ? version(secret) : refuse(404);
  });
});
afterEach(async () => {
  const stopped = part?.stop();
  await world.pass(60_000);
  await stopped;
  part = undefined;
  rmSync(folder, { recursive: true });
});

const exec = (script: string, more: Partial<ExecConfig> = {}): ExecConfig => ({
  command: ["sh", "-c", script],
  restartOnSecretChanges: "always",
  restartStopSignal: "SIGTERM",
  ...more,
});
const VALUE = '{{ with secret "secret/app" }}{{ .Data.data.v }}{{ end }}';
const run = (command: ExecConfig, more: Partial<AgentConfig> = {}, text = VALUE): void => {
  const config = agentConfig({ exec: command, envTemplates: [envTemplate("VALUE", text)], ...more });
  part = prepareSupervisor(config, command, world.surroundings)(server.client, tokens);
  part.ended.then(
    (code) => {
      end = code;
    },
    (error: unknown) => {
      end = error;
    },
  );
  tokens.give("token-1");
};
const told = (name: string): string => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "");
/** Writes its value, and each signal it gets, then waits. */
const PATIENT = `echo "$VALUE/$OWN" >>"$FOLDER/said"; trap 'echo term >>"$FOLDER/said"; exit 0' TERM; echo $$ >"$FOLDER/pid"; while :; do sleep 0.01; done`;

describe("the supervisor", () => {
  it("gives the program the secrets and the agent's environment", async () => {
    run(exec(PATIENT));
    await world.until(() => told("said") !== "");
    expect(told("said")).toBe("one/mine\n");
  });

  it.each([0, 7])("passes the program's exit code %i on", async (code) => {
    run(exec(`exit ${code}`));
    await world.until(() => end !== undefined);
    expect(end).toBe(code);
  });

  it("tells of a signal that ended the program as a shell does", async () => {
    run(exec("kill -KILL $$"));
    await world.until(() => end !== undefined);
    expect(end).toBe(137);
  });

  it("restarts the program two seconds after a change, by its signal", async () => {
    run(exec(PATIENT));
    await world.until(() => told("pid") !== "");
    secret = { v: "two" };
    await world.until(() => world.log().includes("stopping process"));
    await world.real(() => told("said").includes("two"));
    expect(told("said")).toBe("one/mine\nterm\ntwo/mine\n");
    expect(end).toBeUndefined();
  });

  it("leaves the program alone while nothing changes, and when only the token does", async () => {
    run(exec(PATIENT));
    await world.until(() => told("pid") !== "");
    await world.pass(900_000);
    tokens.give("token-2");
    await world.pass(900_000);
    expect(server.asked.some(({ token }) => token === "token-2")).toBe(true);
    expect(told("said")).toBe("one/mine\n");
  });

  it("does not restart it where that is not wanted", async () => {
    run(exec(PATIENT, { restartOnSecretChanges: "never" }));
    await world.until(() => told("pid") !== "");
    secret = { v: "two" };
    await world.until(() => world.log().includes("detected update, but not restarting process"));
    expect(told("said")).toBe("one/mine\n");
  });

  it("kills one that does not listen after 30 seconds", async () => {
    run(exec(`trap '' TERM; echo "$VALUE" >>"$FOLDER/said"; while :; do sleep 0.01; done`));
    await world.until(() => told("said") === "one\n");
    secret = { v: "two" };
    await world.until(() => world.log().includes("stopping process"));
    await world.pass(29_999);
    expect(told("said")).toBe("one\n");
    await world.pass(1);
    await world.real(() => told("said") === "one\ntwo\n");
  });

  it("starts the newest values where they changed once more during a restart", async () => {
    run(exec(`trap 'sleep 0.3; exit 0' TERM; echo "$VALUE" >>"$FOLDER/said"; while :; do sleep 0.01; done`));
    await world.until(() => told("said") === "one\n");
    secret = { v: "two" };
    await world.until(() => world.log().includes("stopping process"));
    secret = { v: "three" };
    await world.real(() => told("said") !== "one\n");
    await world.until(() => told("said").includes("three"));
    expect(end).toBeUndefined();
  });

  it("takes a program that dies on its stop signal for one that was stopped", async () => {
    run(exec(`echo "$VALUE" >>"$FOLDER/said"; trap 'exit 3' TERM; while :; do sleep 0.01; done`));
    await world.until(() => told("said") === "one\n");
    secret = { v: "two" };
    await world.until(() => told("said") === "one\ntwo\n");
    expect(end).toBeUndefined();
  });

  it("waits until every value is there", async () => {
    secret = undefined;
    run(exec(PATIENT));
    await world.pass(60_000);
    expect(told("said")).toBe("");
    secret = { v: "late" };
    await world.until(() => told("said") === "late/mine\n");
  });

  it("names a program that is not there", async () => {
    run({ ...exec(""), command: [join(folder, "no-such-program")] });
    await world.until(() => end !== undefined);
    expect(String(end)).toContain("no-such-program: no such program");
  });

  it("runs a list of one with blanks by a shell, and stops all it started", async () => {
    run({ ...exec(""), command: [`sh -c 'echo $$ >"$FOLDER/pid"; sleep 1000'; true`] });
    await world.until(() => told("pid") !== "");
    const pid = Number(told("pid"));
    await part?.stop();
    await world.real(() => !existsSync(`/proc/${pid}`));
  });

  it("stops the program when the agent ends", async () => {
    run(exec(PATIENT));
    await world.until(() => told("pid") !== "");
    await part?.stop();
    expect(told("said")).toBe("one/mine\nterm\n");
    expect(existsSync(`/proc/${told("pid").trim()}`)).toBe(false);
  });

  it("ends where a template fails, or logs it and waits for other values where error_fatal says no", async () => {
    const exits = { templateServer: { ...agentConfig({}).templateServer, exitOnRetryFailure: true } };
    const strict = { ...envTemplate("VALUE", VALUE), errorOnMissingKey: true };
    secret = { other: "x" };
    run(exec(PATIENT), { ...exits, envTemplates: [strict] });
    await world.until(() => end !== undefined);
    expect(String(end)).toContain('map has no entry for key "v"');
    await part?.stop();

    end = undefined;
    run(exec(PATIENT), { ...exits, envTemplates: [{ ...strict, errorFatal: false }] });
    await world.pass(60_000);
    expect([end, told("said")]).toEqual([undefined, ""]);
    secret = { v: "late" };
    await world.until(() => told("said") === "late/mine\n");
  });

  it("ends where a value cannot be had and that is configured", async () => {
    secret = undefined;
    run(exec(PATIENT), { templateServer: { ...agentConfig({}).templateServer, exitOnRetryFailure: true } });
    await world.until(() => end !== undefined);
    expect(String(end)).toContain("template server: vault.read(secret/app): no secret exists at secret/data/app");
  });

  it("V67: logs no value at any level, nor one that no variable can hold", async () => {
    secret = { v: "canary-of-env\0" };
    run(exec(PATIENT), { templateServer: { ...agentConfig({}).templateServer, exitOnRetryFailure: true } });
    await world.until(() => end !== undefined);
    expect(String(end)).toContain("holds a zero byte");
    expect(`${world.log()}${String(end)}`).not.toContain("canary");
  });
});
