import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { amzDate, boundWorld, failure, goodHeaders, type HeaderObject, loginBody, NOW, wireOf } from "./support.ts";

const b64 = (text: string): string => Buffer.from(text).toString("base64");
const MINUTE = 60_000;

/** A login that must be refused with this text before anything is sent. */
const refused = async (body: Parameters<Awaited<ReturnType<typeof boundWorld>>["login"]>[0]) => {
  const world = await boundWorld();
  const { code, wire } = await failure(world.login(body));
  expect(code).toBe("invalid_request");
  expect(world.sent).toEqual([]);
  return wire;
};

describe("which type of login is meant", () => {
  it.each([
    [{ iam_http_request_method: "POST", iam_request_url: "eA==" }, "didn't supply required authentication values"],
    [{}, "didn't supply required authentication values"],
    [{ ...loginBody(), pkcs7: "" }, "supplied auth values for both ec2 and iam auth types"],
    [{ ...loginBody(), identity: "e30=", signature: "AA==" }, "supplied auth values for both ec2 and iam auth types"],
  ])("follows from the presence of fields alone (%#)", async (body, wire) => {
    const world = await boundWorld();
    expect(await wireOf(world.request("update", "login", body))).toBe(wire);
  });

  it("takes pkcs7 with some of the signed request's fields for EC2, and ignores those", async () => {
    const world = await boundWorld();
    const answer = world.request("update", "login", { pkcs7: "x", iam_http_request_method: "POST" });
    expect(await wireOf(answer)).toBe("failed to decode the PEM encoded PKCS#7 signature");
  });
});

describe("method, URL and body", () => {
  it.each([
    [{ method: "" }, "missing iam_http_request_method"],
    [{ method: "post" }, "invalid iam_http_request_method; currently only 'GET' and 'POST' are supported"],
    [{ method: "PUT" }, "invalid iam_http_request_method; currently only 'GET' and 'POST' are supported"],
    [{ method: "POST " }, "invalid iam_http_request_method; currently only 'GET' and 'POST' are supported"],
    [{ url: "" }, "missing iam_request_url"],
    [{ url: "https://sts.amazonaws.com/?Action=GetCallerIdentity" }, "invalid request"],
    [{ url: "https://sts.amazonaws.com/?X-Amz-Signature=00" }, "invalid request"],
    [{ body: "" }, "missing iam_request_body"],
    [{ headers: {} }, "missing iam_request_headers"],
  ])("%j is refused with Vault's text", async (given, wire) => {
    expect(await refused(given)).toBe(wire);
  });

  it("refuses what is not base64", async () => {
    expect(await refused({ ...loginBody(), iam_request_url: "%%%" })).toBe("failed to base64 decode iam_request_url");
    expect(await refused({ ...loginBody(), iam_request_body: "A===" })).toBe(
      "failed to base64 decode iam_request_body",
    );
  });

  it("reads base64 that was wrapped in lines", async () => {
    const world = await boundWorld();
    const body = loginBody({ role: "app" });
    const wrapped = String(body["iam_request_body"]).replace(/(.{20})/g, "$1\n");
    await expect(world.login({ ...body, iam_request_body: wrapped })).resolves.toMatchObject({
      displayName: "app/box",
    });
  });

  it.each([
    "https://evil.example/",
    "https://sts.amazonaws.com.evil.example/",
    "https://sts.amazonaws.com@evil.example/",
    "https://evil.example#sts.amazonaws.com/",
    "https://evil.example\\@sts.amazonaws.com/",
    "https:\\\\sts.amazonaws.com\\",
    "//sts.amazonaws.com/",
    "http://sts.amazonaws.com/",
    "https://sts.amazonaws.com:8443/",
    "https://user:pw@sts.amazonaws.com/",
    "https://sts.amazonaws.com/..//",
    "https://sts.amazonaws.com/%2e%2e/",
    "https://STS.amazonaws.com/",
    "https://sts.amazonaws.com./",
    "https://sts.us-east-1.amazonaws.com.evil.example/",
    "https://sts.us-east-1.amazonaws.com.cn/",
    "https://sts.eu-west-1.amazonaws.com/",
    "https://vpce-1.sts.us-east-1.vpce.amazonaws.com/",
    "https://sts.аmazonaws.com/",
    "https://169.254.169.254/",
    "https://2852039166/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_x",
    "sts.amazonaws.com",
  ])("V09 URL confusion: %s is not an endpoint of STS", async (url) => {
    expect(await refused({ url, role: "app" })).toBe("invalid request");
  });

  it.each(["https://sts.amazonaws.com/\r\nHost: evil", "https://sts.amazonaws .com/", "https://sts\u0000/"])(
    "a URL with control characters or blanks does not parse (%#)",
    async (url) => {
      expect(await refused({ url })).toBe("error parsing iam_request_url");
    },
  );

  it.each([
    "Action=AssumeRole&Version=2011-06-15",
    "Action=GetCallerIdentity&Action=AssumeRole&Version=2011-06-15",
    "Action=AssumeRole&Action=GetCallerIdentity&Version=2011-06-15",
    "Action=GetCallerIdentity&Version=2011-06-15&Foo=1",
    "Action=GetCallerIdentity;Version=2011-06-15",
    "Action=GetCallerIdentity%26Action=AssumeRole&Version=2011-06-15",
    "Action[]=GetCallerIdentity&Version=2011-06-15",
    "action=GetCallerIdentity&Version=2011-06-15",
    "Action=GetCallerIdentity&Version=2011-06-15\n",
    "Version=2011-06-15",
    "Action=GetCallerIdentity",
    '{"Action":"GetCallerIdentity"}',
  ])("V01(a) V07 body smuggling: %s", async (body) => {
    expect(await refused({ body, role: "app" })).toBe("iam request body is invalid");
  });

  it("takes the two parameters in either order", async () => {
    const world = await boundWorld();
    await world.login({ role: "app", body: "Version=2011-06-15&Action=GetCallerIdentity" });
    expect(world.sent[0]?.body).toBe("Version=2011-06-15&Action=GetCallerIdentity");
  });
});

