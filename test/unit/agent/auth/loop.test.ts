import { afterEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Method } from "../../../../src/agent/auth/index.ts";
import { startAuth } from "../../../../src/agent/auth/index.ts";
import type { AutoAuthConfig, MethodConfig } from "../../../../src/agent/config/model.ts";
import type { Login, Part, Tokens } from "../../../../src/agent/contract.ts";
import { AgentError } from "../../../../src/agent/contract.ts";
import type { Secret } from "../../../../src/client/contract.ts";
import { Sensitive } from "../../../../src/std/sensitive.ts";
import { answer, createScripted, refuse, type Script } from "../support/scripted.ts";
import { createWorld, type World } from "../support/world.ts";

const LOGIN = "auth/approle/login";
const RENEW = "auth/token/renew-self";
const LOOKUP = "auth/token/lookup-self";

const METHOD: MethodConfig = {
  type: "approle",
  mountPath: "auth/approle",
  config: new Map(),
  hasConfig: true,
  wrapTtl: 0,
  minBackoff: 1000,
  maxBackoff: 300_000,
  exitOnError: false,
};

const token = (name: string, ttl = 3600, more: Partial<NonNullable<Secret["auth"]>> = {}): Secret =>
  answer(null, {
    auth: {
      client_token: name,
      accessor: `accessor-${name}`,
      policies: ["default"],
      metadata: null,
      lease_duration: ttl,
      renewable: true,
      token_type: "service",
      ...more,
    },
  });

const secretOf = (login: Login): string => (login.kind === "token" ? login.token.reveal() : login.wrapInfo.token);

interface Story {
  readonly script: Script;
  readonly method?: Partial<MethodConfig>;
  readonly reauth?: boolean;
  readonly own?: Partial<Method>;
  readonly chance?: number;
}

const running: (Part & Tokens)[] = [];
afterEach(async () => {
  for (const auth of running.splice(0)) await auth.stop();
});

const begin = ({ script, method = {}, reauth = false, own = {}, chance = 0.5 }: Story) => {
  const world = createWorld({}, chance);
  const at = new Map<string, number[]>();
  const server = createScripted((call, count) => {
    at.set(call.path, [...(at.get(call.path) ?? []), world.now()]);
    return script(call, count);
  });
  const autoAuth: AutoAuthConfig = { method: { ...METHOD, ...method }, sinks: [], reauthOnNewCredentials: reauth };
  const body = { role_id: "r", secret_id: "canary-secret-id" };
  const usual: Method = { authenticate: async () => ({ kind: "login", path: LOGIN, body }), ...own };
  const auth = startAuth({ autoAuth, method: usual, client: server.client, surroundings: world.surroundings });
  running.push(auth);
  const given: string[] = [];
  auth.subscribe((login) => given.push(secretOf(login)));
  const end: { value?: unknown } = {};
  auth.ended.then(
    (value) => Object.assign(end, { value: value ?? "ended" }),
    (error: unknown) => Object.assign(end, { value: error }),
  );
  return { world, server, auth, given, end, at: (path: string) => at.get(path) ?? [] };
};

const said = (world: World, message: string) => world.lines.filter((line) => line.message === message);

/** Logs in as `one`, `two`, ...; renews with the same life. */
const numbered =
  (ttl: number, more: Partial<NonNullable<Secret["auth"]>> = {}): Script =>
  ({ path, token: sent }, count) => {
    if (path === LOGIN) return token(`token-${count}`, ttl, more);
    if (path === RENEW) return token(sent ?? "", ttl, more);
    return refuse(403, "permission denied");
  };

