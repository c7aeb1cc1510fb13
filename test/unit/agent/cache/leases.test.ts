import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createEntries } from "../../../../src/agent/cache/entries.ts";
import { requestKey } from "../../../../src/agent/cache/key.ts";
import { LeaseStore } from "../../../../src/agent/cache/leases.ts";
import type { Given } from "../../../../src/agent/proxy/index.ts";
import { Sensitive } from "../../../../src/std/sensitive.ts";
import { runs } from "../../../support/runs.ts";
import { createWorld } from "../support/world.ts";
import { type Ask, asked, MemoryServer, told } from "./server.ts";

const setUp = (entries = createEntries()) => {
  const server = new MemoryServer();
  const world = createWorld();
  const { surroundings } = world;
  const cache = new LeaseStore({
    next: server.send,
    client: server.client,
    namespace: undefined,
    surroundings,
    log: surroundings.log,
    entries,
  });
  const agent = server.login("agent");
  cache.manage(new Sensitive(agent), server.tokens.get(agent)?.accessor ?? "");
  const ask = (path: string, how?: Ask) => cache.send(asked(`/v1/${path}`, how));
  const asAgent = (path: string, how: Ask = {}) => ask(path, { ...how, token: agent, agent: true });
  return { server, world, cache, agent, ask, asAgent };
};

const hit = (given: Given): boolean => given.kept !== undefined;
const post = (body: unknown): Ask => ({ method: "POST", body });
const tokenOf = (given: Given): string => String((told(given)["auth"] as Record<string, unknown>)["client_token"]);

describe("what is kept", () => {
  it("a lease made with the agent's token: the same answer again, with its age and without what was for one moment", async () => {
    const { asAgent, world, server } = setUp();
    const first = await asAgent("dyn/creds/a");
    await world.pass(7000);
    const second = await asAgent("dyn/creds/a");
    expect([hit(first), second.kept]).toEqual([false, { age: 7, stale: false }]);
    expect(told(second)).toEqual(told(first));
    expect([...second.fields.keys()]).toEqual(["content-type"]);
    expect(server.log.filter((line) => line.startsWith("GET"))).toHaveLength(1);
  });

  it("a login, and leases and tokens made with its token", async () => {
    const { ask } = setUp();
    const login = await ask("auth/x/login", post({ role: "a" }));
    expect(hit(await ask("auth/x/login", post({ role: "a" })))).toBe(true);
    const token = tokenOf(login);
    expect(hit(await ask("dyn/creds/a", { token }))).toBe(false);
    expect(hit(await ask("dyn/creds/a", { token }))).toBe(true);
    const child = tokenOf(await ask("auth/token/create", { ...post({}), token }));
    expect(tokenOf(await ask("auth/token/create", { ...post({}), token }))).toBe(child);
    await ask("dyn/creds/b", { token: child });
    expect(hit(await ask("dyn/creds/b", { token: child }))).toBe(true);
  });

  it.each([
    ["a lease of a token that is not managed", "dyn/creds/a", {}],
    ["a child of a token that is not managed", "auth/token/create", post({})],
    ["a secret", "secret/data/a", {}],
  ])("not %s", async (_name, path, how) => {
    const { ask, server } = setUp();
    const own = server.login("own");
    server.secrets.set("secret/a", {});
    for (let time = 0; time < 2; time += 1) expect(hit(await ask(path, { ...how, token: own }))).toBe(false);
  });

  it.each([
    ["a lease that cannot be renewed", "fixed/creds/a", {}],
    ["a secret", "secret/data/a", {}],
    ["a renewal", "auth/token/renew-self", post({})],
    ["a look-up", "auth/token/lookup-self", {}],
    ["what a wrapping held", "sys/wrapping/unwrap", post({})],
    ["an error", "nowhere", {}],
  ])("not %s, also of the agent's token", async (_name, path, how) => {
    const { asAgent, server } = setUp();
    server.secrets.set("secret/a", {});
    for (let time = 0; time < 2; time += 1) expect(hit(await asAgent(path, how))).toBe(false);
  });

  it("requests that differ in anything are different", async () => {
    const { asAgent, ask, agent } = setUp();
    const { body } = await asAgent("dyn/creds/a");
    const others = [
      asAgent("dyn/creds/b"),
      asAgent("dyn/creds/a?x=1"),
      asAgent("dyn/creds/a", { method: "POST" }),
      asAgent("dyn/creds/a", { body: "{}" }),
      asAgent("dyn/creds/a", { headers: { "x-other": "1" } }),
      asAgent("dyn/creds/a", { headers: { "x-vault-namespace": "team" } }),
      ask("dyn/creds/a", { token: "hvs.unknown" }),
      ask("dyn/creds/a"),
    ];
    for (const other of await Promise.all(others)) expect(other.body).not.toEqual(body);
    // The same token is the same holder, however it came.
    expect((await ask("dyn/creds/a", { token: agent })).body).toEqual(body);
  });

  it("identical requests that meet are one for the server; those of another token are not", async () => {
    const { asAgent, ask, server } = setUp();
    const other = tokenOf(await ask("auth/x/login", post({})));
    let open = (): void => undefined;
    server.gate = new Promise((resolve) => {
      open = resolve;
    });
    const many = Array.from({ length: 20 }, () => asAgent("dyn/creds/a"));
    const one = ask("dyn/creds/a", { token: other });
    open();
    const bodies = (await Promise.all(many)).map(({ body }) => String(body));
    expect(new Set(bodies).size).toBe(1);
    expect(bodies).not.toContain(String((await one).body));
    expect(server.log.filter((line) => line === "GET /v1/dyn/creds/a")).toHaveLength(2);
  });

  it("one that fails does not fail those that wait for it", async () => {
    const { asAgent, server } = setUp();
    server.trouble = "down";
    const [first, second] = [asAgent("dyn/creds/a"), asAgent("dyn/creds/a")];
    await expect(first).rejects.toThrow("connection refused");
    await expect(second).rejects.toThrow("connection refused");
    server.trouble = undefined;
    expect((await asAgent("dyn/creds/a")).status).toBe(200);
  });

  it("no more than there is room for; the rest is passed on", async () => {
    const { asAgent, world } = setUp(createEntries(2));
    for (const name of ["a", "b", "c", "d"]) await asAgent(`dyn/creds/${name}`);
    const hits = [];
    for (const name of ["a", "b", "c", "d"]) hits.push(hit(await asAgent(`dyn/creds/${name}`)));
    expect(hits).toEqual([true, true, false, false]);
    expect(world.log().match(/the cache is full/g)).toHaveLength(1);
  });
});

