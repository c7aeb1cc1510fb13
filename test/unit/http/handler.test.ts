import { describe, expect, it } from "@jest/globals";
import { createHttpHandler } from "../../../src/http/index.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { answer, request, serve } from "./fixtures.ts";

const PATCH = { "content-type": "application/merge-patch+json" };

describe("the method", () => {
  it.each([
    ["GET", "read"],
    ["LIST", "list"],
    ["POST", "update"],
    ["PUT", "update"],
    ["PATCH", "patch"],
    ["DELETE", "delete"],
    ["HEAD", "header"],
    ["HELP", "help"],
    ["SCAN", "scan"],
  ])("%s asks to %s", async (method, verb) =>
    expect((await serve(request(method, "/v1/kv/a", { headers: PATCH }))).decoded?.verb).toBe(verb),
  );
  it.each(["COPY", "TRACE", "get", "MOVE", "OPTIONS", "__proto__", "constructor", ""])(
    "%j is a 405 with an empty error list, whatever the path and token",
    async (method) => {
      const served = await serve(request(method, "/v1/kv/a", { headers: { "x-vault-namespace": "x" } }));
      expect([served.status, served.text, served.decoded]).toEqual([405, '{"errors":[]}\n', undefined]);
    },
  );
  it("is not overridden by a header", async () => {
    const headers = { "x-http-method-override": "DELETE", "x-http-method": "DELETE" };
    expect((await serve(request("GET", "/v1/kv/a", { headers }))).decoded?.verb).toBe("read");
  });
  it("HEAD never gets a body", async () => expect((await serve(request("HEAD", "/v1/kv/a"))).text).toBe(""));
});

describe("a listing", () => {
  it.each(["1", "t", "T", "true", "TRUE", "True"])("is asked by GET with list=%s", async (value) => {
    const { decoded } = await serve(request("GET", "/v1/kv/a", { query: `list=${value}&zz=1` }));
    expect([decoded?.verb, decoded?.path, decoded?.data]).toEqual(["list", "kv/a/", { zz: "1" }]);
  });
  it.each(["0", "f", "F", "false", ""])("is not asked by list=%s, which stays data", async (value) => {
    const { decoded } = await serve(request("GET", "/v1/kv/a", { query: `list=${value}` }));
    expect([decoded?.verb, decoded?.path, decoded?.data]).toEqual(["read", "kv/a", { list: value }]);
  });
  it.each(["yes", "2", "tRue", "1;drop", "on"])("with list=%s is a 400 with an empty error list", async (value) => {
    const served = await serve(request("GET", "/v1/kv/a", { query: `list=${value}` }));
    expect([served.status, served.text]).toEqual([400, '{"errors":[]}\n']);
  });
  it.each(["1", "true", "T"])("of everything below is asked by GET with scan=%s", async (value) => {
    const { decoded } = await serve(request("GET", "/v1/kv/a", { query: `scan=${value}&zz=1` }));
    expect([decoded?.verb, decoded?.path, decoded?.data]).toEqual(["scan", "kv/a/", { zz: "1" }]);
  });
  it.each(["scan=banana", "scan=2", "scan=true&list=true", "list=banana&scan=true"])(
    "with %s is a 400 with an empty error list",
    async (query) => {
      const served = await serve(request("GET", "/v1/kv/a", { query }));
      expect([served.status, served.text]).toEqual([400, '{"errors":[]}\n']);
    },
  );
  it("of everything below may not be one level, and the other way round", async () => {
    const { decoded } = await serve(request("GET", "/v1/kv/a", { query: "scan=true&list=false" }));
    expect([decoded?.verb, decoded?.data]).toEqual(["scan", { list: "false" }]);
  });
  it("by verb keeps a list parameter as data", async () =>
    expect((await serve(request("LIST", "/v1/kv/", { query: "list=true" }))).decoded).toMatchObject({
      path: "kv/",
      data: { list: "true" },
    }));
  it.each(["POST", "DELETE"])("is not asked by list=true on %s", async (method) =>
    expect((await serve(request(method, "/v1/kv/a", { query: "list=true" }))).decoded?.verb).not.toBe("list"),
  );
});

