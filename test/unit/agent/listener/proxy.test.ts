import { describe, expect, it } from "@jest/globals";
import { envelope } from "../support/envelope.ts";
import { authOf, listenerConfig, opensWorlds, type Script, type World } from "./world.ts";

const open = opensWorlds();

const data: Script = () => ({ body: envelope({ data: { a: 1 } }) });
const lent = { apiProxy: { useAutoAuthToken: true as const } };

describe("what a listener passes on", () => {
  it.each(["GET", "LIST", "SCAN", "HELP", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])(
    "%s stays %s",
    async (method) => {
      const { ask, seen } = await open(data);
      expect((await ask("/v1/secret/a", { method })).status).toBe(200);
      expect(seen.map((one) => one.method)).toEqual([method]);
    },
  );

  it("path and query go along as they were sent, encoded once", async () => {
    const { ask, seen } = await open(data);
    await ask("/v1/secret/a%2Fb%20c%252Fd//e?b=2&a=%20x&a=1");
    expect(seen.map(({ url }) => url)).toEqual(["/v1/secret/a%2Fb%20c%252Fd//e?b=2&a=%20x&a=1"]);
  });

  it("a body arrives whole, with its length, also with GET and DELETE", async () => {
    const { ask, seen } = await open(data);
    for (const method of ["POST", "GET", "DELETE"]) await ask("/v1/secret/a", { method, body: '{"a":"ä"}' });
    expect(seen.map(({ body }) => body)).toEqual(['{"a":"ä"}', '{"a":"ä"}', '{"a":"ä"}']);
    expect(seen.map(({ headers }) => headers["content-length"])).toEqual(["10", "10", "10"]);
  });

  it("headers of one connection stay behind, both ways", async () => {
    const { ask, seen } = await open(() => ({
      headers: { connection: "X-Hop", "x-hop": "1", "x-kept": "1", "set-cookie": ["a=1", "b=2"] },
      body: envelope(),
    }));
    const { headers } = await ask("/v1/a", {
      headers: {
        connection: "X-Mine, close",
        "x-mine": "1",
        te: "trailers",
        "proxy-authorization": "p",
        "x-other": "2",
      },
    });
    expect(headers).toMatchObject({ "x-kept": "1", "set-cookie": ["a=1", "b=2"] });
    expect(headers).not.toHaveProperty("x-hop");
    expect(seen[0]?.headers).toMatchObject({ "x-other": "2" });
    for (const name of ["x-mine", "te", "proxy-authorization"]) expect(seen[0]?.headers).not.toHaveProperty(name);
  });

  it("the server is told who asks through the agent, and asked for plain answers", async () => {
    const { ask, seen } = await open(data);
    await ask("/v1/a", { headers: { "user-agent": "curl/8", "accept-encoding": "gzip", "x-vault-request": "no" } });
    await ask("/v1/a");
    expect(seen[0]?.headers["user-agent"]).toMatch(/^Zeroth Agent API Proxy\/\S+ \(.+\); curl\/8$/);
    expect(seen[0]?.headers["x-vault-request"]).toBe("true");
    expect(seen[0]?.headers).not.toHaveProperty("accept-encoding");
    expect(seen[1]?.headers["user-agent"]).toMatch(/^Zeroth Agent API Proxy\/\S+ \(.+\)$/);
  });

  it("the agent's namespace is for those who name none", async () => {
    const { ask, seen, server } = await open(data);
    await ask("/v1/a", { headers: { "x-vault-namespace": "mine" } });
    const other = await open(data, { vault: { address: server, tls: {}, retries: 0, namespace: "team/" } });
    await other.ask("/v1/a");
    await other.ask("/v1/a", { headers: { "x-vault-namespace": "mine" } });
    expect([...seen, ...other.seen].map(({ headers }) => headers["x-vault-namespace"])).toEqual([
      "mine",
      "team/",
      "mine",
    ]);
  });

  it("answers come back as they are; all below 400 say that they were not kept", async () => {
    const { ask } = await open(({ url }) => {
      const status = Number(url.slice(-3));
      return { status, headers: { "x-extra": "1" }, body: status === 204 ? undefined : { errors: ["no"] } };
    });
    for (const status of [200, 204, 400, 403, 404, 412, 429, 500, 503]) {
      const got = await ask(`/v1/s/${status}`);
      expect([status, got.status, got.headers["x-cache"], got.headers["x-extra"]]).toEqual([
        status,
        status,
        status < 400 ? "MISS" : undefined,
        "1",
      ]);
      if (status !== 204) expect(got.text).toBe('{"errors":["no"]}');
    }
  });

  it("no cache of the server's speaks for the agent", async () => {
    const { ask } = await open(() => ({ headers: { "x-cache": "HIT from elsewhere" }, body: envelope() }));
    expect((await ask("/v1/a")).headers["x-cache"]).toBe("MISS");
  });
});