const withHeader = (name: string, value: string | number | string[]): HeaderObject => ({
  ...goodHeaders(),
  [name]: value,
});
const authorization = (change: (text: string) => string): HeaderObject => {
  const headers = goodHeaders();
  return { ...headers, Authorization: [change(String(headers["Authorization"]))] };
};

describe("shapes of the headers", () => {
  const headers = { ...goodHeaders(), "Content-Length": 43, "X-Amz-Date": amzDate(NOW) };

  it.each([
    ["base64 of an object", (h: HeaderObject) => b64(JSON.stringify(h))],
    ["an object as text", (h: HeaderObject) => JSON.stringify(h)],
    ["an object", (h: HeaderObject) => h],
    ["a list of lines", (h: HeaderObject) => Object.entries(h).map(([name, value]) => `${name}:${value}`)],
  ])("%s is understood", async (_, shape) => {
    const world = await boundWorld();
    await world.login({ ...loginBody({ role: "app" }), iam_request_headers: shape(headers) });
    expect(world.sent).toHaveLength(1);
  });

  it.each([
    ["%%%"],
    [b64("[]")],
    [b64('"x"')],
    [b64("{")],
    [b64('{"a":{"b":"c"}}')],
    [b64('{"a":true}')],
    [b64('{"Host":["a"],"Host":["b"]}')],
    [["no colon"]],
    [[1]],
    [7],
    [true],
    ["[".repeat(20000)],
    [b64("[".repeat(8000))],
  ])("anything else is a conversion error (%#)", async (value) => {
    const world = await boundWorld();
    const wire = await wireOf(world.request("update", "login", { ...loginBody(), iam_request_headers: value }));
    expect(wire).toMatch(/error converting input for field "iam_request_headers": /);
  });

  it("never throws anything but a refusal, whatever is sent", async () => {
    const world = await boundWorld();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.string().map(b64), fc.json().map(b64)), async (value) => {
        const body = { ...loginBody({ role: "app" }), iam_request_headers: JSON.parse(JSON.stringify(value)) };
        expect((await failure(world.request("update", "login", body))).code).toBe("invalid_request");
      }),
      { numRuns: 300 },
    );
    expect(world.sent).toEqual([]);
  });
});

