import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { StaticSecrets } from "../../../../src/agent/cache/static-secrets.ts";
import type { Given } from "../../../../src/agent/proxy/index.ts";
import { runs } from "../../../support/runs.ts";
import { createWorld } from "../support/world.ts";
import { type Ask, asked, MemoryServer, told } from "./server.ts";

const MINUTE = 60_000;
const MAX_AGE = 5 * MINUTE;
const STALE_FOR = 60 * MINUTE;

const setUp = () => {
  const server = new MemoryServer();
  const world = createWorld();
  const { surroundings } = world;
  const settings = { next: server.send, client: server.client, namespace: undefined, surroundings };
  const cache = new StaticSecrets({ ...settings, log: surroundings.log, maxAge: MAX_AGE, staleFor: STALE_FOR });
  const [token, other, agent] = [server.login("one"), server.login("other"), server.login("agent")];
  server.secrets.set("secret/app", { data: { pass: "first" }, metadata: { version: 1, deletion_time: "" } });
  server.secrets.set("old/app", { pass: "first" });
  const ask = (path: string, how: Ask = {}) => cache.send(asked(`/v1/${path}`, { token, ...how }));
  const asAgent = (path: string, how: Ask = {}) => ask(path, { ...how, token: agent, agent: true });
  const reads = (): number => server.log.filter((line) => /^GET \/v1\/(?:secret|old)/.test(line)).length;
  return { server, world, cache, token, other, agent, ask, asAgent, reads };
};

/** `HIT`, `STALE`, or the status of what came from the server. */
const from = ({ status, kept }: Given): string | number => (kept === undefined ? status : kept.stale ? "STALE" : "HIT");
const post = (body: unknown): Ask => ({ method: "POST", body });
const NEW = { data: { pass: "second" }, metadata: { version: 2, deletion_time: "" } };

describe("what is kept", () => {
  it.each(["secret/data/app", "old/app", "secret/metadata/app"])("%s, for a while", async (path) => {
    const { ask, world, reads } = setUp();
    const first = await ask(path);
    await world.pass(MAX_AGE - 1);
    const second = await ask(path);
    expect([from(first), from(second), second.kept?.age]).toEqual([200, "HIT", 300]);
    expect(told(second)).toEqual(told(first));
    expect([...second.fields.keys()]).toEqual(["content-type"]);
    await world.pass(1);
    expect([from(await ask(path)), reads()]).toEqual([200, 2]);
  });

  it("whoever the sender says it is, but not for another query, namespace or body", async () => {
    const { ask } = setUp();
    await ask("secret/data/app", { headers: { "user-agent": "a", "x-request-id": "1" } });
    expect(from(await ask("secret/data/app", { headers: { "user-agent": "b", traceparent: "2" } }))).toBe("HIT");
    expect(from(await ask("secret/data/app?version=1"))).toBe(200);
    expect(from(await ask("secret/data/app", { headers: { "x-vault-namespace": "team" } }))).toBe(200);
    expect(from(await ask("secret/data/app", { body: "{}" }))).toBe(200);
    expect(from(await ask("secret/data/app", { headers: { "x-other": "1" } }))).toBe(200);
  });

  it.each([
    ["a lease", "dyn/creds/a", {}],
    ["credentials without a renewal", "fixed/creds/a", {}],
    ["a list", "secret/metadata/app?list=true", {}],
    ["a recursive list", "secret/metadata/app?limit=5&scan=true", {}],
    ["what is wrapped", "secret/data/app", { headers: { "x-vault-wrap-ttl": "60" } }],
    ["a look-up of a token", "auth/token/lookup-self", {}],
    ["what is missing", "secret/data/none", {}],
    ["a mount nobody tells about", "other/creds/a", {}],
  ])("not %s", async (_name, path, how) => {
    const { ask } = setUp();
    const first = from(await ask(path, how));
    expect(from(await ask(path, how))).toBe(first);
  });

  it("a mount is asked about once", async () => {
    const { ask, server, world } = setUp();
    server.secrets.set("secret/b", NEW);
    await ask("secret/data/app");
    await ask("secret/data/b");
    expect(server.log.filter((line) => line.includes("internal/ui/mounts"))).toHaveLength(1);
    await world.pass(6 * MINUTE);
    await ask("secret/data/app");
    expect(server.log.filter((line) => line.includes("internal/ui/mounts"))).toHaveLength(2);
  });

  it("a version that deletes itself is not given after that", async () => {
    const { ask, server, world } = setUp();
    const at = new Date(world.surroundings.clock.now() + MINUTE).toISOString();
    server.secrets.set("secret/app", { data: { a: 1 }, metadata: { version: 1, deletion_time: at } });
    await ask("secret/data/app");
    await world.pass(MINUTE - 1);
    expect(from(await ask("secret/data/app"))).toBe("HIT");
    await world.pass(1);
    server.trouble = "down";
    await expect(ask("secret/data/app")).rejects.toThrow("connection refused");
  });
});

