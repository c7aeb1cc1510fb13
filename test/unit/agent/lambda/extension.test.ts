import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import type { Log } from "../../../../src/agent/contract.ts";
import { runExtension } from "../../../../src/agent/lambda/extension.ts";
import { readExtensionSettings } from "../../../../src/agent/lambda/settings.ts";
import { createThawingClient } from "../../../../src/agent/lambda/thawing-client.ts";
import { createClient } from "../../../../src/client/index.ts";
import { systemRandom } from "../../../../src/std/random.ts";
import { Sensitive } from "../../../../src/std/sensitive.ts";
import { wallTimer } from "../../../../src/std/timer.ts";
import { freePort } from "../../../support/free-port.ts";
import { startLambdaExtensions } from "../../../support/lambda-extensions.ts";
import { onLoopback } from "../../../support/loopback.ts";

/** One function's environment: Lambda's API, a server that knows tokens, and a clock that a test moves. */

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const startVault = async () => {
  const seen: string[] = [];
  const dead = new Set<string>();
  const server = createServer((request, response) => {
    const token = String(request.headers["x-vault-token"]);
    seen.push(`${request.method} ${request.url} ${token}`);
    const reply = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
    const auth = { client_token: token, accessor: "a", policies: [], metadata: null, lease_duration: 600 };
    request.resume();
    if (dead.has(token)) return reply(403, { errors: ["permission denied"] });
    if (request.url === "/v1/auth/token/renew-self") return reply(200, { auth: { ...auth, renewable: true } });
    if (request.url === "/v1/auth/token/lookup-self") return reply(200, { data: { id: token } });
    if (request.url?.startsWith("/v1/secret/")) {
      return reply(200, {
        request_id: "1",
        lease_id: "",
        lease_duration: 0,
        renewable: false,
        data: { n: seen.length },
      });
    }
    return reply(403, { errors: ["permission denied"] });
  });
  const { port, close } = await onLoopback(server);
  open.push(close);
  return { url: `http://127.0.0.1:${port}`, seen, dead, close };
};

const quiet: Log = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  named: () => quiet,
};

