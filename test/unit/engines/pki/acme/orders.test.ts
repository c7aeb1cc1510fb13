import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type AcmeClient, certificateRequest, dns, type KeyKind } from "../../../../support/acme-client.ts";
import { type AcmeWorld, copyOrder, makeAcmeWorld, problemType } from "./world.ts";

let world: AcmeWorld;
let client: AcmeClient;
beforeAll(async () => {
  world = await makeAcmeWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  world.checked.length = 0;
  world.failures.length = 0;
  client = await world.client();
  await client.register();
});

const ready = async (...names: readonly string[]) => {
  const order = await client.order(...names);
  await client.meet(order, names.some((name) => name.startsWith("*")) ? "dns-01" : "http-01");
  await world.check();
  return order;
};
const order = (location: string | undefined) => client.post(location ?? "");

describe("an order", () => {
  it.each<KeyKind>(["ES256", "ES384", "ES512", "EdDSA", "RS256"])(
    "becomes a certificate, for an account with a key of %s",
    async (kind) => {
      client = await world.client(kind);
      const made = await client.register({ contact: ["mailto:a@example.com"] });
      expect([made.status, made.body.status, made.body.contact]).toEqual([201, "valid", ["mailto:a@example.com"]]);
      const first = await client.order("www.example.com");
      expect(first.status).toBe(201);
      expect(first.body).toMatchObject({ status: "pending", identifiers: [{ type: "dns", value: "www.example.com" }] });
      const [url] = first.body.authorizations;
      const authorization = await client.post(url);
      expect(authorization.body.challenges.map((one: { type: string }) => one.type)).toEqual([
        "http-01",
        "dns-01",
        "tls-alpn-01",
      ]);
      const [http] = authorization.body.challenges;
      const accepted = await client.post(http.url, {});
      expect(accepted.body).toMatchObject({ status: "processing", token: http.token });
      expect(accepted.headers["link"]).toBe(`<${url}>;rel="up", <${client.url("directory")}>;rel="index"`);
      expect(accepted.headers["retry-after"]).toBe("1");

      await world.check();

      expect(world.checked).toEqual([
        {
          kind: "http-01",
          identifier: "www.example.com",
          token: http.token,
          keyAuthorization: `${http.token}.${client.key.thumbprint}`,
          resolver: "",
        },
      ]);
      expect((await client.post(url)).body).toMatchObject({ status: "valid", wildcard: false });
      const location = first.headers["location"];
      expect((await order(location)).body.status).toBe("ready");
      const { csr } = certificateRequest(dns("www.example.com"));
      const done = await client.post(first.body.finalize, { csr });
      expect([done.status, done.body.status]).toEqual([200, "valid"]);
      const chain = await client.post(done.body.certificate);
      expect(chain.headers["content-type"]).toBe("application/pem-certificate-chain");
      const [leaf = "", root = ""] = chain.text.split(/(?=-----BEGIN)/);
      const certificate = new X509Certificate(leaf);
      expect(certificate.subjectAltName).toBe("DNS:www.example.com");
      expect(certificate.verify(new X509Certificate(root).publicKey)).toBe(true);
      expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
      // Ninety days at most, whatever the mount allows.
      expect(Date.parse(certificate.validTo) - world.server.clock.now()).toBeLessThanOrEqual(90 * 86_400_000);
      const { data } = await world.server.call("GET", `pki/cert/${certificate.serialNumber.match(/../g)?.join("-")}`);
      expect(String(data["certificate"]).trim()).toBe(leaf.trim());
    },
  );

  it("is of several names, addresses and wildcards, each proved by itself", async () => {
    const identifiers = [
      { type: "dns", value: "a.example.com" },
      { type: "dns", value: "*.example.com" },
      { type: "ip", value: "192.0.2.7" },
    ];
    const made = await client.post("new-order", { identifiers });
    const shown = await Promise.all(made.body.authorizations.map((url: string) => client.post(url)));
    expect(
      shown.map(({ body }) => [
        body.identifier.value,
        body.wildcard,
        body.challenges.map((one: { type: string }) => one.type),
      ]),
    ).toEqual([
      ["a.example.com", false, ["http-01", "dns-01", "tls-alpn-01"]],
      ["example.com", true, ["dns-01"]],
      ["192.0.2.7", false, ["http-01"]],
    ]);
    for (const { body } of shown) await client.post(body.challenges[0].url, {});
    await world.check();
    const { csr } = certificateRequest([...dns("a.example.com", "*.example.com"), { kind: "ip", value: "192.0.2.7" }]);
    expect((await client.post(made.body.finalize, { csr })).body.status).toBe("valid");
  });

  it("is invalid once an authorization is, after seven attempts", async () => {
    const failure = { type: "connection", detail: "http-01: no connection" } as const;
    world.failures.push(...Array.from({ length: 7 }, () => failure));
    const made = await client.order("www.example.com");
    await client.meet(made);
    await world.check();
    const [url] = made.body.authorizations;
    expect((await client.post(url)).body).toMatchObject({
      status: "pending",
      challenges: [
        { status: "processing", error: { type: problemType("connection"), detail: failure.detail } },
        {},
        {},
      ],
    });
    for (let attempt = 1; attempt < 7; attempt++) {
      world.server.clock.advance(30_000);
      await world.check();
    }
    expect((await client.post(url)).body.status).toBe("invalid");
    expect((await order(made.headers["location"])).body).toMatchObject({ status: "invalid", authorizations: [] });
  });

  it("is over after a day", async () => {
    const made = await ready("www.example.com");
    world.server.clock.advance(86_400_000);
    expect((await order(made.headers["location"])).body.status).toBe("invalid");
    const { csr } = certificateRequest(dns("www.example.com"));
    expect((await client.post(made.body.finalize, { csr })).body.type).toBe(problemType("orderNotReady"));
  });

  it("is listed until it is over", async () => {
    const one = await client.order("a.example.com");
    const two = await client.order("b.example.com");
    const wanted = [one, two].map(({ headers }) => headers["location"]).sort();
    for (const below of ["orders", `account/${client.kid?.split("/").at(-1)}/orders`])
      expect([...(await client.post(below)).body.orders].sort()).toEqual(wanted);
    world.server.clock.advance(86_400_000);
    expect((await client.post("orders")).body.orders).toEqual([]);
  });

  it("is listed among a thousand at most", async () => {
    const { headers } = await client.order("www.example.com");
    await copyOrder(world.server, client, headers["location"] ?? "", 1000);
    expect((await client.post("orders")).body.orders).toHaveLength(1000);
  });

  it("of another account is not there", async () => {
    const made = await ready("www.example.com");
    const other = await world.client();
    await other.register();
    for (const url of [made.headers["location"] ?? "", made.body.authorizations[0]])
      expect((await other.post(url)).body).toMatchObject({ type: problemType("malformed") });
    const { csr } = certificateRequest(dns("www.example.com"));
    expect((await other.post(made.body.finalize, { csr })).body.type).toBe(problemType("malformed"));
    expect((await other.post(`${made.headers["location"]}/cert`)).body.type).toBe(problemType("malformed"));
  });

  it("takes no authorization of another order: each is proved for itself", async () => {
    await ready("www.example.com");
    const again = await client.order("www.example.com");
    expect((await order(again.headers["location"])).body.status).toBe("pending");
    const { csr } = certificateRequest(dns("www.example.com"));
    expect((await client.post(again.body.finalize, { csr })).body.type).toBe(problemType("orderNotReady"));
  });

  it("has one certificate, however many ask for it at once", async () => {
    const made = await ready("www.example.com");
    const { csr } = certificateRequest(dns("www.example.com"));
    const before = (await world.server.call("LIST", "pki/certs")).data["keys"];
    const answers = await Promise.all([1, 2, 3, 4].map(() => client.post(made.body.finalize, { csr })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers.filter((one) => one.status !== 200))
      expect([status, body.type]).toEqual([403, problemType("orderNotReady")]);
    const after = (await world.server.call("LIST", "pki/certs")).data["keys"];
    expect(Object(after).length).toBe(Object(before).length + 1);
  });

  it("is finalized once it is ready, and not sooner", async () => {
    const made = await client.order("www.example.com");
    const { csr } = certificateRequest(dns("www.example.com"));
    const early = await client.post(made.body.finalize, { csr });
    expect([early.status, early.body.type]).toEqual([403, problemType("orderNotReady")]);
    expect((await client.post(`${made.headers["location"]}/cert`)).body.type).toBe(problemType("orderNotReady"));
  });
});

describe("a certificate request", () => {
  const refused = async (csr: string, ...names: readonly string[]) => {
    const made = await ready(...names);
    const answer = await client.post(made.body.finalize, { csr });
    return [answer.status, answer.body.type];
  };
  const BAD = [400, problemType("badCSR")];

  it("may say its name as common name alone, in any case", async () => {
    const made = await ready("www.example.com");
    const { csr } = certificateRequest([], { commonName: "WWW.example.com" });
    expect((await client.post(made.body.finalize, { csr })).body.status).toBe("valid");
  });
  it.each<[string, readonly string[], string | undefined]>([
    ["a name more", ["www.example.com", "evil.example.com"], undefined],
    ["a name less", ["www.example.com"], undefined],
    ["another name", ["www.example.org", "b.example.com"], undefined],
    ["another common name", ["www.example.com", "b.example.com"], "evil.example.com"],
    ["a wildcard", ["*.example.com", "b.example.com"], undefined],
    ["a trailing dot", ["www.example.com.", "b.example.com"], undefined],
  ])("with %s is refused", async (_name, names, commonName) => {
    const { csr } = certificateRequest(dns(...names), commonName === undefined ? {} : { commonName });
    expect(await refused(csr, "www.example.com", "b.example.com")).toEqual(BAD);
  });
  it("whose common name looks like the order's is refused", async () => {
    // A Kelvin sign: in lower case it is a `k`.
    const { csr } = certificateRequest(dns("k.example.com"), { commonName: "\u212a.example.com" });
    expect(await refused(csr, "k.example.com")).toEqual(BAD);
  });
  it.each([
    ["an e-mail address", { kind: "email", value: "a@example.com" }],
    ["a URI", { kind: "uri", value: "https://www.example.com/" }],
    ["an address", { kind: "ip", value: "192.0.2.1" }],
    ["a name of an application", { kind: "other", type: "1.3.6.1.4.1.311.20.2.3", value: "root@example.com" }],
  ] as const)("with %s besides is refused", async (_name, more) => {
    const { csr } = certificateRequest([...dns("www.example.com"), more]);
    expect(await refused(csr, "www.example.com")).toEqual(BAD);
  });
  it("to be an authority is refused", async () => {
    const { csr } = certificateRequest(dns("www.example.com"), { ca: true });
    expect(await refused(csr, "www.example.com")).toEqual(BAD);
  });
  it("of the account's own key is refused", async () => {
    const { csr } = certificateRequest(dns("www.example.com"), { privateKey: client.key.privateKey });
    expect(await refused(csr, "www.example.com")).toEqual(BAD);
  });
  it.each([undefined, 7, "", "%%%", "AAAA", Buffer.from("not a request").toString("base64url")])(
    "that is none (%s) is malformed",
    async (csr) => {
      const made = await ready("www.example.com");
      expect((await client.post(made.body.finalize, { csr })).body.type).toBe(problemType("malformed"));
    },
  );
});

describe("an identifier", () => {
  const ordered = async (identifiers: unknown) => {
    const answer = await client.post("new-order", { identifiers });
    return [answer.status, answer.body.type];
  };
  it.each([
    [undefined],
    ["www.example.com"],
    [[]],
    [["www.example.com"]],
    [[{ value: "a.example.com" }]],
    [[{ type: "dns" }]],
    [[{ type: 1, value: "a" }]],
    [[{ type: "dns", value: 1 }]],
    [[{ type: "dns", value: "" }]],
    [[{ type: "dns", value: "192.0.2.1" }]],
    [[{ type: "dns", value: "*.192.0.2.1" }]],
    [[{ type: "dns", value: "::1" }]],
    [[{ type: "dns", value: "16909060" }]],
    [[{ type: "dns", value: "*.1.2.772" }]],
    [[{ type: "dns", value: "www.0x1f" }]],
    [[{ type: "ip", value: "www.example.com" }]],
    [[{ type: "ip", value: "fe80::1%eth0" }]],
    [[{ type: "dns", value: "*" }]],
    [[{ type: "dns", value: "*." }]],
    [[{ type: "dns", value: "a.*.example.com" }]],
    [[{ type: "dns", value: "a*.example.com" }]],
    [[{ type: "dns", value: "*.*.example.com" }]],
    [[{ type: "dns", value: "WWW.example.com" }]],
    [[{ type: "dns", value: "www.example.com." }]],
    [[{ type: "dns", value: ".example.com" }]],
    [[{ type: "dns", value: "a..example.com" }]],
    [[{ type: "dns", value: "-a.example.com" }]],
    [[{ type: "dns", value: "a_b.example.com" }]],
    [[{ type: "dns", value: "bücher.example.com" }]],
    [[{ type: "dns", value: "xn--a.example.com" }]],
    [[{ type: "dns", value: "example.com/x" }]],
    [[{ type: "dns", value: "user@example.com" }]],
    [[{ type: "dns", value: "example.com:80" }]],
    [[{ type: "dns", value: `${"a".repeat(64)}.example.com` }]],
    [[{ type: "dns", value: `${"a.".repeat(130)}example.com` }]],
    [Array.from({ length: 91 }, (_, at) => ({ type: "dns", value: `a${at}.example.com` }))],
  ])("that is none is malformed: %j", async (identifiers) =>
    expect(await ordered(identifiers)).toEqual([400, problemType("malformed")]),
  );
  it("of another type is not supported", async () =>
    expect(await ordered([{ type: "email", value: "a@example.com" }])).toEqual([
      400,
      problemType("unsupportedIdentifier"),
    ]));
  it("may be an internationalised name in ASCII", async () =>
    expect((await ordered([{ type: "dns", value: "xn--bcher-kva.example.com" }]))[0]).toBe(201));
  it("with dates is not supported", async () => {
    const identifiers = [{ type: "dns", value: "www.example.com" }];
    for (const dates of [{ notBefore: "2030-01-01T00:00:00Z" }, { notAfter: "x" }, { notAfter: 7 }])
      expect((await client.post("new-order", { identifiers, ...dates })).body.type).toBe(problemType("malformed"));
  });
  it("outside the role of the directory is rejected before anybody proves it", async () => {
    client = await world.client("ES256", "roles/web/acme");
    await client.register();
    for (const value of ["www.example.org", "example.com", "*.example.org", "evilexample.com"])
      expect(await ordered([{ type: "dns", value }])).toEqual([400, problemType("rejectedIdentifier")]);
    expect((await ordered([{ type: "dns", value: "www.example.com" }]))[0]).toBe(201);
  });
  it("is an address only where the role allows addresses", async () => {
    await world.server.call("POST", "pki/roles/names", {
      body: { allow_any_name: true, allow_ip_sans: false, key_type: "any" },
    });
    client = await world.client("ES256", "roles/names/acme");
    await client.register();
    expect(await ordered([{ type: "ip", value: "192.0.2.1" }])).toEqual([400, problemType("rejectedIdentifier")]);
  });
});

describe("a challenge", () => {
  it("of a kind that the authorization does not have is malformed", async () => {
    const made = await client.order("*.example.com");
    const { body } = await client.post(made.body.authorizations[0]);
    const url = body.challenges[0].url.replace("dns-01", "http-01");
    expect((await client.post(url, {})).body.type).toBe(problemType("malformed"));
    await world.check();
    expect(world.checked).toEqual([]);
  });
  it("is one of an authorization: no second is accepted", async () => {
    const made = await client.order("www.example.com");
    const { body } = await client.post(made.body.authorizations[0]);
    await client.post(body.challenges[0].url, {});
    expect((await client.post(body.challenges[1].url, {})).body.type).toBe(problemType("malformed"));
    // The same one may be asked about again.
    expect((await client.post(body.challenges[0].url, {})).status).toBe(200);
    await world.check();
    expect(world.checked).toHaveLength(1);
    expect((await client.post(body.challenges[0].url, {})).body.type).toBe(problemType("malformed"));
  });
  it("takes no more than an empty object", async () => {
    const made = await client.order("www.example.com");
    const { body } = await client.post(made.body.authorizations[0]);
    expect((await client.post(body.challenges[0].url, { keyAuthorization: "x" })).body.type).toBe(
      problemType("malformed"),
    );
    expect((await client.post(body.challenges[0].url)).body.status).toBe("pending");
  });
  it("asks the name service that the mount names", async () => {
    await world.configure({ dns_resolver: "192.0.2.53:53" });
    const made = await client.order("www.example.com");
    await client.meet(made, "dns-01");
    await world.check();
    await world.configure({ dns_resolver: "" });
    expect(world.checked[0]).toMatchObject({ kind: "dns-01", resolver: "192.0.2.53:53" });
  });
});

describe("an authorization", () => {
  it("that is given up proves nothing any more", async () => {
    const made = await ready("www.example.com");
    const [url] = made.body.authorizations;
    expect((await client.post(url, { status: "deactivated" })).body.status).toBe("deactivated");
    expect((await client.post(url, { status: "deactivated" })).body.type).toBe(problemType("malformed"));
    expect((await client.post(url, { status: "valid" })).body.type).toBe(problemType("malformed"));
    expect((await order(made.headers["location"])).body.status).toBe("invalid");
  });
});