describe("room", () => {
  it("is counted in bytes, too, and is there again after an eviction", async () => {
    const { asAgent, cache } = setUp(createEntries(100, 300));
    const kept = async (name: string): Promise<boolean> => {
      await asAgent(`dyn/creds/${name}`);
      return hit(await asAgent(`dyn/creds/${name}`));
    };
    expect([await kept("a"), await kept("b"), await kept("c")]).toEqual([true, true, false]);
    for (let time = 0; time < 5; time += 1) {
      cache.clear({ type: "request_path", value: "/v1/dyn", namespace: "" });
      expect(await kept(`d${time}`)).toBe(true);
    }
    cache.clear({ type: "all" });
    expect([await kept("e"), await kept("f"), await kept("g")]).toEqual([true, true, false]);
  });
});

describe("renewal", () => {
  it("goes on with the token of its owner, for hours", async () => {
    const { asAgent, server, world } = setUp();
    await asAgent("dyn/creds/a");
    await world.pass(5 * 3_600_000);
    expect(server.renewed.length).toBeGreaterThan(4);
    expect(new Set(server.renewed)).toEqual(new Set(server.leases.keys()));
    expect(hit(await asAgent("dyn/creds/a"))).toBe(true);
  });

  it("its end is the entry's end", async () => {
    const { asAgent, server, world } = setUp();
    await asAgent("dyn/creds/a");
    await world.pass(1000);
    server.trouble = "down";
    await world.pass(3_600_000);
    server.trouble = undefined;
    expect(hit(await asAgent("dyn/creds/a"))).toBe(false);
  });

  it.each([
    ["a lease that the server no longer knows", 400, "dyn/creds/a", {}, false],
    ["a lease that the token may not renew: it lives on", 403, "dyn/creds/a", {}, true],
    ["a token that the server refuses", 403, "auth/x/login", post({}), false],
  ])("%s", async (_name, status, path, how, stays) => {
    const { asAgent, server, world } = setUp();
    server.renewTrouble = status;
    await asAgent(path, how);
    await world.pass(100);
    expect(hit(await asAgent(path, how))).toBe(stays);
  });

  it("ends with the agent: no timer is left", async () => {
    const { asAgent, cache, world } = setUp();
    for (const name of ["a", "b", "c"]) await asAgent(`dyn/creds/${name}`);
    await world.pass(1000);
    expect(world.timers()).toBeGreaterThan(0);
    cache.stop();
    await world.pass(10);
    expect(world.timers()).toBe(0);
  });
});