describe("headers of a login", () => {
  it.each([
    ["X-Amz-Mallory-Header", "x", "X-Amz-Mallory-Header"],
    ["x-amz-target", "AWSSecurityTokenServiceV20110615.AssumeRole", "X-Amz-Target"],
    ["Accept", "application/json", "Accept"],
    ["Content-Encoding", "gzip", "Content-Encoding"],
    ["Transfer-Encoding", "chunked", "Transfer-Encoding"],
    ["X-Forwarded-Host", "evil.example", "X-Forwarded-Host"],
    ["Expect", "100-continue", "Expect"],
    ["X-HTTP-Method-Override", "GET", "X-Http-Method-Override"],
  ])("V01(b) %s: %s steers, and is refused by name", async (name, value, shown) => {
    expect(await refused({ headers: withHeader(name, value), role: "app" })).toBe(`invalid request header: ${shown}`);
  });

  it("S16 refuses a signature over a header that another service's logins carry", async () => {
    const signed = "host;x-amz-date;x-k8s-aws-id";
    const headers = { ...goodHeaders("us-east-1", NOW, signed), "x-k8s-aws-id": "cluster" };
    expect(await refused({ headers, role: "app" })).toBe("invalid request header: X-K8s-Aws-Id");
  });

  it.each([
    ["CR LF", { "X-Amz-Date": ["20260304T050607Z\r\nX-Evil: 1"] }],
    ["NUL", { "User-Agent": ["a\u0000b"] }],
    ["characters that Latin-1 truncates to CR LF", { "User-Agent": ["a\u010d\u010aX-Evil: 1"] }],
    ["a leading blank", { "User-Agent": [" a"] }],
    ["a trailing blank", { "User-Agent": ["a "] }],
    ["a folded line", { "User-Agent": ["a\r\n b"] }],
    ["two values", { "X-Amz-Date": [amzDate(NOW), amzDate(NOW)] }],
    ["no value", { "X-Amz-Date": [] }],
    ["a name in two cases", { "x-amz-date": [amzDate(NOW)] }],
    ["a name with a blank", { "X Evil": ["1"] }],
    ["a name with a line end", { "X-Evil\r\nHost": ["1"] }],
    ["an empty name", { "": ["1"] }],
    ["20 KB", { "X-Amz-Security-Token": ["x".repeat(20_000)] }],
  ])("S10 header smuggling by %s", async (_, extra) => {
    expect(await refused({ headers: { ...goodHeaders(), ...extra }, role: "app" })).toBe("invalid request");
  });

  it("S10 refuses more than 64 of them", async () => {
    const many = Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`X-Many-${n}`, ["v"]]));
    expect(await refused({ headers: { ...goodHeaders(), ...many }, role: "app" })).toBe("invalid request");
  });

  it.each([
    ["a foreign host", "Host", "evil.example"],
    ["another length", "Content-Length", "5"],
    ["another hash", "X-Amz-Content-Sha256", "0".repeat(64)],
    ["another content type", "Content-Type", "application/json"],
  ])("refuses %s in addition to the one that follows from the request", async (_, name, value) => {
    expect(await refused({ headers: withHeader(name, [value]), role: "app" })).toBe("invalid request");
  });

  it.each([
    ["is missing", (): HeaderObject => ({ "X-Amz-Date": amzDate(NOW) }), "region missing from Authorization header"],
    [
      "has no scope",
      () => authorization(() => "AWS4-HMAC-SHA256 Signature=00"),
      "region missing from Authorization header",
    ],
    ["has no signature", () => authorization((t) => t.replace(/, Signature.*/, "")), "invalid request"],
    [
      "names its headers twice",
      () => authorization((t) => t.replace("SignedHeaders", "SignedHeaders=host, SignedHeaders")),
      "invalid request",
    ],
    [
      "is of another algorithm",
      () => authorization((t) => t.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")),
      "invalid request",
    ],
    ["is of another service", () => authorization((t) => t.replace("/sts/", "/iam/")), "invalid request"],
    ["does not sign the host", () => authorization((t) => t.replace("host;", "")), "invalid request"],
    ["does not sign the date", () => authorization((t) => t.replace(";x-amz-date", "")), "invalid request"],
    [
      "is in upper-case hex",
      () => authorization((t) => t.replace(/Signature=.*/, `Signature=${"AB".repeat(32)}`)),
      "invalid request",
    ],
    [
      "is of another day than its date",
      () => authorization((t) => t.replace("/20260304/", "/20260303/")),
      "invalid request",
    ],
  ])("refuses an Authorization that %s", async (_, headers, wire) => {
    expect(await refused({ headers: headers(), role: "app" })).toBe(wire);
  });

  it("takes an Authorization that was split at its commas", async () => {
    const world = await boundWorld();
    const headers = goodHeaders();
    headers["Authorization"] = String(headers["Authorization"]).split(", ");
    await world.login({ headers, role: "app" });
    expect(world.sent).toHaveLength(1);
  });
});

