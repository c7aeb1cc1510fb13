import { createServer } from "node:https";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { SignJWT } from "jose";
import { builtInRows } from "../../../../src/catalog.ts";
import { PUBLIC } from "../../../../src/outgoing/index.ts";
import { makeServer } from "../../../support/make-server.ts";
import { type OidcProvider, startOidcProvider } from "../../../support/oidc-provider.ts";
import { makeCertificate } from "../../engines/database/support/certificate.ts";
import { createWorld, errorsOf, key, otherKey, pemOf, type World } from "./support.ts";

let world: World;
let provider: OidcProvider;
beforeAll(async () => {
  world = await createWorld();
  provider = await startOidcProvider(world.server.clock, { mine: pemOf(key) });
});
afterAll(async () => {
  await provider.close();
  await world.close();
});
beforeEach(() => {
  provider.instead = () => undefined;
  provider.seen.length = 0;
});

const write = (body: object) => world.server.call("POST", "auth/jwt/config", { body });
const read = async () => (await world.server.call("GET", "auth/jwt/config")).data;
const ONE_SOURCE =
  "exactly one of 'jwt_validation_pubkeys', 'jwks_url', 'jwks_pairs' or 'oidc_discovery_url' must be set";
const PAIRS =
  "invalid jwks_pairs: jwks_pairs must be provided as a list of json objects with the fields jwks_url and jwks_ca_pem";

describe("a configuration", () => {
  it.each([
    [{ jwks_pairs: [{ jwks_url: "https://a.example" }], jwks_url: "https://b.example" }, ONE_SOURCE],
    [
      { jwks_pairs: [{ jwks_url: "https://a.example" }], jwks_ca_pem: "x" },
      "CA PEMs must be provided as part of the 'jwks_pairs' when using multiple JWKS URLs",
    ],
    [
      { jwks_pairs: [{ jwks_url: "https://a.example" }], bound_issuer: "x" },
      "Bound issuer is not supported for use with 'jwks_pairs'",
    ],
    [{ jwks_pairs: "https://a.example" }, PAIRS],
    [{ jwks_pairs: ["https://a.example"] }, PAIRS],
    [{ jwks_pairs: [{ jwks_url: 7 }] }, PAIRS],
    [{ jwt_validation_pubkeys: [pemOf(key)], keys_max_age: "1s" }, "keys_max_age must be from 300 to 86400 seconds"],
    [{ jwt_validation_pubkeys: [pemOf(key)], keys_max_age: "48h" }, "keys_max_age must be from 300 to 86400 seconds"],
    [{ jwt_validation_pubkeys: Array(33).fill(pemOf(key)) }, "more than 32 public keys"],
    [
      { jwt_validation_pubkeys: [pemOf(key)], unsupported_critical_cert_extensions: ["1.2"] },
      "unsupported_critical_cert_extensions: critical extensions cannot be ignored here",
    ],
    [
      { jwt_validation_pubkeys: [pemOf(key)], provider_config: { fetch_groups: true } },
      "invalid provider_config: 'provider' field not found in provider_config",
    ],
    [
      { jwt_validation_pubkeys: [pemOf(key)], provider_config: { provider: "okta" } },
      'invalid provider_config: provider "okta" not found in custom providers',
    ],
    [
      { jwt_validation_pubkeys: [pemOf(key)], provider_config: { provider: "azure", fetch_group: true } },
      'invalid provider_config: error initializing "azure" provider_config: unknown field "fetch_group"',
    ],
    [
      {
        jwt_validation_pubkeys: [pemOf(key)],
        provider_config: { provider: "gsuite", gsuite_service_account: "/etc/key.json" },
      },
      'invalid provider_config: error initializing "gsuite" provider_config: gsuite_service_account must be the contents of a service account\'s key file, as JSON',
    ],
  ])("%j is refused and changes nothing", async (body, text) => {
    const before = await read();
    const answer = await write(body);
    expect([answer.status, errorsOf(answer)]).toEqual([400, [text]]);
    expect(await read()).toEqual(before);
  });

  it("never shows a secret again, and a later write does not bring one back", async () => {
    await world.write("auth/jwt/config", {
      oidc_discovery_url: provider.url,
      oidc_client_id: "g-client",
      oidc_client_secret: "the-client-secret",
      provider_config: {
        provider: "gsuite",
        gsuite_service_account: JSON.stringify({
          client_email: "a@b",
          private_key: "-----BEGIN PRIVATE KEY-----secret",
        }),
        fetch_groups: true,
      },
    });
    const { text, data } = await world.server.call("GET", "auth/jwt/config");
    expect([text.includes("secret"), data["provider_config"]]).toEqual([
      false,
      { provider: "gsuite", fetch_groups: true },
    ]);
    await world.write("auth/jwt/config", { jwt_validation_pubkeys: [pemOf(key)] });
    expect(await read()).toMatchObject({ oidc_client_id: "", provider_config: {} });
  });

  it("takes one pair of a key set and its authorities without a list around it", async () => {
    await world.write("auth/jwt/config", { jwks_pairs: { jwks_url: `${provider.url}/jwks` } });
    expect((await read())["jwks_pairs"]).toEqual([{ jwks_url: `${provider.url}/jwks`, jwks_ca_pem: "" }]);
  });

  it("cannot be deleted, and knows no other verb", async () => {
    expect((await world.server.call("DELETE", "auth/jwt/config")).status).toBe(405);
  });
});