describe("eviction", () => {
  const revocations: readonly (readonly [string, (lease: string) => readonly [string, Ask]])[] = [
    ["sys/leases/revoke", (lease) => ["sys/leases/revoke", { method: "PUT", body: { lease_id: lease } }]],
    ["its older path", (lease) => ["sys/revoke", { method: "PUT", body: { lease_id: lease } }]],
    ["the lease in the path", (lease) => [`sys/leases/revoke/${lease}`, { method: "PUT" }]],
    ["a prefix", () => ["sys/leases/revoke-prefix/dyn/creds", { method: "PUT" }]],
    ["a prefix with a slash", () => ["sys/leases/revoke-prefix/dyn/", { method: "PUT" }]],
    ["an older prefix", () => ["sys/revoke-prefix/dyn", { method: "PUT" }]],
    ["force", () => ["sys/leases/revoke-force/dyn", { method: "POST" }]],
    ["another spelling of the path", () => ["sys//leases/revoke%2Dforce/dyn/", { method: "POST" }]],
    ["the end of the mount", () => ["sys/mounts/dyn", { method: "DELETE" }]],
    ["a namespace in front", () => ["team/sys/leases/revoke-prefix/dyn", { method: "PUT" }]],
  ];

  it.each(revocations)("of a lease by %s", async (_name, request) => {
    const { asAgent } = setUp();
    const lease = String(told(await asAgent("dyn/creds/a"))["lease_id"]);
    await asAgent("other/creds/a");
    await asAgent(...request(lease));
    expect([hit(await asAgent("dyn/creds/a")), hit(await asAgent("other/creds/a"))]).toEqual([false, true]);
  });

  it("a lease of a name that only begins alike stays", async () => {
    const { asAgent } = setUp();
    await asAgent("dyn/creds/abc");
    await asAgent("sys/leases/revoke-prefix/dyn/creds/ab", { method: "PUT" });
    expect(hit(await asAgent("dyn/creds/abc"))).toBe(true);
  });

  it.each([
    ["revoke", (token: string) => post({ token })],
    ["revoke-accessor", (token: string) => post({ accessor: `accessor-of-${token}` })],
  ])("of a token by %s, with its leases, its children and theirs", async (path, how) => {
    const { ask, asAgent } = setUp();
    const token = tokenOf(await ask("auth/x/login", post({})));
    const child = tokenOf(await ask("auth/token/create", { ...post({}), token }));
    await ask("dyn/creds/a", { token });
    await ask("dyn/creds/a", { token: child });
    await asAgent("dyn/creds/a");
    await asAgent(`auth/token/${path}`, how(token));
    expect(hit(await ask("auth/x/login", post({})))).toBe(false);
    for (const dead of [token, child]) expect((await ask("dyn/creds/a", { token: dead })).status).toBe(403);
    expect(hit(await asAgent("dyn/creds/a"))).toBe(true);
  });

  it("revoke-self, by whoever it is", async () => {
    const { ask, asAgent, agent } = setUp();
    await asAgent("dyn/creds/a");
    await ask("auth/token/revoke-self", { method: "POST", token: agent });
    expect((await asAgent("dyn/creds/a")).status).toBe(403);
  });

  it("revoke-orphan leaves the children, who keep their leases", async () => {
    const { ask, asAgent } = setUp();
    const token = tokenOf(await ask("auth/x/login", post({})));
    const child = tokenOf(await ask("auth/token/create", { ...post({}), token }));
    await ask("dyn/creds/a", { token });
    await ask("dyn/creds/b", { token: child });
    await asAgent("auth/token/revoke-orphan", post({ token }));
    expect((await ask("dyn/creds/a", { token })).status).toBe(403);
    expect(hit(await ask("dyn/creds/b", { token: child }))).toBe(true);
  });

  it("a revocation that is refused evicts nothing; one without an answer may have been done", async () => {
    const { ask, asAgent, server } = setUp();
    const lease = String(told(await asAgent("dyn/creds/a"))["lease_id"]);
    const revoke: Ask = { method: "PUT", body: { lease_id: lease } };
    expect((await ask("sys/leases/revoke", { ...revoke, token: "hvs.unknown" })).status).toBe(403);
    expect(hit(await asAgent("dyn/creds/a"))).toBe(true);
    server.trouble = "down";
    await expect(asAgent("sys/leases/revoke", revoke)).rejects.toThrow();
    server.trouble = undefined;
    expect(hit(await asAgent("dyn/creds/a"))).toBe(false);
  });

  it("a read of a path that is named like a revocation evicts nothing", async () => {
    const { asAgent } = setUp();
    await asAgent("dyn/creds/a");
    await asAgent("sys/leases/revoke-prefix/dyn");
    expect(hit(await asAgent("dyn/creds/a"))).toBe(true);
  });

  it("what was asked for before a revocation is not kept after it", async () => {
    const { asAgent, server } = setUp();
    let open = (): void => undefined;
    server.gate = new Promise((resolve) => {
      open = resolve;
    });
    const reading = asAgent("dyn/creds/a");
    // The revocation overtakes it; its answer may be of before.
    server.gate = undefined;
    await asAgent("sys/leases/revoke-prefix/dyn", { method: "PUT" });
    open();
    await reading;
    expect(hit(await asAgent("dyn/creds/a"))).toBe(false);
  });

  it.each([
    ["the prefix of its login", "sys/leases/revoke-prefix/auth/x/login", "PUT"],
    ["the end of its mount", "sys/auth/x", "DELETE"],
  ])("a token by %s, with its leases and children", async (_name, path, method) => {
    const { ask, asAgent, server } = setUp();
    const token = tokenOf(await ask("auth/x/login", post({})));
    const child = tokenOf(await ask("auth/token/create", { ...post({}), token }));
    for (const one of [token, child]) await ask("dyn/creds/a", { token: one });
    await asAgent(path, { method });
    for (const one of [token, child]) {
      expect(server.isAlive(one)).toBe(false);
      expect((await ask("dyn/creds/a", { token: one })).status).toBe(403);
    }
    expect(hit(await ask("auth/x/login", post({})))).toBe(false);
  });

  it("a token at the end of its renewal, with its leases", async () => {
    const { ask, server, world } = setUp();
    const token = tokenOf(await ask("auth/x/login", post({})));
    await ask("dyn/creds/a", { token });
    await world.pass(1000);
    server.endToken(token);
    await world.pass(3_600_000);
    expect((await ask("dyn/creds/a", { token })).status).toBe(403);
  });

  it("a new login of the agent's ends what the token before it held", async () => {
    const { asAgent, cache, server, agent } = setUp();
    await asAgent("dyn/creds/a");
    const next = server.login("next");
    cache.manage(new Sensitive(next), "a");
    expect(hit(await asAgent("dyn/creds/a"))).toBe(false);
    const ask = () => cache.send(asked("/v1/dyn/creds/a", { token: next, agent: true }));
    await ask();
    expect(hit(await ask())).toBe(true);
    expect(server.isAlive(agent)).toBe(true);
  });

  it.each([
    ["all", () => ({ type: "all" }) as const],
    ["the lease", (lease: string) => ({ type: "lease", value: lease, namespace: "" }) as const],
    ["the path", () => ({ type: "request_path", value: "/v1/dyn/creds", namespace: "" }) as const],
    ["the path without /v1/", () => ({ type: "request_path", value: "dyn/cr", namespace: "root" }) as const],
    ["the token", (_lease: string, token: string) => ({ type: "token", value: token, namespace: "" }) as const],
    [
      "the accessor",
      (_lease: string, token: string) =>
        ({ type: "token_accessor", value: `accessor-of-${token}`, namespace: "" }) as const,
    ],
  ])("cache-clear of %s", async (_name, cleared) => {
    const { asAgent, cache, agent } = setUp();
    const lease = String(told(await asAgent("dyn/creds/a"))["lease_id"]);
    cache.clear({ type: "lease", value: "another", namespace: "" });
    cache.clear({ type: "request_path", value: "/v1/dyn", namespace: "team" });
    expect(hit(await asAgent("dyn/creds/a"))).toBe(true);
    cache.clear(cleared(lease, agent));
    expect(hit(await asAgent("dyn/creds/a"))).toBe(false);
  });
});