describe("the data of a request", () => {
  it("is the query of a read: text once, a list several times", async () =>
    expect((await serve(request("GET", "/v1/a", { query: "a=1&b=x+y%26&a=2&c&help=" }))).decoded?.data).toEqual({
      a: ["1", "2"],
      b: "x y&",
      c: "",
    }));
  it("is the query of a deletion, whose body does not count", async () =>
    expect((await serve(request("DELETE", "/v1/a", { query: "v=1", body: '{"broken' }))).decoded?.data).toEqual({
      v: "1",
    }));
  it("is the body of a write, whose query does not count", async () =>
    expect((await serve(request("POST", "/v1/a", { query: "ttl=1h", body: '{"x":1}' }))).decoded?.data).toEqual({
      x: 1,
    }));
  it("keeps __proto__ of a query as a name", async () =>
    expect(Object.keys((await serve(request("GET", "/v1/a", { query: "__proto__=1" }))).decoded?.data ?? {})).toEqual([
      "__proto__",
    ]));
  it.each(["a=%zz", "%ff=1"])("is refused for the query %s", async (query) =>
    expect((await serve(request("GET", "/v1/a", { query }))).status).toBe(400),
  );
});

describe("help", () => {
  it.each([
    ["GET", "help=1"],
    ["POST", "help=x"],
    ["HELP", ""],
  ])("is asked by %s with %j", async (method, query) =>
    expect((await serve(request(method, "/v1/sys/mounts", { query, body: "not json" }))).decoded?.verb).toBe("help"),
  );
  it("outside of the API says what is missing", async () => {
    const served = await serve(request("GET", "/sys/mounts", { query: "help=1" }));
    expect([served.status, served.text]).toEqual([404, expect.stringContaining("path-help")]);
  });
});

describe("the token", () => {
  const token = async (headers: Record<string, string | string[]>) =>
    (await serve(request("GET", "/v1/a", { headers }))).decoded?.token?.reveal();
  it("is X-Vault-Token", async () =>
    expect(await token({ "x-vault-token": "A", authorization: "Bearer B" })).toBe("A"));
  it("is the bearer where the other is empty", async () =>
    expect(await token({ "x-vault-token": "", authorization: "Bearer   B  " })).toBe("B"));
  it.each(["bearer B", "BEARER B", "Basic B", "B", "Bearer", "Bearer ", "Bearer\tB"])(
    "is none in %j",
    async (authorization) => expect(await token({ authorization })).toBeUndefined(),
  );
  it("sent twice is neither of the two", async () => expect(await token({ "x-vault-token": ["A", "B"] })).toBe("A,B"));
  it("is not among the headers a backend sees", async () => {
    const headers = { "x-vault-token": "A", authorization: "Bearer B", "x-other": "o" };
    expect((await serve(request("GET", "/v1/a", { headers }))).decoded?.headers).toEqual({ "x-other": ["o"] });
  });
});

describe("the wrap header", () => {
  const asked = (value: string) => serve(request("GET", "/v1/a", { headers: { "x-vault-wrap-ttl": value } }));
  it.each([
    ["60", 60],
    ["5m", 300],
    ["2d", 172800],
  ])("%s is %d seconds", async (value, wanted) => expect((await asked(value)).decoded?.wrapTtl).toBe(wanted));
  it.each(["0", "", " "])("%j asks for nothing", async (value) =>
    expect((await asked(value)).decoded?.wrapTtl).toBeUndefined(),
  );
  it.each(["-5", "-0.5s", "-1"])("%s is refused as negative", async (value) =>
    expect((await asked(value)).body).toEqual({
      errors: ["error parsing X-Vault-Wrap-TTL header: requested wrap ttl cannot be negative"],
    }),
  );
  it.each(["1e9", "abc", "60s\u00a0"])("%j is refused", async (value) => {
    const served = await asked(value);
    expect([served.status, served.text]).toEqual([
      400,
      expect.stringContaining("error parsing X-Vault-Wrap-TTL header: "),
    ]);
  });
  it("knows one format", async () => {
    const headers = (format: string) => ({ "x-vault-wrap-ttl": "1m", "x-vault-wrap-format": format });
    const formats = ["jwt", "nonsense"].map(
      async (format) => (await serve(request("GET", "/v1/a", { headers: headers(format) }))).decoded?.wrapFormat,
    );
    expect(await Promise.all(formats)).toEqual(["jwt", ""]);
  });
});

