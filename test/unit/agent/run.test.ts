import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { readConfig } from "../../../src/agent/config/index.ts";
import { type Outside, run } from "../../../src/agent/run.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { steady, systemClock } from "../../../src/std/time.ts";
import { holdingTimer } from "../../../src/std/timer.ts";
import { onLoopback } from "../../support/loopback.ts";
import { createWorld } from "./support/world.ts";

/** The agent as a whole, with every part it has, against a server that a test scripts. */

interface Seen {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

const TOKEN = "hvs.token-of-the-agent";
const auth = {
  client_token: TOKEN,
  accessor: "a",
  policies: ["default"],
  metadata: null,
  lease_duration: 3600,
  renewable: true,
};

const seen: Seen[] = [];
let loginStatus = 200;
let version = "1.17.0";

const server = createServer(async (request, response) => {
  const path = request.url ?? "";
  seen.push({ path, headers: request.headers });
  await text(request);
  const [status, body] =
    path === "/v1/sys/health"
      ? [200, { initialized: true, sealed: false, version }]
      : path.endsWith("/login")
        ? [loginStatus, loginStatus === 200 ? { request_id: "r", auth } : { errors: ["no"] }]
        : [200, { request_id: "r", auth, data: { id: TOKEN, ttl: 3600 } }];
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
});

let address: string;
let close: () => Promise<unknown>;
let folder: string;
beforeAll(async () => {
  const listening = await onLoopback(server);
  address = `http://127.0.0.1:${listening.port}`;
  close = listening.close;
});
afterAll(() => close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "agent-run-"));
  writeFileSync(join(folder, "role-id"), "role");
  writeFileSync(join(folder, "secret-id"), "secret");
  seen.length = 0;
  loginStatus = 200;
  version = "1.17.0";
});
afterEach(() => rmSync(folder, { recursive: true }));

const method = (more = "") =>
  `method "approle" { ${more} config = { role_id_file_path = "${folder}/role-id" secret_id_file_path = "${folder}/secret-id" } }`;
const sink = () => `sink "file" { config = { path = "${folder}/token" } }`;

interface Started {
  readonly ended: Promise<number>;
  readonly printed: string[];
  readonly complained: string[];
  readonly told: string[];
  readonly stop: () => void;
  readonly crash: () => void;
  readonly reload: () => void;
  readonly log: () => string;
}

const start = (config: string, reload: () => void = () => undefined): Started => {
  writeFileSync(join(folder, "agent.hcl"), `vault { address = "${address}" } ${config}`);
  const read = readConfig([join(folder, "agent.hcl")], {}, {});
  const [printed, complained, told]: [string[], string[], string[]] = [[], [], []];
  const world = createWorld();
  let stop = (_: NodeJS.Signals): void => undefined;
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    stop = resolve;
  });
  let crash = (_: string): void => undefined;
  const crashed = new Promise<string>((resolve) => {
    crash = resolve;
  });
  const reloads: (() => void)[] = [];
  const outside: Outside = {
    surroundings: {
      clock: systemClock,
      steady,
      timer: holdingTimer,
      random: systemRandom,
      log: world.surroundings.log,
      env: {},
    },
    crashes: { first: crashed, release: () => undefined },
    signals: { stop: stopped, onReload: (listener) => reloads.push(listener), release: () => undefined },
    systemd: {
      tell: async (state) => {
        told.push(state.replace(/\d{5,}/, "N"));
      },
    },
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
    pid: 4242,
    reload,
  };
  return {
    ended: run(read.config, outside),
    printed,
    complained,
    told,
    stop: () => stop("SIGTERM"),
    crash: () => crash("unexpected TypeError at x"),
    reload: () => {
      for (const each of reloads) each();
    },
    log: world.log,
  };
};

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const paths = () => seen.map(({ path }) => path);

describe("an agent that ends after authentication", () => {
  it("ends with 0 once its sink is written, and has asked for the server's health once", async () => {
    const { ended, printed, log } = start(`exit_after_auth = true auto_auth { ${method()} ${sink()} }`);

    expect(await ended).toBe(0);
    expect(readFileSync(join(folder, "token"), "utf8")).toBe(TOKEN);
    expect(paths().filter((path) => path === "/v1/sys/health")).toHaveLength(1);
    expect(printed[0]).toBe("==> Zeroth agent started! Log data will stream in below:");
    expect(printed.join("\n")).toContain(`Server: ${address}`);
    expect(log()).not.toContain(TOKEN);
  });

  it("names itself, and shows that it is not a browser", async () => {
    await start(`exit_after_auth = true auto_auth { ${method()} ${sink()} }`).ended;

    const login = seen.find(({ path }) => path === "/v1/auth/approle/login");
    expect(login?.headers).toMatchObject({ "x-vault-request": "true", "user-agent": expect.stringMatching(/Agent/) });
    expect(login?.headers["x-vault-token"]).toBeUndefined();
  });

  it("notes a server of another version", async () => {
    version = "9.9.9\u001b[2J";
    const { ended, printed } = start(`auto_auth { ${method()} ${sink()} } exit_after_auth = true`);
    await ended;
    await until(() => printed.some((line) => line.includes("Note")));

    expect(printed).toContain("==> Note: the agent speaks the API of version 1.17.0, the server that of 9.9.92J");
  });
});