describe("whatever is asked in whatever order", () => {
  const TOKENS = 6;
  const step = fc.record({
    who: fc.nat(TOKENS),
    what: fc.constantFrom(
      "creds",
      "creds",
      "creds",
      "create",
      "create-orphan",
      "login",
      "revoke",
      "revoke-self",
      "revoke-orphan",
      "revoke-accessor",
      "lease",
      "prefix",
      "force",
      "unmount",
      "clear",
    ),
    which: fc.nat(TOKENS),
    name: fc.constantFrom("a", "b"),
  });

  it("an answer that was kept is of a lease or token that lives, and of nobody else's", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const { server, cache, agent } = setUp();
        const tokens = [agent, server.login("own")];
        const leases = ["none"];
        const at = (number: number): string => tokens[number % tokens.length] ?? agent;
        for (const { who, what, which, name } of steps) {
          const token = at(who);
          const [path, how]: readonly [string, Ask] = {
            creds: [`dyn/creds/${name}`, {}] as const,
            create: ["auth/token/create", post({ name })] as const,
            "create-orphan": ["auth/token/create-orphan", post({ name })] as const,
            login: ["auth/x/login", post({ name })] as const,
            revoke: ["auth/token/revoke", post({ token: at(which) })] as const,
            "revoke-self": ["auth/token/revoke-self", post({})] as const,
            "revoke-orphan": ["auth/token/revoke-orphan", post({ token: at(which) })] as const,
            "revoke-accessor": ["auth/token/revoke-accessor", post({ accessor: `accessor-of-${at(which)}` })] as const,
            lease: ["sys/leases/revoke", post({ lease_id: leases[which % leases.length] })] as const,
            prefix: [`sys/leases/revoke-prefix/dyn/creds/${name}`, post({})] as const,
            force: ["sys/leases/revoke-force/dyn", post({})] as const,
            unmount: ["sys/mounts/dyn", { method: "DELETE" }] as const,
            clear: [`dyn/creds/${name}`, {}] as const,
          }[what];
          if (what === "clear") cache.clear({ type: "token", value: at(which), namespace: "" });
          const given = await cache.send(asked(`/v1/${path}`, { ...how, token, agent: token === agent }));
          const answer = told(given);
          const auth = answer["auth"] as { readonly client_token: string } | null | undefined;
          if (answer["lease_id"]) {
            const lease = String(answer["lease_id"]);
            leases.push(lease);
            // The lease is alive, of this very token and path, kept or not.
            expect([what, server.leases.get(lease), lease.startsWith(path)]).toEqual([what, token, true]);
          } else if (auth) {
            expect([what, server.isAlive(auth.client_token)]).toEqual([what, true]);
            if (what === "create") expect(server.tokens.get(auth.client_token)?.parent).toBe(token);
            tokens.push(auth.client_token);
          } else if (given.status === 403) expect(server.isAlive(token)).toBe(false);
        }
        cache.stop();
      }),
      { numRuns: runs(150, 20_000) },
    );
  });

  it("a child of a token that ended alone is not given to who still holds that token", async () => {
    const { cache, agent, server } = setUp();
    const create = () =>
      cache.send(asked("/v1/auth/token/create", { ...post({ name: "b" }), token: agent, agent: true }));
    await create();
    await cache.send(asked("/v1/auth/token/revoke-orphan", { ...post({ token: agent }), token: agent, agent: true }));

    expect(server.isAlive(agent)).toBe(false);
    expect((await create()).status).toBe(403);
  });

  it("two requests have one key only if they are the same request of the same holder", () => {
    const part = fc.constantFrom("", "a", "b", "ab", "1:a", "x-a", "GET");
    const request = fc.record({
      method: part,
      target: part,
      holder: part,
      body: part,
      fields: fc.array(fc.tuple(part, fc.array(part, { maxLength: 2 })), { maxLength: 2 }),
    });
    const canonical = ({
      fields,
      ...rest
    }: {
      readonly fields: readonly (readonly [string, readonly string[]])[];
    }): string => JSON.stringify({ ...rest, fields: [...new Map(fields)].sort(([a], [b]) => (a < b ? -1 : 1)) });
    fc.assert(
      fc.property(request, request, (one, two) => {
        const key = ({ method, target, holder, body, fields }: typeof one): string =>
          requestKey({ ...asked("/v1/a"), method, target, body: Buffer.from(body), fields: new Map(fields) }, holder);
        expect(key(one) === key(two)).toBe(canonical(one) === canonical(two));
      }),
      { numRuns: runs(2000, 100_000) },
    );
  });
});
