import { createHmac, createPublicKey } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type AcmeClient, encoded, makeKey, message } from "../../../../support/acme-client.ts";
import { type AcmeWorld, makeAcmeWorld, problemType } from "./world.ts";

let world: AcmeWorld;
let client: AcmeClient;
beforeAll(async () => {
  world = await makeAcmeWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  client = await world.client();
  await client.register();
});

const ORDER = { identifiers: [{ type: "dns", value: "www.example.com" }] };
const BAD_NONCE = [400, problemType("badNonce")];
const MALFORMED = [400, problemType("malformed")];

describe("a problem", () => {
  it("is a problem document with a new nonce and a link to the directory, and no token is asked for", async () => {
    const { status, headers, body } = await client.raw("POST", "new-order", {});
    expect([status, headers["content-type"]]).toEqual([400, "application/problem+json"]);
    expect(headers["link"]).toBe(`<${client.url("directory")}>;rel="index"`);
    expect(headers["replay-nonce"]).toMatch(/^[\w-]{40,}$/);
    expect(body).toEqual({
      type: problemType("malformed"),
      detail: "missing required field 'protected': the request message was malformed",
    });
  });
  it("is named in the audit log by its type alone", async () => {
    const before = world.server.auditLines.length;
    await client.post("new-order", ORDER, { header: { nonce: "guessed" } });
    const lines = world.server.auditLines.slice(before).map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ type: "response", error: problemType("badNonce") });
  });
});

describe("a nonce", () => {
  it("comes by HEAD with 200 and by GET with 204, and is kept by nobody", async () => {
    const [head, get] = [await client.raw("HEAD", "new-nonce"), await client.raw("GET", "new-nonce")];
    expect([head.status, get.status, get.text]).toEqual([200, 204, ""]);
    for (const { headers } of [head, get]) {
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["replay-nonce"]).toMatch(/^[\w-]{40,}$/);
      expect(headers["link"]).toBe(`<${client.url("directory")}>;rel="index"`);
    }
    expect(head.headers["replay-nonce"]).not.toBe(get.headers["replay-nonce"]);
  });
  it("comes with every answer, too", async () => {
    const { headers } = await client.order("www.example.com");
    expect((await client.post("new-order", ORDER, { nonce: headers["replay-nonce"] ?? "" })).status).toBe(201);
  });
  it("is used once, whatever the answer was", async () => {
    const nonce = await client.nonce();
    expect((await client.post("new-order", { identifiers: 7 }, { nonce })).body.type).toBe(problemType("malformed"));
    const again = await client.post("new-order", ORDER, { nonce });
    expect([again.status, again.body.type]).toEqual(BAD_NONCE);
    // The answer brings another, so that the client can try again.
    expect((await client.post("new-order", ORDER, { nonce: again.headers["replay-nonce"] ?? "" })).status).toBe(201);
  });
  it("is used by one of many at once", async () => {
    const nonce = await client.nonce();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => client.post("new-order", ORDER, { nonce })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });
  it("is not spent by a message that nobody signed", async () => {
    const nonce = await client.nonce();
    const broken = await client.post("new-order", ORDER, { nonce, mangle: (one) => ({ ...one, signature: "AAAA" }) });
    expect(broken.body.type).toBe(problemType("malformed"));
    expect((await client.post("new-order", ORDER, { nonce })).status).toBe(201);
  });
  it("lasts a quarter of an hour", async () => {
    const nonce = await client.nonce();
    world.server.clock.advance(15 * 60_000);
    expect((await client.post("new-order", ORDER, { nonce })).body.type).toBe(problemType("badNonce"));
  });
  it("of another mount, a changed one, and one that somebody made is none", async () => {
    const nonce = await client.nonce();
    const other = await world.server.call("POST", "sys/mounts/other", { body: { type: "pki" } });
    expect(other.status).toBe(204);
    const foreign = `${nonce.slice(0, 24)}${"A".repeat(nonce.length - 24)}`;
    for (const one of ["", "x", foreign, `${nonce}A`, nonce.slice(0, -1), `B${nonce.slice(1)}`, nonce.toLowerCase()]) {
      const { status, body } = await client.post("new-order", ORDER, { header: { nonce: one } });
      expect([status, body.type]).toEqual(BAD_NONCE);
    }
    expect((await client.post("new-order", ORDER, { header: { nonce: undefined } })).body.type).toBe(
      problemType("badNonce"),
    );
    expect((await client.post("new-order", ORDER, { header: { nonce: 7 } })).body.type).toBe(problemType("malformed"));
  });
});