describe("other headers", () => {
  it.each(["/", "root", "root/", "/root/"])("the namespace %s is the root and is echoed", async (name) => {
    const served = await serve(request("GET", "/v1/a", { headers: { "x-vault-namespace": name } }));
    expect([served.status, served.headers["x-vault-namespace"]]).toEqual([200, name]);
  });
  it("no other namespace exists", async () => {
    const served = await serve(request("GET", "/v1/a", { headers: { "x-vault-namespace": "../" } }));
    expect([served.status, served.text, served.headers["x-vault-namespace"]]).toEqual([
      404,
      '{"errors":["namespace not found"]}\n',
      undefined,
    ]);
  });
  it.each([
    ["", "name or ID"],
    [":x", "name or ID"],
    ["m:", "value"],
  ])("MFA %j is refused", async (value, missing) =>
    expect((await serve(request("GET", "/v1/a", { headers: { "x-vault-mfa": value } }))).body).toEqual({
      errors: [`failed to parse X-Vault-MFA header: invalid data in header "X-Vault-MFA"; missing method ${missing}`],
    }),
  );
  it.each(["m", "m:code", "x:y:z"])("MFA %j is accepted", async (value) =>
    expect((await serve(request("GET", "/v1/a", { headers: { "x-vault-mfa": value } }))).status).toBe(200),
  );
  it("a policy override must be a boolean", async () =>
    expect((await serve(request("GET", "/v1/a", { headers: { "x-vault-policy-override": "maybe" } }))).status).toBe(
      400,
    ));
  it.each(["gzip", "br", "deflate, gzip"])("a body encoded as %s is refused", async (encoding) => {
    const headers = { "content-encoding": encoding };
    expect((await serve(request("POST", "/v1/a", { headers, body: "{}" }))).status).toBe(415);
  });
});

describe("the path", () => {
  it.each(["/v1/a\0", "/v1/a\u2028", "/g-nosuch\0"])("%j is a 400 before anything else", async (path) => {
    const served = await serve(request("COPY", path));
    expect([served.status, served.body]).toEqual([400, { errors: ["path contains unprintable characters"] }]);
  });
  it.each(["POST", "PUT", "PATCH"])("must not end in a slash on %s", async (method) => {
    const served = await serve(request(method, "/v1/kv/a/", { headers: PATCH, body: "{}" }));
    expect(served.body).toEqual({ errors: ["cannot write to a path ending in '/'"] });
  });
  it.each(["GET", "DELETE"])("may end in a slash on %s", async (method) =>
    expect((await serve(request(method, "/v1/kv/a/"))).decoded?.path).toBe("kv/a/"),
  );
  it("outside of the API is a 404 with an empty error list", async () => {
    const served = await serve(request("GET", "/v2/x"));
    expect([served.status, served.text, served.headers["content-type"]]).toEqual([
      404,
      '{"errors":[]}\n',
      "application/json",
    ]);
  });
});

describe("sizes", () => {
  it("a body beyond the limit is a 413", async () => {
    const served = await serve(request("POST", "/v1/a", { body: "x".repeat(100_001) }));
    expect([served.status, served.text]).toEqual([413, '{"errors":["http: request body too large"]}\n']);
  });
  it("V69: a shown token lets no heavier body be parsed: it stays unread until the token is known", async () => {
    const body = `{${Array.from({ length: 1500 }, (_, i) => `"k${i}":1`).join(",")}}`;
    const without = await serve(request("POST", "/v1/a", { body }));
    const withOne = await serve(request("POST", "/v1/a", { body, headers: { "x-vault-token": "t" } }));
    expect([without.status, withOne.status]).toEqual([400, 200]);
    expect(withOne.decoded?.data).toEqual({});
    expect(Object.keys(withOne.decoded?.unread?.read() ?? {})).toHaveLength(1500);
  });
});