const start = async (more: Readonly<Record<string, string>> = {}) => {
  const [vault, folder, port] = await Promise.all([
    startVault(),
    mkdtemp(join(tmpdir(), "zeroth-lambda-")),
    freePort(),
  ]);
  const file = join(folder, "made", "app.json");
  const wasThere: boolean[] = [];
  const lambda = await startLambdaExtensions(() => wasThere.push(existsSync(file)));
  open.push(lambda.close, () => rm(folder, { recursive: true }));
  const settings = readExtensionSettings({
    AWS_LAMBDA_RUNTIME_API: lambda.api,
    VAULT_ADDR: vault.url,
    VAULT_AUTH_ROLE: "orders",
    ZEROTH_PROXY_PORT: String(port),
    VAULT_SECRET_PATH: "secret/data/app",
    VAULT_SECRET_FILE: file,
    ...more,
  });
  const time = { wall: 1_800_000_000_000, steady: 0 };
  const clock = { now: () => time.wall };
  const logins: string[] = [];
  const never = new Promise<void>(() => undefined);
  const ended = runExtension(
    {
      settings,
      name: "zeroth",
      client: createThawingClient(
        () => createClient({ address: vault.url, retry: { retries: 0, minWait: 0, maxWait: 0 } }),
        clock,
      ),
      login: async () => {
        const token = `hvs.${logins.length + 1}`;
        logins.push(token);
        return { token: new Sensitive(token), auth: { lease_duration: 600, renewable: true } };
      },
      surroundings: { clock, steady: () => time.steady, timer: wallTimer, random: systemRandom, log: quiet, env: {} },
    },
    never,
  );
  const get = async (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/${path}`, { headers, method });
    return { status: response.status, body: await response.json() };
  };
  /** As written: `fetch` would take segments of dots out of a path. */
  const ask = (path: string, method = "GET"): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      request({ port, path, method }, (response) => resolve(response.resume()))
        .on("error", reject)
        .end();
    });
  return { vault, lambda, time, logins, ended, get, ask, file, wasThere };
};

describe("the extension", () => {
  it("has its token, its files and its proxy before Lambda may start the handler", async () => {
    const { lambda, vault, get, file } = await start();
    await lambda.asked(1);

    expect(lambda.registered).toEqual([{ name: "zeroth", events: ["INVOKE", "SHUTDOWN"] }]);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({
      request_id: "1",
      lease_id: "",
      lease_duration: 0,
      renewable: false,
      data: { n: 1 },
      warnings: null,
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await get("secret/data/other", { "X-Vault-Token": "mine" })).status).toBe(200);
    expect(vault.seen).toEqual(["GET /v1/secret/data/app hvs.1", "GET /v1/secret/data/other hvs.1"]);
  });

  it("has them before it registers itself: from then on Lambda loads the function, whose code may read a file", async () => {
    const { lambda, wasThere } = await start();
    await lambda.asked(1);

    expect(wasThere).toEqual([true]);
  });

  it("ends with 0 when Lambda shuts the environment down, and hangs up", async () => {
    const { lambda, ended, get } = await start();
    await lambda.asked(1);
    lambda.invoke();
    await lambda.asked(2);
    lambda.shutdown();

    expect(await ended).toBe(0);
    await expect(get("secret/data/app")).rejects.toThrow("fetch failed");
    expect(lambda.failures).toEqual([]);
  });

  it("does not let the handler start without a secret that was configured", async () => {
    const { vault, lambda, ended } = await start({ VAULT_MAX_RETRIES: "0", VAULT_SECRET_PATH: "other/app" });

    expect(await ended).toBe(1);
    expect(lambda.registered).toHaveLength(1);
    expect(vault.seen).toEqual(["GET /v1/other/app hvs.1"]);
    expect(lambda.failures).toEqual([
      { when: "init", type: "Extension.InitFailed", message: expect.stringContaining("permission denied") },
    ]);
  });

  it("logs in again after a freeze that outlasted the token, before it serves anything", async () => {
    const { lambda, time, logins, get, vault } = await start();
    await lambda.asked(1);
    time.wall += 3_600_000;
    vault.dead.add("hvs.1");

    expect((await get("secret/data/app")).status).toBe(200);
    expect(logins).toEqual(["hvs.1", "hvs.2"]);
  });

  it("counts by the steady clock, too, where somebody set the other one back", async () => {
    const { lambda, time, logins, get } = await start();
    await lambda.asked(1);
    time.wall -= 86_400_000;
    time.steady += 595_000;

    await get("secret/data/app");
    expect(logins).toEqual(["hvs.1", "hvs.2"]);
  });

  it("renews in the last third, once for all requests of that moment", async () => {
    const { lambda, time, logins, get, vault } = await start();
    await lambda.asked(1);
    time.wall += 450_000;

    await Promise.all([get("secret/data/a"), get("secret/data/b"), get("secret/data/c")]);
    expect(vault.seen.filter((line) => line.includes("renew-self"))).toEqual(["POST /v1/auth/token/renew-self hvs.1"]);
    expect(logins).toEqual(["hvs.1"]);
  });

  it("logs in again when the server no longer knows the token, and asks once more", async () => {
    const { lambda, logins, get, vault } = await start();
    await lambda.asked(1);
    vault.dead.add("hvs.1");

    expect((await get("secret/data/app")).status).toBe(200);
    expect(logins).toEqual(["hvs.1", "hvs.2"]);
  });

  it("hands on a refusal of a token that lives", async () => {
    const { lambda, logins, get } = await start();
    await lambda.asked(1);

    expect(await get("forbidden")).toEqual({ status: 403, body: { errors: ["permission denied"] } });
    expect(logins).toEqual(["hvs.1"]);
  });

  it("forgets its token when asked to", async () => {
    const { lambda, logins, get } = await start();
    await lambda.asked(1);
    await get("secret/data/app", { "X-Vault-Token-Options": "revoke" });

    expect(logins).toEqual(["hvs.1", "hvs.2"]);
  });

  it("serves an answer again only where that is asked for, and not longer than told", async () => {
    const { lambda, time, get } = await start({ VAULT_DEFAULT_CACHE_TTL: "5m" });
    await lambda.asked(1);
    const cached = { "X-Vault-Cache-Control": "cache" };
    const first = await get("secret/data/app", cached);

    expect(await get("secret/data/app", { ...cached, traceparent: "00-1" })).toEqual(first);
    expect(await get("secret/data/app")).not.toEqual(first);
    expect(await get("secret/data/app", { ...cached, "X-Vault-Namespace": "b" })).not.toEqual(first);
    const second = await get("secret/data/app", { "X-Vault-Cache-Control": "recache" });
    expect(await get("secret/data/app", cached)).toEqual(second);
    time.wall += 300_000;
    expect(await get("secret/data/app", cached)).not.toEqual(second);
  });

  it("serves no request without X-Vault-Request where that is required", async () => {
    const { lambda, get } = await start({ ZEROTH_REQUIRE_REQUEST_HEADER: "true" });
    await lambda.asked(1);

    expect(await get("secret/data/app")).toEqual({
      status: 412,
      body: { errors: ['missing "X-Vault-Request" header'] },
    });
    expect((await get("secret/data/app", { "X-Vault-Request": "true" })).status).toBe(200);
  });

  it("lists by GET, lends its token to the API alone, and refuses what could leave it", async () => {
    const { lambda, vault, ask } = await start({ VAULT_RUN_MODE: "proxy" });
    await lambda.asked(1);

    expect((await ask("/v1/secret/metadata", "LIST")).statusCode).toBe(200);
    expect((await ask("/v1/secret/metadata?after=a", "LIST")).statusCode).toBe(200);
    expect((await ask("/v1/secret/metadata?after=a", "SCAN")).statusCode).toBe(200);
    expect((await ask("/ui/")).statusCode).toBe(403);
    for (const path of ["/v1/../a", "/v1/secret/%2e%2E/a"]) expect((await ask(path)).statusCode).toBe(400);
    expect(vault.seen).toEqual([
      "GET /v1/secret/metadata?list=true hvs.1",
      "GET /v1/secret/metadata?after=a&list=true hvs.1",
      "GET /v1/secret/metadata?after=a&scan=true hvs.1",
      "GET /ui/ undefined",
    ]);
  });

  it("answers 502 while the server is not there", async () => {
    const { lambda, get, vault } = await start();
    await lambda.asked(1);
    await vault.close();

    expect(await get("secret/data/app")).toEqual({
      status: 502,
      body: { errors: [expect.stringContaining("failed to proxy request: ")] },
    });
  });
});