describe("whose token", () => {
  const tokens = (one: World) => one.seen.map(({ headers }) => headers["x-vault-token"]);

  it("none without auto-auth, and the sender's own goes along", async () => {
    const one = await open(data);
    await one.ask("/v1/a");
    await one.ask("/v1/a", { headers: { "x-vault-token": "mine" } });
    expect(tokens(one)).toEqual([undefined, "mine"]);
  });

  it("the agent's where it is lent and the sender shows none", async () => {
    const one = await open(data, lent, "hvs.auto");
    await one.ask("/v1/a");
    await one.ask("/v1/a", { headers: { "x-vault-token": "" } });
    await one.ask("/v1/a", { headers: { "x-vault-token": "mine" } });
    await one.ask("/v1/a", { headers: { authorization: "Bearer mine" } });
    expect(tokens(one)).toEqual(["hvs.auto", "hvs.auto", "mine", undefined]);
    expect(one.seen[3]?.headers.authorization).toBe("Bearer mine");
  });

  it("cache.use_auto_auth_token lends it, too", async () => {
    const one = await open(data, { cache: { useAutoAuthToken: true, staticSecrets: false } }, "hvs.auto");
    await one.ask("/v1/a");
    expect(tokens(one)).toEqual(["hvs.auto"]);
  });

  it("it is not lent unless the configuration says so", async () => {
    const one = await open(data, { apiProxy: { useAutoAuthToken: false } }, "hvs.auto");
    await one.ask("/v1/a");
    expect(tokens(one)).toEqual([undefined]);
  });

  it("always the agent's where it is forced", async () => {
    const one = await open(data, { apiProxy: { useAutoAuthToken: "force" } }, "hvs.auto");
    await one.ask("/v1/a", { headers: { "x-vault-token": "mine" } });
    await one.ask("/v1/a", { headers: { authorization: "Bearer mine" } });
    expect(tokens(one)).toEqual(["hvs.auto", "hvs.auto"]);
    expect(one.seen[1]?.headers.authorization).toBeUndefined();
  });

  it("the newest one after a new login, and none before the first", async () => {
    const one = await open(data, lent);
    await one.ask("/v1/a");
    one.tokens.give("hvs.first");
    await one.ask("/v1/a");
    one.tokens.give("hvs.second");
    await one.ask("/v1/a");
    expect(tokens(one)).toEqual([undefined, "hvs.first", "hvs.second"]);
  });

  it("the agent's, when the server does not know it any more, is a matter for the logins", async () => {
    const errors = [["permission denied"], ["permission denied", "invalid token"]];
    const one = await open(
      (_seen, number) => ({ status: 403, body: { errors: errors[number % 2] } }),
      lent,
      "hvs.auto",
    );
    let doubts = 0;
    Object.assign(one.tokens, {
      doubt: () => {
        doubts += 1;
      },
    });
    for (let time = 0; time < 2; time += 1) {
      const { status, json } = await one.ask("/v1/a");
      expect([status, json.errors?.[0]]).toEqual([403, "permission denied"]);
      await one.ask("/v1/a", { headers: { "x-vault-token": "mine" } });
      await one.ask("/v1/a", { headers: { "x-vault-token": "mine" } });
    }
    expect(doubts).toBe(1);
  });

  it("two different tokens are refused, and the server is not asked", async () => {
    const one = await open(data, lent, "hvs.auto");
    const got = await one.ask("/v1/a", { headers: { "x-vault-token": ["one", "two"] } });
    expect([got.status, got.json]).toEqual([400, { errors: ["more than one token"] }]);
    expect(one.seen).toEqual([]);
  });

  it("a page of another site in a browser does not get to use it", async () => {
    const one = await open(data, lent, "hvs.auto");
    for (const site of ["cross-site", "same-site", "same-origin"]) {
      expect((await one.ask("/v1/a", { headers: { "sec-fetch-site": site } })).status).toBe(403);
    }
    expect((await one.ask("/v1/a", { headers: { "sec-fetch-site": "none" } })).status).toBe(200);
    expect(
      (await one.ask("/v1/a", { headers: { "sec-fetch-site": "cross-site", "x-vault-token": "mine" } })).status,
    ).toBe(200);
    expect(tokens(one)).toEqual(["hvs.auto", "mine"]);
  });
});