describe("a message", () => {
  const answered = async (options: Parameters<AcmeClient["post"]>[2], payload: unknown = ORDER) => {
    const { status, body } = await client.post("new-order", payload, options);
    return [status, body.type];
  };

  it("with another key's signature is malformed", async () => {
    const other = await makeKey();
    expect(await answered({ key: other })).toEqual(MALFORMED);
    expect(await answered({ key: await makeKey("RS256") })).toEqual(MALFORMED);
  });
  it.each([["none"], ["HS256"], ["HS512"], ["RS1"], ["es256"], [""], [undefined], [7], ["ES256K"]])(
    "of the algorithm %s is refused",
    async (alg) => {
      const [status, kind] = await answered({ header: { alg } });
      expect(status).toBe(400);
      expect([problemType("badSignatureAlgorithm"), problemType("malformed")]).toContain(kind);
    },
  );
  it("names the algorithms that there are", async () => {
    const { body } = await client.post("new-order", ORDER, { header: { alg: "none" } });
    expect(body.algorithms).toEqual(expect.arrayContaining(["ES256", "EdDSA", "RS256"]));
    expect(body.algorithms).not.toContain("HS256");
  });
  it("signed with the public key as a secret is refused", async () => {
    const secret = createPublicKey(client.key.privateKey).export({ type: "spki", format: "pem" });
    for (const key of [secret, JSON.stringify(client.key.jwk)]) {
      const made = message(
        client.key,
        { alg: "HS256", nonce: await client.nonce(), url: client.url("new-order"), kid: client.kid },
        ORDER,
      );
      const mac = createHmac("sha256", key).update(`${made.protected}.${made.payload}`).digest("base64url");
      const { body } = await client.raw("POST", "new-order", { ...made, signature: mac });
      expect(body.type).toBe(problemType("badSignatureAlgorithm"));
    }
  });
  it("of an algorithm that the key is not for is malformed", async () => {
    for (const alg of ["ES384", "RS256", "PS256", "EdDSA"])
      expect(await answered({ header: { alg } })).toEqual(MALFORMED);
  });
  it("for another address is unauthorized", async () => {
    for (const url of [
      client.url("new-account"),
      `${client.url("new-order")}/`,
      client.url("new-order").replace("https", "http"),
      client.url("new-order").replace("vault.", "evil."),
      client.url("new-order").toUpperCase(),
    ])
      expect(await answered({ header: { url } })).toEqual([401, problemType("unauthorized")]);
    const long = await client.post("new-order", ORDER, { header: { url: `https://${"a".repeat(40_000)}/` } });
    expect(long.text.length).toBeLessThan(1000);
    expect(await answered({ header: { url: undefined } })).toEqual(MALFORMED);
    expect(await answered({ header: { url: { a: 1 } } })).toEqual(MALFORMED);
  });
  it("with both an account and a key, or neither, is malformed", async () => {
    expect(await answered({ header: { jwk: client.key.jwk } })).toEqual(MALFORMED);
    expect(await answered({ header: { kid: undefined } })).toEqual(MALFORMED);
    expect(await answered({ header: { kid: "" } })).toEqual(MALFORMED);
    // A key alone is for new accounts and for revocation.
    expect(await answered({ header: { kid: undefined, jwk: client.key.jwk } })).toEqual(MALFORMED);
  });
  it("of an account that is not there says so", async () => {
    for (const kid of [
      client.url("account/11111111-1111-1111-1111-111111111111"),
      client.url("account/nope"),
      client.kid?.replace("/account/", "/accounts/"),
      `${client.kid}/`,
      "../../config/acme",
    ])
      expect(await answered({ header: { kid } })).toEqual([400, problemType("accountDoesNotExist")]);
  });
  it("of another account is not its own", async () => {
    const other = await world.client();
    await other.register();
    expect(await answered({ header: { kid: other.kid } })).toEqual(MALFORMED);
  });
  it("of an account of another directory is malformed", async () => {
    const other = await world.client("ES256", "roles/web/acme");
    await other.register();
    other.kid = client.kid;
    expect((await other.post("new-order", ORDER, { key: client.key })).body.type).toBe(problemType("malformed"));
  });
  it.each<[string, (one: Record<string, unknown>) => Record<string, unknown>]>([
    ["no payload", ({ payload: _, ...rest }) => rest],
    ["no signature", ({ signature: _, ...rest }) => rest],
    ["no header", ({ protected: _, ...rest }) => rest],
    ["an empty signature", (one) => ({ ...one, signature: "" })],
    ["padding", (one) => ({ ...one, signature: `${one["signature"]}==` })],
    ["another alphabet", (one) => ({ ...one, protected: `${String(one["protected"]).slice(0, -1)}+` })],
    ["an unprotected header", (one) => ({ ...one, header: { alg: "ES256" } })],
    ["several signatures", (one) => ({ ...one, signatures: [one] })],
    ["a header that is not JSON", (one) => ({ ...one, protected: Buffer.from("{").toString("base64url") })],
    ["a header that is a list", (one) => ({ ...one, protected: encoded([]) })],
    ["a header of 100 KB", (one) => ({ ...one, protected: encoded({ a: "a".repeat(100_000) }) })],
    ["a signature of 100 KB", (one) => ({ ...one, signature: "A".repeat(100_000) })],
  ])("with %s is malformed", async (_name, mangle) => expect(await answered({ mangle })).toEqual(MALFORMED));
  it("with a name twice in its header is malformed", async () => {
    const head = `{"alg":"ES256","alg":"none","nonce":"${await client.nonce()}","url":"${client.url("new-order")}","kid":"${client.kid}"}`;
    const mangle = (one: Record<string, unknown>) => ({ ...one, protected: Buffer.from(head).toString("base64url") });
    expect(await answered({ mangle })).toEqual(MALFORMED);
  });
  it("that asks for an extension is malformed", async () => {
    expect(await answered({ header: { crit: ["b64"], b64: false } })).toEqual(MALFORMED);
    expect(await answered({ header: { b64: false } })).toEqual(MALFORMED);
  });
  it.each([[[]], ["text"], [7], [null]])("whose payload is %j is malformed", async (payload) => {
    expect(await answered({}, payload)).toEqual(MALFORMED);
  });
  it("may be 16 MB no more: what is larger is refused before it is read", async () => {
    const { status } = await client.raw("POST", "new-order", { protected: "A".repeat(40_000_000) });
    expect(status).toBe(413);
  });
});