describe("the region of a signature", () => {
  it.each([
    "us-east-1.evil.example",
    "us-east-1@evil.example",
    "evil.example/x#",
    "../../x",
    "us-east-1%2eevil",
    "US-EAST-1",
    "us-east-1\n",
    "",
    "xx-nowhere-9",
    "us-gov-west-1",
    "cn-north-1",
  ])("V05 S14 %j is nowhere we connect to", async (region) => {
    const world = await boundWorld();
    const { code } = await failure(world.login({ headers: goodHeaders(region), role: "app" }));
    expect(code).toBe("invalid_request");
    expect(world.sent).toEqual([]);
  });

  it("is said when it is well written but unknown", async () => {
    expect(await refused({ headers: goodHeaders("xx-nowhere-9"), role: "app" })).toBe(
      "unable to get regional STS endpoint for region: xx-nowhere-9",
    );
  });

  it.each([
    ["us-east-1", "https://sts.amazonaws.com/", "sts.amazonaws.com"],
    ["us-east-1", "https://sts.us-east-1.amazonaws.com", "sts.us-east-1.amazonaws.com"],
    ["eu-west-1", "https://sts.eu-west-1.amazonaws.com/", "sts.eu-west-1.amazonaws.com"],
    ["us-west-2", "https://sts-fips.us-west-2.amazonaws.com/", "sts-fips.us-west-2.amazonaws.com"],
  ])("%s with %s connects to %s", async (region, url, host) => {
    const world = await boundWorld();
    await world.login({ url, headers: goodHeaders(region), role: "app" });
    expect(world.sent[0]).toMatchObject({ endpoint: host, host });
  });

  it("is that of a configured endpoint, which is connected to under the name that was signed", async () => {
    const world = await boundWorld();
    const sts_endpoint = "https://vpce-0a1b-c2.sts.eu-west-1.vpce.amazonaws.com";
    await world.write("config/client", { sts_endpoint });
    await world.login({ url: "https://sts.eu-west-1.amazonaws.com/", headers: goodHeaders("eu-west-1"), role: "app" });
    expect(world.sent[0]).toMatchObject({
      endpoint: "vpce-0a1b-c2.sts.eu-west-1.vpce.amazonaws.com",
      host: "sts.eu-west-1.amazonaws.com",
    });
    expect(await wireOf(world.login({ role: "app" }))).toBe("invalid request");
  });
});

describe("the date of a signature", () => {
  it.each([0, -4, -9.9, -10, 3.9, 4])("S18 %d minutes from now is taken", async (minutes) => {
    const world = await boundWorld();
    const headers = goodHeaders("us-east-1", NOW + minutes * MINUTE);
    await expect(world.login({ headers, role: "app" })).resolves.toBeDefined();
  });

  it.each([-1440, -16, -15, -10.1, 4.1, 5, 14, 16, 1440])(
    "S18 %d minutes from now is refused unsent",
    async (minutes) => {
      const headers = goodHeaders("us-east-1", NOW + minutes * MINUTE);
      expect(await refused({ headers, role: "app" })).toMatch(/^signed request is too old or too new/);
    },
  );

  it.each(["yesterday", "20260230T050607Z", "20260304T050607", "2026-03-04T05:06:07Z"])(
    "%s is not a date",
    async (date) => {
      expect(await refused({ headers: withHeader("X-Amz-Date", [date]), role: "app" })).toBe("invalid request");
    },
  );

  it("cannot be left out", async () => {
    const { "X-Amz-Date": _, ...headers } = goodHeaders();
    expect(await refused({ headers, role: "app" })).toBe("invalid request");
  });
});