describe("what goes wrong", () => {
  it("in the program's own words is a 500 that says nothing but an id", async () => {
    const served = await serve(request("GET", "/v1/a"), {
      handle: async () => {
        throw new Error("zs3ntinel-9f1c at /srv/app.ts:1");
      },
    });
    expect([served.status, served.body]).toEqual([
      500,
      { errors: ["internal error"], request_id: served.decoded?.requestId },
    ]);
  });
  it("is told to the operator", async () => {
    const told: unknown[] = [];
    const failure = new Error("x");
    const handler = createHttpHandler({
      random: systemRandom,
      core: { admit: async () => undefined, handle: () => Promise.reject(failure) },
      report: (error) => told.push(error),
    });
    await handler(request("GET", "/v1/a"));
    expect(told).toEqual([failure]);
  });
  it("is left to the adapter where it is meant for it", async () => {
    const failure = new Error("forward");
    const handler = createHttpHandler({
      random: systemRandom,
      core: { admit: async () => undefined, handle: () => Promise.reject(failure) },
      rethrow: (error) => error === failure,
    });
    await expect(handler(request("GET", "/v1/a"))).rejects.toBe(failure);
  });
});

describe("cross-origin requests", () => {
  const settings = { origins: ["https://g.example"], headers: ["X-G"] };
  const cors = async () => settings;
  const from = (method: string, origin: string, wanted?: string) =>
    request(method, "/v1/sys/mounts", {
      headers: { origin, ...(wanted === undefined ? {} : { "access-control-request-method": wanted }) },
    });
  it("from an allowed origin are told so", async () =>
    expect((await serve(from("GET", "https://g.example"), { cors })).headers).toMatchObject({
      "access-control-allow-origin": "https://g.example",
      vary: "Origin",
    }));
  it("are told so on errors as well", async () => {
    const handle = async () => answer();
    const served = await serve(from("GET", "https://g.example"), { cors, handle });
    expect([served.status, served.headers["vary"]]).toEqual([404, "Origin"]);
  });
  it.each(["https://evil.example", "https://G.EXAMPLE", "null"])(
    "from %s are refused before the program",
    async (origin) => {
      const served = await serve(from("GET", origin), { cors });
      expect([served.status, served.body, served.decoded, served.headers["access-control-allow-origin"]]).toEqual([
        403,
        { errors: ["origin not allowed"] },
        undefined,
        undefined,
      ]);
    },
  );
  it.each(["GET", "PUT", "POST", "DELETE", "LIST"])(
    "get a preflight for %s answered without a token",
    async (wanted) => {
      const served = await serve(from("OPTIONS", "https://g.example", wanted), { cors });
      expect([served.status, served.text, served.headers["access-control-max-age"]]).toEqual([200, "", "300"]);
    },
  );
  it.each(["COPY", undefined])("get a preflight for %s refused", async (wanted) => {
    const served = await serve(from("OPTIONS", "https://g.example", wanted), { cors });
    expect([served.status, served.text]).toEqual([405, ""]);
  });
  it("may come from anywhere if `*` is the only origin", async () => {
    const any = async () => ({ origins: ["*"], headers: [] });
    const served = await serve(from("GET", "https://any.example"), { cors: any });
    expect(served.headers["access-control-allow-origin"]).toBe("https://any.example");
  });
  it("are ordinary requests while it is off", async () => {
    const served = await serve(from("GET", "https://evil.example"), { cors: async () => undefined });
    expect([served.status, served.headers["access-control-allow-origin"]]).toEqual([200, undefined]);
  });
});

describe("every response", () => {
  it.each([
    ["success", request("GET", "/v1/a")],
    ["refusal", request("POST", "/v1/a", { body: "{" })],
    ["unknown method", request("COPY", "/v1/a")],
    ["unprintable path", request("GET", "/v1/a\0")],
    ["foreign path", request("GET", "/x")],
  ])("carries the standard headers: %s", async (_, asked) =>
    expect((await serve(asked)).headers).toMatchObject({
      "content-type": "application/json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "strict-transport-security": "max-age=31536000; includeSubDomains",
    }),
  );
});