describe("answers about the agent's own token", () => {
  const about: Script = ({ url, headers, body }) => {
    const asked = JSON.parse(body || "{}").token || headers["x-vault-token"];
    if (url.includes("lookup")) return { body: envelope({ data: { id: asked, accessor: "a", ttl: 1.5 } }) };
    return { body: envelope({ auth: authOf(asked) }) };
  };

  it.each([
    ["GET", "lookup-self", undefined],
    ["POST", "lookup-self", undefined],
    ["GET", "lookup-self/", undefined],
    ["GET", "/lookup-self", undefined],
    ["POST", "lookup", "{}"],
    ["POST", "lookup", '{"token":""}'],
    ["POST", "lookup", '{"token":"hvs.auto"}'],
    ["PUT", "renew-self", undefined],
    ["POST", "renew", '{"token":"hvs.auto"}'],
    ["POST", "renew", undefined],
  ])("%s %s %s names neither the token nor its accessor", async (method, path, body) => {
    const { ask } = await open(about, lent, "hvs.auto");
    const got = await ask(`/v1/auth/token/${path}`, { method, ...(body === undefined ? {} : { body }) });
    expect(got.status).toBe(200);
    expect(got.text).not.toContain("hvs.auto");
    expect(got.json.data?.["accessor"] ?? got.json.auth?.["accessor"] ?? "").toBe("");
    if (got.json.auth) expect(got.json.auth).toMatchObject({ client_token: "", renewable: true });
    else expect(got.json.data).toEqual({ ttl: 1.5 });
  });

  it("also where a namespace precedes the path, and where the sender shows it himself", async () => {
    const { ask } = await open(about, lent, "hvs.auto");
    const shown = { headers: { "x-vault-token": "hvs.auto" } };
    expect((await ask("/v1/team/auth/token/lookup-self")).text).not.toContain("hvs.auto");
    expect((await ask("/v1/auth/token/lookup-self", shown)).text).not.toContain("hvs.auto");
    expect((await ask("/v1/auth/token/%6cookup-self")).text).not.toContain("hvs.auto");
  });

  it("another token is shown as it is", async () => {
    const { ask } = await open(about, lent, "hvs.auto");
    expect((await ask("/v1/auth/token/lookup-self", { headers: { "x-vault-token": "mine" } })).json.data?.["id"]).toBe(
      "mine",
    );
    const got = await ask("/v1/auth/token/renew", { method: "POST", body: '{"token":"other"}' });
    expect(got.json.auth?.["client_token"]).toBe("other");
  });
});