describe("the server id", () => {
  const SIGNED = "host;x-amz-date;x-vault-aws-iam-server-id";
  const guarded = async () => {
    const world = await boundWorld();
    await world.write("config/client", { iam_server_id_header_value: "vault.example.com" });
    return world;
  };
  const carrying = (name: string, value: string, signed = SIGNED): HeaderObject => ({
    ...goodHeaders("us-east-1", NOW, signed),
    [name]: value,
  });

  it.each(["X-Vault-AWS-IAM-Server-ID", "x-VAULT-aws-iam-server-id"])(
    "%s with the value, signed, passes",
    async (name) => {
      const world = await guarded();
      await world.login({ headers: carrying(name, "vault.example.com"), role: "app" });
      expect(world.sent[0]?.headers).toMatchObject({ "x-vault-aws-iam-server-id": "vault.example.com" });
    },
  );

  it.each([
    [goodHeaders(), 'missing header "X-Vault-AWS-IAM-Server-ID"'],
    [carrying("X-Vault-AWS-IAM-Server-ID", "other"), 'expected "vault.example.com" but got "other"'],
    [
      carrying("X-Vault-AWS-IAM-Server-ID", "VAULT.example.com"),
      'expected "vault.example.com" but got "VAULT.example.com"',
    ],
    [carrying("X-Vault-AWS-IAM-Server-ID", "vault.example.com", "host;x-amz-date"), "vault header wasn't signed"],
    [
      carrying("X-Vault-AWS-IAM-Server-ID", "vault.example.com", `host;x-amz-date;x-vault-aws-iam-server-id-2`),
      "vault header wasn't signed",
    ],
    [{ "X-Vault-AWS-IAM-Server-ID": "vault.example.com" }, "missing Authorization header"],
  ])("S15 is refused with its reason (%#)", async (headers, reason) => {
    const world = await guarded();
    const wire = await wireOf(world.login({ headers, role: "app" }));
    expect(wire).toBe(`error validating X-Vault-AWS-IAM-Server-ID header: ${reason}`);
    expect(world.sent).toEqual([]);
  });
});