describe("a login", () => {
  it("is sent as PUT without a token, and its token reaches who listens, now or later", async () => {
    const { world, server, auth, given } = begin({ script: numbered(3600) });
    await auth.ready;
    await world.pass(0);
    expect(server.asked[0]).toEqual({
      method: "PUT",
      path: LOGIN,
      body: { role_id: "r", secret_id: "canary-secret-id" },
      token: undefined,
      query: {},
    });
    const late: string[] = [];
    auth.subscribe((login) => late.push(secretOf(login)));
    expect([given, late]).toEqual([["token-1"], ["token-1"]]);
    expect(world.lines.map(({ message }) => message)).toEqual([
      "starting auth handler",
      "authenticating",
      "authentication successful, sending token to sinks",
      "starting renewal process",
      "renewed auth token",
    ]);
  });

  it("tells nobody of a token they have already", async () => {
    const script: Script = ({ path }) => (path === LOGIN ? token("same", 10, { renewable: false }) : refuse(500, "no"));
    const { world, given, at } = begin({ script });
    await world.until(() => at(LOGIN).length > 3);
    expect(given).toEqual(["same"]);
  });

  it("that gives nothing usable is a failure like any other", async () => {
    const answers = [answer(null), token(""), answer({ x: 1 }), token("at last")];
    const { world, given } = begin({ script: ({ path }, count) => (path === LOGIN ? answers[count - 1] : token("x")) });
    await world.until(() => given.length > 0);
    expect(world.lines.filter(({ level }) => level === "error").map(({ message }) => message)).toEqual([
      "authentication returned nil auth info",
      "authentication returned empty client token",
      "authentication returned nil auth info",
    ]);
  });
});