describe("whose it is", () => {
  it("one token never gets what another one read, also while the server is down", async () => {
    const { ask, other, server } = setUp();
    await ask("secret/data/app");
    server.readers = new Set();
    expect(from(await ask("secret/data/app", { token: other }))).toBe(403);
    server.trouble = "down";
    await expect(ask("secret/data/app", { token: other })).rejects.toThrow();
    await expect(ask("secret/data/app", { token: "hvs.unknown" })).rejects.toThrow();
    await expect(ask("secret/data/app", { token: undefined as never })).rejects.toThrow();
    expect(from(await ask("secret/data/app"))).toBe("HIT");
  });

  it("what the agent's own token read is for those who use it, and for nobody who shows a token", async () => {
    const { ask, asAgent, other } = setUp();
    await asAgent("secret/data/app");
    expect(from(await asAgent("secret/data/app"))).toBe("HIT");
    expect(from(await ask("secret/data/app", { token: other }))).toBe(200);
  });

  it("a new login of the agent's asks once more, and has something to give while the server is down", async () => {
    const { asAgent, cache, server } = setUp();
    await asAgent("secret/data/app");
    cache.distrustOwn();
    server.trouble = "down";
    expect(from(await asAgent("secret/data/app"))).toBe("STALE");
    server.trouble = undefined;
    expect(from(await asAgent("secret/data/app"))).toBe(200);
    expect(from(await asAgent("secret/data/app"))).toBe("HIT");
  });
});

describe("while the server is down", () => {
  it.each([
    ["it gives no answer", "down"],
    ["it is in trouble", { status: 500, error: "internal error" }],
    ["a gateway answers for it", { status: 502, error: "bad gateway" }],
  ] as const)("%s: a kept secret is given, marked as stale, until it is too old", async (_name, trouble) => {
    const { ask, server, world } = setUp();
    const first = await ask("secret/data/app");
    await world.pass(MAX_AGE);
    server.trouble = trouble;
    const stale = await ask("secret/data/app");
    expect([from(stale), stale.status, stale.kept?.age]).toEqual(["STALE", 200, 300]);
    expect(told(stale)).toEqual(told(first));
    expect(stale.fields.get("warning")).toEqual(['110 - "Response is Stale"']);
    expect(stale.fields.get("x-zeroth-stale")).toEqual(["true"]);
    await world.pass(STALE_FOR - MAX_AGE - 1);
    expect(from(await ask("secret/data/app"))).toBe("STALE");
    await world.pass(1);
    const late = ask("secret/data/app").then(from, () => "no answer");
    expect(await late).toBe(trouble === "down" ? "no answer" : trouble.status);
  });

  it("the server is asked once and not again and again where there is something to give", async () => {
    const { server, world, token, cache } = setUp();
    const retries: (number | undefined)[] = [];
    const send = server.send;
    const watched = new StaticSecrets({
      next: (request) => {
        retries.push(request.retries);
        return send(request);
      },
      client: server.client,
      namespace: undefined,
      surroundings: world.surroundings,
      log: world.surroundings.log,
      maxAge: 0,
      staleFor: STALE_FOR,
    });
    expect(cache).toBeDefined();
    await watched.send(asked("/v1/secret/data/app", { token }));
    server.trouble = "down";
    await watched.send(asked("/v1/secret/data/app", { token }));
    expect(retries).toEqual([undefined, 0]);
  });

  it("a server that is sealed is not down: nothing is given", async () => {
    const { ask, server, world } = setUp();
    await ask("secret/data/app");
    await world.pass(MAX_AGE);
    server.trouble = { status: 503, error: "Vault is sealed" };
    expect(from(await ask("secret/data/app"))).toBe(503);
  });

  it("a server that asks for fewer requests is not in trouble", async () => {
    const { ask, server, world } = setUp();
    await ask("secret/data/app");
    await world.pass(MAX_AGE);
    server.trouble = { status: 429, error: "slow down" };
    expect(from(await ask("secret/data/app"))).toBe(429);
  });

  it("writes are not answered by anything kept", async () => {
    const { ask, server } = setUp();
    await ask("secret/data/app");
    server.trouble = "down";
    await expect(ask("secret/data/app", post(NEW))).rejects.toThrow();
    // It may have been done: the old value is no longer true for certain.
    await expect(ask("secret/data/app")).rejects.toThrow();
  });

  it("a clock set back makes nothing younger", async () => {
    const { ask, server, world } = setUp();
    await ask("secret/data/app");
    await world.pass(STALE_FOR);
    world.setClock(0);
    server.trouble = "down";
    await expect(ask("secret/data/app")).rejects.toThrow();
  });
});