describe("an agent that stays", () => {
  it("has a pid file and tells systemd, from the start to the end", async () => {
    const pid = join(folder, "pid");
    const agent = start(`pid_file = "${pid}" auto_auth { ${method()} ${sink()} }`);
    await until(() => existsSync(join(folder, "token")));
    expect([readFileSync(pid, "utf8"), statSync(pid).mode & 0o777]).toEqual(["4242", 0o600]);
    expect(agent.told).toEqual(["READY=1"]);
    agent.stop();

    expect(await agent.ended).toBe(0);
    expect(existsSync(pid)).toBe(false);
    expect(agent.told).toEqual(["READY=1", "STOPPING=1"]);
    expect(agent.printed.at(-1)).toBe("==> Zeroth agent shutdown triggered");
    expect(readFileSync(join(folder, "token"), "utf8")).toBe(TOKEN);
  });

  it("reloads, and goes on when the new configuration is wrong", async () => {
    const agent = start(`auto_auth { ${method()} ${sink()} }`, () => {
      throw new TypeError("canary");
    });
    await until(() => existsSync(join(folder, "token")));
    agent.reload();
    await until(() => agent.told.length === 3);
    expect(agent.told).toEqual(["READY=1", "RELOADING=1\nMONOTONIC_USEC=N", "READY=1"]);
    expect(agent.log()).toContain("the configuration could not be read again");
    expect(agent.log()).not.toContain("canary");
    agent.stop();
    expect(await agent.ended).toBe(0);
  });

  it("ends with 1 at the first failure where exit_on_err says so", async () => {
    loginStatus = 400;
    const { ended, complained, log } = start(`auto_auth { ${method("exit_on_err = true")} ${sink()} }`);

    expect(await ended).toBe(1);
    expect(complained).toEqual(["Error encountered during run, refer to logs for more details."]);
    expect(log()).toContain("runtime error encountered");
    expect(existsSync(join(folder, "token"))).toBe(false);
  });

  it("ends in order, with 1, by a failure that nobody caught", async () => {
    const pid = join(folder, "pid");
    const agent = start(`pid_file = "${pid}" auto_auth { ${method()} ${sink()} }`);
    await until(() => existsSync(join(folder, "token")));
    agent.crash();

    expect(await agent.ended).toBe(1);
    expect(agent.log()).toContain("unexpected TypeError at x");
    expect(existsSync(pid)).toBe(false);
    expect(agent.told).toEqual(["READY=1", "STOPPING=1"]);
  });

  it("asks in the method's namespace unless the server block names one", async () => {
    await start(`exit_after_auth = true auto_auth { ${method('namespace = "team"')} ${sink()} }`).ended;
    expect(seen.find(({ path }) => path === "/v1/auth/approle/login")?.headers["x-vault-namespace"]).toBe("team/");
  });
});

describe("what is refused at the start", () => {
  const refused = async (config: string): Promise<unknown> => {
    const agent = start(config);
    const error = await agent.ended.catch((reason: unknown) => reason);
    expect(agent.told).toEqual([]);
    expect(existsSync(join(folder, "secret-id"))).toBe(true);
    expect(paths()).not.toContain("/v1/auth/approle/login");
    return error;
  };

  it("costs no secret id: a listener that cannot listen", async () => {
    const port = new URL(address).port;
    const error = await refused(
      `auto_auth { ${method()} ${sink()} } listener "tcp" { address = "127.0.0.1:${port}" tls_disable = true }`,
    );

    expect(error).toMatchObject({ name: "AgentError", message: expect.stringContaining("Error starting listener") });
  });

  it("costs no secret id: a pid file that cannot be written", async () => {
    const error = await refused(`pid_file = "${folder}/none/pid" auto_auth { ${method()} ${sink()} }`);

    expect(error).toMatchObject({
      message: `Error storing PID: could not open pid file: open folder ${folder}/none: no such file or directory`,
    });
  });

  it.each([
    ["file", () => `template { source = "${folder}/none" destination = "${folder}/out" }`],
    ["program", () => `env_template "A" { source = "${folder}/none" } exec { command = ["true"] }`],
  ])("costs no secret id: a template for a %s that is not there", async (_, block) => {
    const error = await refused(`auto_auth { ${method()} ${sink()} } ${block()}`);

    expect(error).toMatchObject({
      name: "AgentError",
      message: `template server failed to create: failed to read template: open ${folder}/none: no such file or directory`,
    });
  });

  it("costs no secret id: a sink that cannot be written", async () => {
    const error = await refused(`auto_auth { ${method()} sink "file" { config = { path = "${folder}/none/x" } } }`);

    expect(error).toMatchObject({
      message: expect.stringContaining("error creating file sink: error during write check"),
    });
  });
});