const ROLE = { role_type: "jwt", user_claim: "sub", bound_audiences: ["zeroth"] };
const login = async (jwt: string, mount = "jwt") =>
  world.server.call("POST", `auth/${mount}/login`, { token: null, body: { role: "r", jwt } });
const signed = (signer: typeof key, kid: string) =>
  world.token({ sub: "job", aud: "zeroth" }, { kid }, signer.privateKey);

describe("jwks_pairs", () => {
  it("take tokens of any of their sets, and serve while one of them is down", async () => {
    const second = await startOidcProvider(world.server.clock, { theirs: pemOf(otherKey) });
    try {
      const jwks_pairs = [{ jwks_url: `${provider.url}/jwks` }, { jwks_url: `${second.url}/jwks` }];
      await world.write("auth/jwt/config", { jwks_pairs });
      await world.write("auth/jwt/role/r", ROLE);
      expect((await read())["jwks_pairs"]).toEqual(jwks_pairs.map((pair) => ({ ...pair, jwks_ca_pem: "" })));
      expect((await login(await signed(key, "mine"))).status).toBe(200);
      expect((await login(await signed(otherKey, "theirs"))).status).toBe(200);
      expect((await login(await signed(otherKey, "mine"))).status).toBe(400);
      await world.write("auth/jwt/config", { jwks_pairs });
      provider.instead = () => ({ status: 500, body: "" });
      expect((await login(await signed(otherKey, "theirs"))).status).toBe(200);
      expect((await login(await signed(key, "mine"))).status).toBe(502);
    } finally {
      await second.close();
    }
  });
});

describe("F23: a provider of keys that is down", () => {
  it("grants nothing; its keys serve on for keys_max_age and no longer", async () => {
    await world.write("auth/jwt/config", { jwks_url: `${provider.url}/jwks`, keys_max_age: "10m" });
    await world.write("auth/jwt/role/r", ROLE);
    const attempt = async () => {
      const answer = await login(await signed(key, "mine"));
      return answer.status === 200 ? 200 : [answer.status, errorsOf(answer), answer.headers["retry-after"]];
    };
    expect(await attempt()).toBe(200);
    provider.instead = () => ({ status: 500, body: "" });
    world.server.clock.advance(590_000);
    expect(await attempt()).toBe(200);
    world.server.clock.advance(20_000);
    expect(await attempt()).toEqual([
      502,
      ["error validating token: error verifying token signature: the keys could not be fetched"],
      "5",
    ]);
    provider.instead = () => undefined;
    world.server.clock.advance(5_001);
    expect(await attempt()).toBe(200);
  });

  it("a new configuration begins with no keys of the one before", async () => {
    await world.write("auth/jwt/config", { jwks_url: `${provider.url}/jwks` });
    expect((await login(await signed(key, "mine"))).status).toBe(200);
    await world.write("auth/jwt/config", { jwt_validation_pubkeys: [pemOf(otherKey)] });
    expect((await login(await signed(key, "mine"))).status).toBe(400);
  });
});