describe("what happens in between", () => {
  it("a server that cannot be reached is a 500 that says so", async () => {
    const one = await open(data, lent, "hvs.auto");
    await one.down();
    const got = await one.ask("/v1/secret/a?canary=1", { method: "POST", body: "canary" });
    expect(got.status).toBe(500);
    expect(got.json.errors?.[0]).toMatch(
      /^failed to get the response: no answer from http:\/\/127\.0\.0\.1:\d+: connection refused$/,
    );
  });

  it("a connection that is cut without an answer is one, too", async () => {
    const one = await open(() => undefined);
    expect((await one.ask("/v1/a")).json.errors?.[0]).toMatch(/^failed to get the response: /);
  });

  it("a redirect to another host is not followed, nor passed on", async () => {
    const elsewhere = await open(data);
    const one = await open(
      () => ({ status: 307, headers: { location: `${elsewhere.server}/v1/a` } }),
      lent,
      "hvs.auto",
    );
    const got = await one.ask("/v1/a");
    expect([got.status, got.headers.location]).toEqual([500, undefined]);
    expect(got.json.errors?.[0]).toContain("redirects to another place");
    expect(elsewhere.seen).toEqual([]);
  });

  it("a redirect within the server is followed once, with everything", async () => {
    const one = await open(({ url }) =>
      url === "/v1/a?x=1" ? { status: 307, headers: { location: "/v1/b?x=1" } } : { body: envelope() },
    );
    await one.ask("/v1/a?x=1", { method: "POST", body: "{}", headers: { "x-vault-token": "mine" } });
    expect(one.seen.map(({ method, url, body, headers }) => [method, url, body, headers["x-vault-token"]])).toEqual([
      ["POST", "/v1/a?x=1", "{}", "mine"],
      ["POST", "/v1/b?x=1", "{}", "mine"],
    ]);
    const loop = await open(() => ({ status: 301, headers: { location: "/v1/a" } }));
    expect((await loop.ask("/v1/a")).json.errors?.[0]).toContain("redirects twice");
  });

  it("a redirect leads neither out of the API nor into it", async () => {
    const one = await open(
      ({ url }) => ({ status: 307, headers: { location: url === "/ui" ? "/v1/secret/a" : "/ui/" } }),
      lent,
      "hvs.auto",
    );
    for (const path of ["/v1/a", "/%76%31/a", "/ui"]) {
      expect((await one.ask(path)).json.errors?.[0]).toContain("redirects to another place");
    }
    expect(one.seen.map(({ url }) => url)).toEqual(["/v1/a", "/%76%31/a", "/ui"]);
  });

  it("a server in trouble is asked again as often as configured, after waits", async () => {
    const script: Script = (_seen, number) =>
      number === 2 ? undefined : { status: number < 4 ? 503 : 200, body: envelope() };
    const one = await open(script, {}, undefined, 3);
    const waiting = one.ask("/v1/a", { method: "POST", body: "{}" });
    await one.around.until(() => one.seen.length === 4);
    expect(one.around.now()).toBeGreaterThanOrEqual(3 * 750);
    expect((await waiting).status).toBe(200);
    expect(one.seen.map(({ body }) => body)).toEqual(["{}", "{}", "{}", "{}"]);
    const never = await open(() => ({ status: 501, body: {} }), {}, undefined, 3);
    expect((await never.ask("/v1/a")).status).toBe(501);
  });

  it("without the header that a listener requires nothing is passed on", async () => {
    const one = await open(data, { ...lent, listeners: [listenerConfig({ requireRequestHeader: true })] }, "hvs.auto");
    for (const values of [undefined, "false", "True", ["true", "true"]]) {
      const got = await one.ask("/v1/a", values === undefined ? {} : { headers: { "x-vault-request": values } });
      expect([got.status, got.text]).toEqual([412, '{"errors":["missing \\"X-Vault-Request\\" header"]}\n']);
    }
    expect(one.seen).toEqual([]);
    expect((await one.ask("/v1/a", { headers: { "x-vault-request": "true" } })).status).toBe(200);
  });

  it.each([true, "force"] as const)("the agent's token goes to the API alone (%s)", async (useAutoAuthToken) => {
    const one = await open(
      ({ url }) => (url === "/" ? { status: 307, headers: { location: "/ui/" } } : { body: "<p>page</p>" }),
      { apiProxy: { useAutoAuthToken }, cache: { useAutoAuthToken: false, staticSecrets: true } },
      "hvs.auto",
    );
    const [own, page] = [{ "x-vault-token": "mine" }, { "sec-fetch-site": "same-origin" }];
    for (const path of ["/", "/ui/app.js?v=1", "/v2/a"]) {
      expect([path, (await one.ask(path, { headers: page })).text]).toEqual([path, "<p>page</p>"]);
    }
    await one.ask("/ui/", { method: "POST", headers: own, body: "{}" });
    expect(one.seen.map(({ method, url, headers }) => [method, url, headers["x-vault-token"]])).toEqual([
      ["GET", "/", undefined],
      ["GET", "/ui/", undefined],
      ["GET", "/ui/app.js?v=1", undefined],
      ["GET", "/v2/a", undefined],
      ["POST", "/ui/", useAutoAuthToken === true ? "mine" : undefined],
    ]);
  });

  it("what looks like a login outside of the API is not kept", async () => {
    const one = await open(() => ({ body: envelope({ auth: authOf("hvs.made") }) }), {
      cache: { useAutoAuthToken: false, staticSecrets: true },
    });
    await one.ask("/ui/auth/x/login", { method: "POST", body: "{}" });
    expect((await one.ask("/ui/auth/x/login", { method: "POST", body: "{}" })).headers["x-cache"]).toBe("MISS");
    expect(one.seen).toHaveLength(2);
  });

  it("other spellings of the API, and of the agent's own, are nothing's", async () => {
    const one = await open(data, lent, "hvs.auto");
    for (const path of ["/v1", "/agent/v1/nope", "//v1/a", "/V1/a", "/%76%31", "/%2Fv1/a"]) {
      expect([path, (await one.ask(path)).status]).toEqual([path, 404]);
    }
    expect(one.seen).toEqual([]);
  });
});