describe("what goes out to STS", () => {
  it("is rebuilt without the headers that were not signed", async () => {
    const world = await boundWorld();
    const headers: HeaderObject = {
      ...goodHeaders(),
      Host: "sts.amazonaws.com",
      Accept: "*/*",
      Connection: "keep-alive",
      "X-Evil": "1",
    };
    await world.login({ headers, role: "app" });
    expect(world.sent).toEqual([
      {
        endpoint: "sts.amazonaws.com",
        host: "sts.amazonaws.com",
        method: "POST",
        query: "",
        body: "Action=GetCallerIdentity&Version=2011-06-15",
        headers: {
          authorization: String(headers["Authorization"]),
          "content-length": "43",
          "content-type": "application/x-www-form-urlencoded; charset=utf-8",
          "x-amz-date": amzDate(NOW),
        },
        retries: 1,
      },
    ]);
  });

  it("holds a header that an operator allowed, though never one of the connection", async () => {
    const world = await boundWorld();
    await world.write("config/client", { allowed_sts_header_values: "x-amz-foo,Transfer-Encoding" });
    await world.login({ headers: withHeader("X-Amz-Foo", ["bar"]), role: "app" });
    expect(world.sent[0]?.headers).toMatchObject({ "x-amz-foo": "bar" });
    const smuggled = world.login({ headers: withHeader("Transfer-Encoding", ["chunked"]), role: "app" });
    expect(await wireOf(smuggled)).toBe("invalid request header: Transfer-Encoding");
  });

  it("carries what SDKs and clients sign in addition, and only if they signed it", async () => {
    const world = await boundWorld();
    const told = {
      "user-agent": "Ruby",
      "x-amz-user-agent": "aws-sdk-js/3.0",
      accept: "*/*",
      "accept-encoding": "identity",
      "amz-sdk-invocation-id": "b1ab6c4e-8a2d-4d4f-9b1e-2b1f6f6f0b3a",
      "amz-sdk-request": "attempt=1; max=3",
      "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793",
    };
    const signed = ["host", "x-amz-date", ...Object.keys(told)].sort().join(";");
    const { "User-Agent": _, ...headers } = goodHeaders("us-east-1", NOW, signed);
    await world.login({ headers: { ...headers, ...told }, role: "app" });
    expect(world.sent.at(-1)?.headers).toMatchObject(told);

    await world.login({
      headers: { ...told, ...headers, Authorization: goodHeaders()["Authorization"] ?? "" },
      role: "app",
    });
    for (const name of Object.keys(told)) expect(world.sent.at(-1)?.headers).not.toHaveProperty(name);
  });

  it.each([
    ["accept", "application/json", "Accept"],
    ["accept-encoding", "gzip", "Accept-Encoding"],
    ["connection", "keep-alive", "Connection"],
    ["x-custom", "1", "X-Custom"],
  ])("V01(b) does not carry a signed %s: %s", async (name, value, shown) => {
    const world = await boundWorld();
    const headers = { ...goodHeaders("us-east-1", NOW, `host;${name};x-amz-date`), [name]: value };
    expect(await wireOf(world.login({ headers, role: "app" }))).toBe(`invalid request header: ${shown}`);
    expect(world.sent).toEqual([]);
  });

  it.each(["Action=GetCallerIdentity&Version=2011-06-15", "Version=2011-06-15&Action=GetCallerIdentity"])(
    "is a GET with the parameters %s in the URL where that was signed",
    async (query) => {
      const world = await boundWorld();
      const headers: HeaderObject = {
        Authorization: goodHeaders("us-east-1", NOW, "host;x-amz-date")["Authorization"] ?? "",
        "X-Amz-Date": amzDate(NOW),
      };
      const given = { method: "GET", url: `https://sts.amazonaws.com/?${query}`, body: "", headers, role: "app" };
      await world.login(given);
      const { iam_request_body: _, ...bodiless } = loginBody(given);
      await world.login(bodiless);
      for (const sent of world.sent) {
        expect(sent).toMatchObject({ endpoint: "sts.amazonaws.com", method: "GET", query, body: "" });
        expect(Object.keys(sent.headers).sort()).toEqual(["authorization", "x-amz-date"]);
      }
      expect(world.sent).toHaveLength(2);
    },
  );

  it.each([
    ["no query", "", ""],
    ["another action", "?Action=GetSessionToken&Version=2011-06-15", ""],
    ["an action of its own behind", "?Action=GetCallerIdentity&Version=2011-06-15&Action=AssumeRole", ""],
    ["an encoded action", "?Action=GetCallerIdentit%79&Version=2011-06-15", ""],
    ["the parameters of a presigned URL", "?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=604800", ""],
    ["a body too", "?Action=GetCallerIdentity&Version=2011-06-15", "Action=AssumeRole"],
    ["a fragment", "?Action=GetCallerIdentity&Version=2011-06-15#", ""],
  ])("V01(e) is never a GET with %s", async (_, query, body) => {
    const world = await boundWorld();
    const given = { method: "GET", url: `https://sts.amazonaws.com/${query}`, body, role: "app" };
    expect(await wireOf(world.login(given))).toBe("invalid request");
    const post = { url: `https://sts.amazonaws.com/${query || "?"}`, role: "app" };
    expect(await wireOf(world.login(post))).toBe("invalid request");
    expect(world.sent).toEqual([]);
  });

  it("V01(e) S09 has a constant shape for every input that is let through", async () => {
    const world = await boundWorld();
    const names = fc.constantFrom(
      "Accept",
      "Host",
      "X-Amz-Date",
      "X-Evil",
      "x-amz-security-token",
      "User-Agent",
      "TE",
      "Content-Type",
      "X-Amz-Target",
      "authorization",
    );
    const values = fc.oneof(fc.string(), fc.constantFrom("*/*", "sts.amazonaws.com", amzDate(NOW), "chunked", "token"));
    const inputs = fc.record({
      url: fc.oneof(fc.constant("https://sts.amazonaws.com/"), fc.webUrl(), fc.string()),
      body: fc.oneof(fc.constant("Action=GetCallerIdentity&Version=2011-06-15"), fc.webQueryParameters(), fc.string()),
      method: fc.oneof({ arbitrary: fc.constant("POST"), weight: 5 }, { arbitrary: fc.string(), weight: 1 }),
      extra: fc.dictionary(names, values, { maxKeys: 3 }),
    });
    const allowed = new Set(["authorization", "content-length", "content-type", "x-amz-date", "x-amz-security-token"]);
    await fc.assert(
      fc.asyncProperty(inputs, async ({ extra, ...given }) => {
        world.sent.length = 0;
        await world.login({ ...given, role: "app", headers: { ...goodHeaders(), ...extra } }).catch(() => undefined);
        for (const request of world.sent) {
          expect(["sts.amazonaws.com", "sts.us-east-1.amazonaws.com"]).toContain(request.endpoint);
          expect(request.host).toBe(request.endpoint);
          expect(request.body).toBe("Action=GetCallerIdentity&Version=2011-06-15");
          expect(Object.keys(request.headers).filter((name) => !allowed.has(name))).toEqual([]);
          expect(Object.values(request.headers).join()).toMatch(/^[\x20-\x7e]*$/);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe("a signature", () => {
  it("S17 is handed to core as something that works once, the same whatever role it is used for", async () => {
    const world = await boundWorld();
    const headers = goodHeaders();
    const first = await world.login({ headers, role: "app" });
    const again = await world.login({ headers, role: "APP" });
    expect(first.once).toEqual({ value: expect.stringMatching(/^[0-9a-f]{64}$/), window: 5 });
    expect(again.once).toEqual(first.once);
    expect((await world.login({ role: "app" })).once).not.toEqual(first.once);
  });
});