describe("what ends it", () => {
  it.each([
    ["a write", "secret/data/app", "secret/data/app", post(NEW)],
    ["a deletion", "secret/data/app", "secret/data/app", { method: "DELETE" }],
    ["a deletion of versions", "secret/data/app", "secret/delete/app", post({ versions: [1] })],
    ["a deletion of everything", "secret/data/app", "secret/metadata/app", { method: "DELETE" }],
    ["a write of its metadata", "secret/metadata/app", "secret/metadata/app", post({})],
    ["another spelling of the path", "secret/data/app", "secret//data/%61pp", post(NEW)],
    ["a write to version 1", "old/app", "old/app", post({ pass: "second" })],
    ["a deletion in version 1", "old/app", "old/app", { method: "DELETE" }],
  ] as const)("%s, whoever wrote", async (_name, read, path, how) => {
    const { ask, other, reads } = setUp();
    await ask(read);
    await ask(read, { token: other });
    const before = reads();
    await ask(path, { ...how, token: other });
    for (const token of [undefined, other]) {
      expect((await ask(read, token === undefined ? {} : { token })).kept).toBeUndefined();
    }
    expect(reads()).toBe(before + 2);
  });

  it("another secret's write does not", async () => {
    const { ask } = setUp();
    await ask("secret/data/app");
    await ask("secret/data/app2", post(NEW));
    expect(from(await ask("secret/data/app"))).toBe("HIT");
  });

  it("a read that began before a write is not kept after it", async () => {
    const { ask, server } = setUp();
    // The mount is known, and the write overtakes the read, whose answer may be of before.
    await ask("secret/data/app", { headers: { "x-first": "1" } });
    let open = (): void => undefined;
    server.gate = new Promise((resolve) => {
      open = resolve;
    });
    const reading = ask("secret/data/app");
    server.gate = undefined;
    await ask("secret/data/app", post(NEW));
    open();
    await reading;
    expect(from(await ask("secret/data/app"))).toBe(200);
  });

  it.each([403, 404])("a %d of the server's", async (status) => {
    const { ask, server, world } = setUp();
    await ask("secret/data/app");
    await world.pass(MAX_AGE);
    server.trouble = { status, error: "no" };
    expect(from(await ask("secret/data/app"))).toBe(status);
    server.trouble = "down";
    await expect(ask("secret/data/app")).rejects.toThrow();
  });

  it("a 403 for one secret makes the token's others ask again", async () => {
    const { ask, server, other } = setUp();
    server.secrets.set("secret/b", NEW);
    for (const token of [undefined, other]) await ask("secret/data/app", token === undefined ? {} : { token });
    server.trouble = { status: 403, error: "permission denied" };
    await ask("secret/data/b");
    server.trouble = undefined;
    expect(from(await ask("secret/data/app"))).toBe(200);
    expect(from(await ask("secret/data/app", { token: other }))).toBe("HIT");
  });

  it("a token that the server no longer knows gets nothing more", async () => {
    const { ask, server, token } = setUp();
    await ask("secret/data/app");
    server.endToken(token);
    expect(from(await ask("auth/token/lookup-self"))).toBe(403);
    server.trouble = "down";
    await expect(ask("secret/data/app")).rejects.toThrow();
  });

  it.each([
    ["revoke-self", (_token: string) => ["auth/token/revoke-self", post({})] as const],
    ["revoke", (token: string) => ["auth/token/revoke", post({ token })] as const],
    ["revoke-orphan", (token: string) => ["auth/token/revoke-orphan", post({ token })] as const],
    [
      "revoke-accessor",
      (token: string) => ["auth/token/revoke-accessor", post({ accessor: `accessor-of-${token}` })] as const,
    ],
    ["a prefix of logins", (_token: string) => ["sys/leases/revoke-prefix/auth/x/login", post({})] as const],
  ])("%s: nothing of a revoked token is given, nor of a child nobody knows", async (_name, request) => {
    const { ask, asAgent, server, token } = setUp();
    const child = server.login("child", token);
    for (const one of [token, child]) await ask("secret/data/app", { token: one });
    await asAgent("secret/data/app");
    const [path, how] = request(token);
    await ask(path, how);
    server.trouble = "down";
    for (const one of [token, child]) await expect(ask("secret/data/app", { token: one })).rejects.toThrow();
    // The agent's own is asked for again, and given where that cannot be done.
    expect(from(await asAgent("secret/data/app"))).toBe("STALE");
  });

  it.each([
    ["a policy", "sys/policies/acl/app", post({ policy: "" }), 200],
    ["a mount", "sys/mounts/secret", { method: "DELETE" }, "no answer"],
    ["an entity", "identity/entity/name/app", post({}), 200],
  ] as const)("a change of %s makes all ask again", async (_name, path, how, then) => {
    const { ask, server } = setUp();
    await ask("secret/data/app");
    // What this server makes of it does not matter: it may have been done.
    server.trouble = { status: 500, error: "internal error" };
    await ask(path, how);
    server.trouble = undefined;
    if (then === 200) expect(from(await ask("secret/data/app"))).toBe(200);
    server.trouble = "down";
    const later = await ask("secret/data/app").then(from, () => "no answer");
    expect(later).toBe(then === 200 ? "HIT" : "no answer");
  });

  it.each([
    ["all", { type: "all" }, false],
    ["its path", { type: "request_path", value: "/v1/secret/data", namespace: "" }, false],
    ["another path", { type: "request_path", value: "/v1/old", namespace: "" }, true],
    ["its path elsewhere", { type: "request_path", value: "/v1/secret", namespace: "team" }, true],
    ["any token", { type: "token", value: "x", namespace: "" }, false],
    ["any accessor", { type: "token_accessor", value: "x", namespace: "" }, false],
    ["a lease", { type: "lease", value: "x", namespace: "" }, true],
  ] as const)("cache-clear of %s", async (_name, cleared, stays) => {
    const { ask, cache } = setUp();
    await ask("secret/data/app");
    cache.clear(cleared);
    expect(from(await ask("secret/data/app")) === "HIT").toBe(stays);
  });
});