describe("whatever is sent", () => {
  const anything = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.array(fc.string(), { maxLength: 2 }),
    fc.object({ maxDepth: 1 }),
  );
  const header = fc.record(
    { alg: anything, kid: anything, jwk: anything, nonce: anything, url: anything, crit: anything, b64: anything },
    { requiredKeys: [] },
  );
  const resource = fc.constantFrom("new-account", "new-order", "key-change", "revoke-cert", "orders");

  it("is answered with a problem, and never with a failure of the server", async () => {
    await fc.assert(
      fc.asyncProperty(resource, header, anything, async (below, over, payload) => {
        const { status, headers } = await client.post(below, payload, { header: over });
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(500);
        if (status >= 400) expect(headers["content-type"]).toBe("application/problem+json");
      }),
      { numRuns: 60 },
    );
  });
  it("in a payload that is signed well, too", async () => {
    const members = fc.record(
      {
        identifiers: anything,
        contact: anything,
        status: anything,
        certificate: anything,
        csr: anything,
        protected: anything,
        payload: anything,
        signature: anything,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(resource, members, async (below, payload) => {
        const { status } = await client.post(below, payload);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a key", () => {
  const registered = async (jwk: object) => {
    const fresh = await world.client();
    const { status, body } = await fresh.post("new-account", {}, { header: { jwk } });
    return [status, body.type];
  };
  it("that is secret, private, weak or none is refused", async () => {
    const { privateKey } = await makeKey();
    expect(await registered({ kty: "oct", k: "AAAA" })).toEqual(MALFORMED);
    expect(await registered(privateKey.export({ format: "jwk" }))).toEqual(MALFORMED);
    expect(await registered({})).toEqual(MALFORMED);
    expect(await registered({ kty: "EC", crv: "P-256", x: "AA", y: "AA" })).toEqual(MALFORMED);
    const { generateKeyPairSync } = await import("node:crypto");
    const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" });
    expect(await registered(weak)).toEqual([400, problemType("badPublicKey")]);
  });
});