describe("failed logins", () => {
  it("are repeated after waits that double up to the longest, each three quarters of it or more", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 100, max: 5000 }),
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        async (min, factor, chance) => {
          const { world, auth, at } = begin({
            script: () => refuse(400, "not yet"),
            method: { minBackoff: min, maxBackoff: min * factor },
            chance,
          });
          await world.until(() => at(LOGIN).length >= 7);
          await auth.stop();
          const times = at(LOGIN);
          times.slice(1).forEach((time, index) => {
            const whole = Math.min(min * 2 ** index, min * factor);
            const wait = time - (times[index] ?? 0);
            expect(wait).toBeGreaterThanOrEqual(whole * 0.75);
            expect(wait).toBeLessThan(whole);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it("begin at the shortest wait again after a success", async () => {
    const script: Script = (_call, count) => (count === 4 ? token("t", 60, { renewable: false }) : refuse(503, "down"));
    const { world, at } = begin({ script });
    await world.until(() => at(LOGIN).length >= 6);
    const [, , , , fifth = 0, sixth = 0] = at(LOGIN);
    expect(sixth - fifth).toBeLessThan(1000);
  });

  it("are not the only ones that are waited after: there is no hurry where the server forgets tokens at once", async () => {
    const script: Script = ({ path }, count) =>
      path === LOGIN ? token(`token-${count}`, 3600) : refuse(403, "permission denied", "invalid token");
    const { world, at } = begin({ script });
    await world.until(() => at(LOGIN).length >= 5);
    const gaps = at(LOGIN)
      .slice(1, 5)
      .map((time, index) => time - (at(LOGIN)[index] ?? 0));
    expect(gaps.map(Math.floor)).toEqual([875, 1750, 3501, 7003]);
  });

  it("say why and how long the wait is, and repeat no secret", async () => {
    const { world } = begin({ script: () => refuse(400, "invalid role or secret ID") });
    await world.until(() => world.lines.length > 3);
    const [line] = said(world, "error authenticating");
    expect(line?.fields["error"]).toContain("Code: 400. Errors:\n\n* invalid role or secret ID");
    expect(line?.fields["backoff"]).toBe("870ms");
    expect(world.log()).not.toContain("canary");
  });

  it("end the agent at the first where `exit_on_err` says so", async () => {
    const { world, end, at } = begin({ script: () => refuse(400, "no"), method: { exitOnError: true } });
    await world.until(() => end.value !== undefined);
    expect(end.value).toBeInstanceOf(AgentError);
    expect([at(LOGIN).length, world.timers()]).toEqual([1, 0]);
  });

  it("do not let `exit_on_err` end a renewal that fails", async () => {
    const script: Script = ({ path }) => (path === LOGIN ? token("t", 600) : refuse(500, "internal error"));
    const { world, end, at } = begin({ script, method: { exitOnError: true } });
    await world.until(() => at(LOGIN).length >= 2);
    expect(end.value).toBeUndefined();
    expect(said(world, "error renewing token").length).toBeGreaterThan(1);
  });

  it("of a method are told as its own", async () => {
    const authenticate = async () => {
      throw new AgentError("no known secret ID");
    };
    const { world } = begin({ script: () => undefined, own: { authenticate } });
    await world.until(() => said(world, "error getting path or data from method").length > 1);
    expect(said(world, "error getting path or data from method")[0]?.fields).toEqual({
      error: "no known secret ID",
      backoff: "870ms",
    });
  });

  it("of a library are told by name alone, because its words may hold what it was given", async () => {
    const authenticate = async () => {
      throw new SyntaxError('Unexpected token in "canary"');
    };
    const { world } = begin({ script: () => undefined, own: { authenticate } });
    await world.until(() => world.lines.length > 3);
    expect(world.log()).toContain("unexpected SyntaxError");
    expect(world.log()).not.toContain("canary");
  });

  it("are refused as a plan where the shortest wait is longer than the longest", () => {
    expect(() => begin({ script: () => undefined, method: { minBackoff: 10, maxBackoff: 1 } })).toThrow(
      "auth handler: min_backoff cannot be greater than max_backoff",
    );
  });
});

describe("a token's life", () => {
  it("begins with a renewal, and goes on by renewals", async () => {
    const { world, at, given } = begin({ script: numbered(3600) });
    await world.pass(86_400_000);
    expect(given).toEqual(["token-1"]);
    expect(at(RENEW)[0]).toBe(0);
    const gaps = at(RENEW)
      .slice(1)
      .map((time, index) => time - (at(RENEW)[index] ?? 0));
    for (const gap of gaps) expect(gap / 3_600_000).toBeGreaterThan(0.66);
    for (const gap of gaps) expect(gap / 3_600_000).toBeLessThan(0.8);
  });

  it("without renewals is left between two thirds and nine tenths of it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 100_000 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        async (ttl, chance) => {
          const { world, auth, at } = begin({
            script: numbered(ttl, { renewable: false, token_type: "batch" }),
            chance,
          });
          await world.until(() => at(LOGIN).length >= 2, ttl * 1000);
          await auth.stop();
          const share = ((at(LOGIN)[1] ?? 0) - (at(LOGIN)[0] ?? 0)) / (ttl * 1000);
          expect(share).toBeGreaterThanOrEqual(0.66);
          expect(share).toBeLessThan(0.9);
          expect(at(RENEW)).toEqual([]);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("of no length is followed by the next login after a second", async () => {
    const { world, at } = begin({ script: numbered(0) });
    await world.until(() => at(LOGIN).length >= 3);
    expect(at(LOGIN).slice(0, 3)).toEqual([0, 1000, 2000]);
  });

  it("ends at once when the server does not know the token any more", async () => {
    const script: Script = ({ path, token: sent }, count) => {
      if (path === LOGIN) return token(`token-${count}`, 3600);
      return sent === "token-1" && count > 1
        ? refuse(403, "permission denied", "invalid token")
        : token(sent ?? "", 3600);
    };
    const { world, at, given } = begin({ script });
    await world.until(() => given.length > 1);
    expect(at(LOGIN)[1]).toBe(at(RENEW)[1]);
    expect(said(world, "the server does not know the token any more: it was revoked or has expired")).toHaveLength(1);
  });

  it("goes on where renewing is forbidden but the token lives", async () => {
    const script: Script = ({ path }, count) => {
      if (path === LOGIN) return token(`token-${count}`, 3600);
      return path === LOOKUP ? answer({ ttl: 3000, renewable: true }) : refuse(403, "permission denied");
    };
    const { world, at } = begin({ script });
    await world.until(() => at(LOGIN).length > 1);
    expect((at(LOGIN)[1] ?? 0) / 3_600_000).toBeGreaterThan(0.66);
  });

  it("ends where an old server refuses a token that it renewed before, without saying more", async () => {
    const script: Script = ({ path, token: sent }, count) => {
      if (path === LOGIN) return token(`token-${count}`, 3600);
      return path === RENEW && count === 1 ? token(sent ?? "", 3600) : refuse(403, "permission denied");
    };
    const { world, at } = begin({ script });
    await world.until(() => at(LOGIN).length > 1);
    expect(at(LOGIN)[1]).toBe(at(RENEW)[1]);
  });

  it("is not cut short while the server is down, and ends before its time where that lasts", async () => {
    const script: Script = ({ path, token: sent }, count) => {
      if (path === LOGIN) return token(`token-${count}`, 3600);
      return count === 1 ? token(sent ?? "", 3600) : refuse(503, "down");
    };
    const { world, at } = begin({ script });
    await world.until(() => at(LOGIN).length > 1);
    const share = (at(LOGIN)[1] ?? 0) / 3_600_000;
    expect(share).toBeGreaterThan(0.75);
    expect(share).toBeLessThan(1);
  });
});

describe("a token from a file", () => {
  const own = { authenticate: async () => ({ kind: "token", token: new Sensitive("given") }) as const };

  it("is looked up and not logged in with; without an end it is not renewed", async () => {
    const { world, server, given, end } = begin({
      script: () => answer({ ttl: 0, renewable: false, expire_time: null }),
      own,
    });
    await world.pass(86_400_000);
    expect(server.asked.map(({ method, path, token: sent }) => [method, path, sent])).toEqual([
      ["GET", LOOKUP, "given"],
    ]);
    expect([given, end.value]).toEqual([["given"], undefined]);
    expect(said(world, "not starting token renewal process, as token has unlimited TTL")).toHaveLength(1);
  });

  it("is renewed where it has an end, and looked up again when that has come", async () => {
    let left = 100;
    const script: Script = ({ path }) =>
      path === LOOKUP
        ? answer({ ttl: left, renewable: true, expire_time: "2026-01-01T00:00:00Z" })
        : token("given", Math.max(left, 0));
    const { world, at, given } = begin({ script, own });
    await world.pass(1);
    left = 0;
    await world.until(() => at(LOOKUP).length > 2);
    expect([given, at(RENEW)[0]]).toEqual([["given"], 0]);
  });

  it("that is unknown is an error", async () => {
    const { world } = begin({ script: () => refuse(403, "permission denied", "invalid token"), own });
    await world.until(() => said(world, "error authenticating").length > 1);
    expect(world.log()).not.toContain('"given"');
  });
});

describe("a wrapped login", () => {
  const wrapInfo = (count: number) =>
    answer(null, {
      wrap_info: {
        token: `wrapping-${count}`,
        accessor: "a",
        ttl: 240,
        creation_time: "2026-01-01T00:00:00Z",
        creation_path: LOGIN,
        wrapped_accessor: "b",
      },
    });

  it("is given on as it is, and never renewed nor replaced by itself", async () => {
    const { world, server, given } = begin({ script: (_call, count) => wrapInfo(count), method: { wrapTtl: 240 } });
    await world.pass(86_400_000);
    expect([given, server.asked.length]).toEqual([["wrapping-1"], 1]);
    expect(said(world, "authentication successful, sending wrapped token to sinks and pausing")).toHaveLength(1);
  });

  it("is replaced when new credentials come", async () => {
    let found = false;
    const poll = { interval: 500, check: async () => found };
    const { world, given } = begin({
      script: (_call, count) => wrapInfo(count),
      method: { wrapTtl: 240 },
      reauth: true,
      own: { poll },
    });
    await world.pass(3000);
    found = true;
    await world.until(() => given.length > 1);
    expect(given.slice(0, 2)).toEqual(["wrapping-1", "wrapping-2"]);
  });

  it("without wrapping information is a failure", async () => {
    const { world } = begin({ script: () => token("in the clear"), method: { wrapTtl: 240 } });
    await world.until(() => said(world, "authentication returned nil wrap info").length > 0);
    expect(world.log()).not.toContain("in the clear");
  });
});

describe("new credentials", () => {
  const once = () => {
    let left = 1;
    return { interval: 60_000, check: async () => left-- === 1 };
  };

  it("lead to a login where that is asked for, and only then", async () => {
    for (const reauth of [true, false]) {
      const { world, given } = begin({ script: numbered(36_000), reauth, own: { poll: once() } });
      await world.pass(200_000);
      expect(given).toEqual(reauth ? ["token-1", "token-2"] : ["token-1"]);
    }
  });

  it("end the wait after a failed login", async () => {
    const script: Script = ({ path }, count) => {
      if (path !== LOGIN) return token("t");
      return count < 12 ? refuse(400, "no") : token("t");
    };
    const poll = { interval: 500, check: async () => true };
    const { world, at, given } = begin({ script, own: { poll } });
    await world.until(() => given.length > 0);
    expect(at(LOGIN).at(-1)).toBeLessThanOrEqual(11 * 500);
  });

  it("that cannot be looked for are a warning, and the token stays", async () => {
    const poll = {
      interval: 60_000,
      check: async () => {
        throw new AgentError("no AWS credentials found");
      },
    };
    const { world, given } = begin({ script: numbered(36_000), reauth: true, own: { poll } });
    await world.pass(130_000);
    expect(said(world, "unable to retrieve current creds, retaining last creds")).toHaveLength(2);
    expect(given).toEqual(["token-1"]);
  });
});

describe("clocks", () => {
  it("set back change nothing", async () => {
    const { world, at, given } = begin({ script: numbered(3600) });
    await world.pass(1000);
    world.setClock(0);
    await world.pass(7_200_000);
    const calm = begin({ script: numbered(3600) });
    await calm.world.pass(7_201_000);
    expect([at(RENEW), given]).toEqual([calm.at(RENEW), ["token-1"]]);
  });

  it("set forward make the agent ask, and a token that lives stays", async () => {
    const script: Script = (call, count) =>
      call.path === LOOKUP ? answer({ ttl: 3000, renewable: true }) : numbered(3600)(call, count);
    const { world, at, given } = begin({ script });
    await world.pass(1000);
    world.setClock(Date.parse("2036-01-01T00:00:00Z"));
    await world.pass(7_200_000);
    expect([at(LOOKUP).length, given]).toEqual([1, ["token-1"]]);
  });

  it("that ran ahead while the machine slept lead to a login, as soon as the server can be asked", async () => {
    let down = true;
    const script: Script = ({ path, token: sent }, count) => {
      if (path === LOGIN) return token(`token-${count}`, 3600);
      if (count === 1 && path === RENEW) return token(sent ?? "", 3600);
      return down ? refuse(503, "down") : refuse(403, "permission denied", "invalid token");
    };
    const { world, at, given } = begin({ script });
    await world.pass(1000);
    world.setClock(Date.parse("2026-01-01T08:00:00Z"));
    await world.until(() => at(LOOKUP).length > 3);
    down = false;
    await world.until(() => given.length > 1);
    expect(world.now()).toBeLessThan(120_000);
  });

  it("put right a little at a time do not make the agent ask", async () => {
    const { world, at } = begin({ script: numbered(36_000) });
    for (let step = 0; step < 20; step += 1) {
      await world.pass(15_000);
      world.setClock(world.surroundings.clock.now() + 1000);
    }
    expect(at(LOOKUP)).toEqual([]);
  });
});

describe("a doubt about the token", () => {
  it("is looked into, once for many who raise it", async () => {
    const script: Script = (call, count) =>
      call.path === LOOKUP ? answer({ ttl: 3000, renewable: true }) : numbered(3600)(call, count);
    const { world, auth, at, given } = begin({ script });
    await world.pass(20_000);
    for (let time = 0; time < 5; time += 1) auth.doubt?.();
    await world.pass(1000);
    auth.doubt?.();
    await world.pass(20_000);
    expect([at(LOOKUP).length, given]).toEqual([1, ["token-1"]]);
    auth.doubt?.();
    await world.pass(1000);
    expect(at(LOOKUP).length).toBe(2);
  });

  it("leads to a login where the token is dead, also one without an end", async () => {
    const own = { authenticate: async () => ({ kind: "token", token: new Sensitive("given") }) as const };
    const dead = (): never => refuse(403, "permission denied", "invalid token");
    const script: Script = (_call, count) =>
      count === 1 ? answer({ ttl: 0, renewable: false, expire_time: null }) : dead();
    const { world, auth } = begin({ script, own });
    await world.pass(1000);
    auth.doubt?.();
    await world.until(() => said(world, "error authenticating").length > 0);
    expect(said(world, "the server does not know the token any more: it was revoked or has expired")).toHaveLength(1);
  });
});

describe("the end", () => {
  it("leaves no timer, in whatever state it comes", async () => {
    const stories: Story[] = [
      { script: () => refuse(400, "no") },
      { script: numbered(3600) },
      { script: numbered(0) },
      { script: numbered(3600, { renewable: false }), own: { poll: { interval: 500, check: async () => false } } },
    ];
    for (const story of stories) {
      const { world, auth, end } = begin(story);
      await world.pass(100);
      await auth.stop();
      await world.pass(0);
      expect([end.value, world.timers()]).toEqual(["ended", 0]);
    }
  });

  it("does not wait for credentials that hang", async () => {
    const { world, auth } = begin({
      script: () => undefined,
      own: { authenticate: () => new Promise(() => undefined) },
    });
    await world.pass(1000);
    let stopped = false;
    const stopping = auth.stop().then(() => {
      stopped = true;
    });
    await world.until(() => stopped);
    await stopping;
    expect(world.now()).toBeLessThanOrEqual(6000);
    running.splice(0);
  });
});