describe("whatever is asked in whatever order", () => {
  it("a token gets what the server would give it, no older than agreed", async () => {
    const step = fc.record({
      what: fc.constantFrom(
        "read",
        "read",
        "read",
        "write",
        "behind",
        "delete",
        "pass",
        "down",
        "up",
        "forbid",
        "revoke",
        "login",
      ),
      who: fc.nat(2),
      name: fc.constantFrom("a", "b"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const { server, world, token, other, cache } = setUp();
        const tokens = [token, other];
        /** When each value was the server's: from, and until. */
        const history = new Map<string, { value: string; from: number; until: number }[]>();
        const write = (name: string, value: string | undefined): void => {
          const all = history.get(name) ?? [];
          const last = all.at(-1);
          if (last && last.until === Number.POSITIVE_INFINITY) last.until = world.now();
          if (value !== undefined) all.push({ value, from: world.now(), until: Number.POSITIVE_INFINITY });
          history.set(name, all);
        };
        let count = 0;
        /** Since when the agent has known of each token's end. */
        const revoked = new Set<string>();
        for (const { what, who, name } of steps) {
          const mine = tokens[who % tokens.length] ?? token;
          const send = (how: Ask) => cache.send(asked(`/v1/secret/data/${name}`, { token: mine, ...how }));
          count += 1;
          const value = { data: { v: `${count}` }, metadata: { version: count, deletion_time: "" } };
          if (what === "pass") await world.pass(4 * MINUTE);
          if (what === "down") server.trouble = "down";
          if (what === "up") server.trouble = undefined;
          if (what === "forbid") server.readers = server.readers ? undefined : new Set([other]);
          if (what === "login") tokens.push(server.login("more"));
          if (what === "behind") {
            server.secrets.set(`secret/${name}`, value);
            write(name, `${count}`);
          }
          if (
            what === "write" &&
            (await send(post(value)).then(
              ({ status }) => status,
              () => 0,
            )) === 204
          )
            write(name, `${count}`);
          if (
            what === "delete" &&
            (await send({ method: "DELETE" }).then(
              ({ status }) => status,
              () => 0,
            )) === 204
          )
            write(name, undefined);
          if (what === "revoke") {
            const given = await cache
              .send(asked("/v1/auth/token/revoke-self", { method: "POST", body: {}, token: mine }))
              .catch(() => undefined);
            if (given === undefined || given.status === 204) revoked.add(mine);
          }
          if (what !== "read") continue;
          const given = await send({}).catch(() => undefined);
          if (given === undefined || given.status !== 200) continue;
          const { data } = told(given) as { readonly data: { readonly data: { readonly v: string } } };
          const was = history.get(name)?.find(({ value: one }) => one === data.data.v);
          expect(was).toBeDefined();
          // A revocation that a server was too far down to see: the server itself says that the token lives.
          if (given.kept === undefined) revoked.delete(mine);
          expect(revoked.has(mine)).toBe(false);
          const ago = world.now() - (was?.until ?? 0);
          const stale = given.kept?.stale === true;
          // What is not true any more is given for so long only, and what is no longer fresh only while the server is down.
          expect(ago).toBeLessThan(given.kept === undefined ? 1 : stale ? STALE_FOR : MAX_AGE);
          if (stale) expect(server.trouble).toBe("down");
        }
      }),
      { numRuns: runs(200, 20_000) },
    );
  });
});