describe("the certificate of a provider", () => {
  it("must be signed by the authorities that the configuration names, or by public ones", async () => {
    const mine = makeCertificate("127.0.0.1", new Date(Date.UTC(2100, 0, 1)));
    const other = makeCertificate("127.0.0.1", new Date(Date.UTC(2100, 0, 1)));
    const keys = [{ ...key.publicKey.export({ format: "jwk" }), kid: "mine" }];
    const secure = createServer(mine, (request, response) => {
      const issuer = `https://${request.headers.host}`;
      const document = { issuer, jwks_uri: `${issuer}/jwks` };
      response.end(JSON.stringify(request.url === "/jwks" ? { keys } : document));
    });
    await new Promise<void>((done) => secure.listen(0, "127.0.0.1", done));
    const address = secure.address();
    const url = `https://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
    const statuses = async (body: (ca: string) => object) => {
      const all = [];
      for (const ca of ["", other.cert, "not a certificate", mine.cert]) all.push((await write(body(ca))).status);
      return all;
    };
    try {
      expect(await statuses((ca) => ({ oidc_discovery_url: url, oidc_discovery_ca_pem: ca }))).toEqual([
        400, 400, 400, 204,
      ]);
      expect(await statuses((ca) => ({ jwks_url: `${url}/jwks`, jwks_ca_pem: ca }))).toEqual([400, 400, 400, 204]);
      await world.write("auth/jwt/role/r", ROLE);
      expect((await login(await signed(key, "mine"))).status).toBe(200);
    } finally {
      secure.closeAllConnections();
      secure.close();
    }
  });
});

describe("V09: a redirect", () => {
  it.each(["jwks_url", "oidc_discovery_url"])("of %s is refused, and not followed", async (name) => {
    provider.instead = (path) =>
      path === "/elsewhere"
        ? undefined
        : { status: 302, body: "", headers: { location: "http://169.254.169.254/latest/" } };
    const answer = await write({ [name]: `${provider.url}${name === "jwks_url" ? "/jwks" : ""}` });
    expect(answer.status).toBe(400);
    expect(provider.seen).toHaveLength(1);
  });
});

describe("V10: an address of the server itself or of its neighbours", () => {
  const HOSTS = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    "169.254.169.254",
    "169.254.170.2",
    "127.0.0.1:9001",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "[::ffff:127.0.0.1]",
    "10.0.0.1",
    "192.168.1.1",
  ];

  it("is refused in every URL, and nothing is sent to it", async () => {
    const server = await makeServer({
      rows: builtInRows({ aws: () => Promise.reject(new Error("not asked")), reach: PUBLIC }),
    });
    try {
      await server.call("POST", "sys/auth/jwt", { body: { type: "jwt" } });
      const port = new URL(provider.url).port;
      for (const host of [...HOSTS, `127.0.0.1:${port}`, `localhost:${port}`]) {
        for (const scheme of ["http", "https"]) {
          const url = `${scheme}://${host}`;
          for (const body of [
            { jwks_url: `${url}/jwks` },
            { jwks_pairs: [{ jwks_url: `${url}/jwks` }] },
            { oidc_discovery_url: url },
            { oidc_discovery_url: url, oidc_client_id: "a", oidc_client_secret: "b" },
          ])
            expect((await server.call("POST", "auth/jwt/config", { body })).status).toBe(400);
        }
      }
      expect(provider.seen).toEqual([]);
      expect((await server.call("GET", "auth/jwt/config")).status).toBe(404);
    } finally {
      await server.dynamo.close();
    }
  });

  it.each([
    "http://issuer.example.com",
    "ftp://issuer.example.com",
    "file:///etc/passwd",
    "https://a:b@issuer.example.com",
    "issuer.example.com",
  ])("and %s cannot be a provider's", async (url) => {
    expect((await write({ jwks_url: url })).status).toBe(400);
    expect((await write({ oidc_discovery_url: url })).status).toBe(400);
  });
});

it("V77: a header cannot bring a key of its own along, whatever it calls it", async () => {
  await world.write("auth/jwt/config", { jwks_url: `${provider.url}/jwks` });
  await world.write("auth/jwt/role/r", ROLE);
  const now = Math.floor(world.server.clock.now() / 1000);
  const forged = (header: object) =>
    new SignJWT({ sub: "job", aud: "zeroth", iat: now, exp: now + 60 })
      .setProtectedHeader({ alg: "ES256", kid: "mine", ...header })
      .sign(otherKey.privateKey);
  for (const header of [
    { jwk: otherKey.publicKey.export({ format: "jwk" }) },
    { jku: `${provider.url}/elsewhere` },
    { x5u: `${provider.url}/elsewhere` },
    { kid: "../mine" },
    { kid: "mine' OR '1'='1" },
    { kid: "mine\u0000" },
  ])
    expect((await login(await forged(header))).status).toBe(400);
  expect(provider.seen.filter((line) => line.includes("elsewhere"))).toEqual([]);
});
