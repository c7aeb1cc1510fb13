import { createPrivateKey } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import {
  anyOf,
  checkAuthorities,
  discover,
  jwksKeys,
  keptDiscovery,
  pemKeys,
  remoteUrl,
  tryJwks,
} from "../../../src/jwt/index.ts";
import { createFetch, createGuard, PUBLIC } from "../../../src/outgoing/index.ts";
import { makeCertificate } from "../engines/database/support/certificate.ts";
import { CLAIMS, ec, judged, jwkOf, makeClock, makeProvider, NOW, otherEc, pemOf, sign } from "./kit.ts";

const BAD_SIGNATURE = "error verifying token signature: no known key successfully validated the token signature";
const UNAVAILABLE = "SourceUnavailable: the keys could not be fetched";

const setUp = (keys: readonly object[] = [jwkOf(ec, { kid: "a" })]) => {
  const provider = makeProvider();
  const clock = makeClock();
  const serve = (...served: readonly object[]) => {
    provider.state.body = JSON.stringify({ keys: served });
  };
  serve(...keys);
  const set = jwksKeys({ ...provider, ca: "", clock, locate: async () => new URL("https://issuer.example.com/jwks") });
  return { ...provider, clock, serve, set, judge: async (token: Promise<string>) => judged(await token, {}, set) };
};
const signedBy = (pair: typeof ec, header: object = {}) => sign(CLAIMS, header, pair.privateKey);

describe("a key set at a URL", () => {
  it("is asked without anything that tells about its caller, and once for many tokens", async () => {
    const { judge, asked } = setUp();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => judge(signedBy(ec, { kid: "a" }))));
    expect([...outcomes, await judge(signedBy(ec, { kid: "a" }))]).toEqual(Array(6).fill("accepted"));
    expect(asked.map(({ method, url, headers }) => [method, url.href, headers])).toEqual([
      ["GET", "https://issuer.example.com/jwks", { accept: "application/json" }],
    ]);
  });

  it("checks a token by the key its header names, by any if it names none", async () => {
    const { judge } = setUp([jwkOf(otherEc, { kid: "b" }), jwkOf(ec, { kid: "a" })]);
    expect(await judge(signedBy(ec, { kid: "a" }))).toBe("accepted");
    expect(await judge(signedBy(ec, { kid: "b" }))).toBe(BAD_SIGNATURE);
    expect(await judge(signedBy(ec))).toBe("accepted");
    expect(await judge(signedBy(otherEc))).toBe("accepted");
  });

  it("may have one id for two keys", async () => {
    const { judge } = setUp([jwkOf(otherEc, { kid: "a" }), jwkOf(ec, { kid: "a" })]);
    expect(await judge(signedBy(ec, { kid: "a" }))).toBe("accepted");
  });

  it.each([
    ["for encryption", { use: "enc" }],
    ["for another algorithm", { alg: "ES384" }],
    ["for signing only", { key_ops: ["sign"] }],
    ["that is private", { d: ec.privateKey.export({ format: "jwk" }).d }],
    ["that is a shared secret", { kty: "oct", k: "AAAA" }],
    ["of a kind nobody knows", { kty: "AKP" }],
  ])("does not check by a key %s", async (_, more) => {
    const { judge } = setUp([jwkOf(ec, { kid: "a", ...more })]);
    expect(await judge(signedBy(ec, { kid: "a" }))).toBe(BAD_SIGNATURE);
  });

  it.each([
    ["another status", 500, "{}"],
    ["a redirect", 302, ""],
    ["text", 200, "<html>"],
    ["a list", 200, "[]"],
    ["no keys", 200, "{}"],
    ["keys that are numbers", 200, '{"keys":[7]}'],
    ["too many keys", 200, JSON.stringify({ keys: Array(101).fill({ kty: "EC" }) })],
  ])("F23: an answer with %s refuses the token and grants nothing", async (_, status, body) => {
    const { judge, state, asked } = setUp();
    Object.assign(state, { status, body });
    expect(await judge(signedBy(ec, { kid: "a" }))).toBe(UNAVAILABLE);
    expect(asked).toHaveLength(1);
  });
});

describe("F23: keys of a provider", () => {
  it("serve on while it is down, for an hour and no longer", async () => {
    const { judge, state, clock } = setUp();
    expect(await judge(signedBy(ec, { kid: "a" }))).toBe("accepted");
    state.down = true;
    clock.ms += 3_599_000;
    expect(await judge(sign({ ...CLAIMS }, { kid: "a" }))).toBe("accepted");
    clock.ms += 2_000;
    expect(await judge(signedBy(ec, { kid: "a" }))).toBe(UNAVAILABLE);
    state.down = false;
    clock.ms += 5_001;
    expect(await judge(signedBy(ec, { kid: "a" }))).toBe("accepted");
  });

  it("that were removed are refused after five minutes", async () => {
    const { judge, serve, clock } = setUp();
    expect(await judge(signedBy(ec, { kid: "a" }))).toBe("accepted");
    serve(jwkOf(otherEc, { kid: "b" }));
    clock.ms += 300_001;
    expect(await judge(signedBy(ec, { kid: "a" }))).toBe(BAD_SIGNATURE);
  });

  it("that are new are found by the first token that needs them, once in 30 seconds", async () => {
    const { judge, serve, clock, asked } = setUp();
    expect(await judge(signedBy(ec, { kid: "a" }))).toBe("accepted");
    serve(jwkOf(otherEc, { kid: "b" }));
    expect(await judge(signedBy(otherEc, { kid: "b" }))).toBe(BAD_SIGNATURE);
    clock.ms += 30_001;
    expect(await judge(signedBy(otherEc, { kid: "b" }))).toBe("accepted");
    expect(asked).toHaveLength(2);
  });

  it("are not asked for by a storm of unknown key ids", async () => {
    const { judge, clock, asked } = setUp();
    for (let round = 0; round < 20; round++) {
      clock.ms += 3_000;
      await Promise.all([1, 2, 3].map((n) => judge(signedBy(otherEc, { kid: `x${round}.${n}` }))));
    }
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  it("are asked for once in 5 seconds while the provider is down", async () => {
    const { judge, state, clock, asked } = setUp();
    state.down = true;
    for (let round = 0; round < 10; round++) {
      clock.ms += 1_000;
      expect(await judge(signedBy(ec, { kid: "a" }))).toBe(UNAVAILABLE);
    }
    expect(asked).toHaveLength(2);
  });

  it("are old when the clock was set back", async () => {
    const { judge, clock, asked } = setUp();
    await judge(signedBy(ec, { kid: "a" }));
    clock.ms -= 10_000;
    await judge(signedBy(ec, { kid: "a" }));
    expect(asked).toHaveLength(2);
  });
});

describe("several key sets", () => {
  it("serve though one of them is down, and refuse what none of them signed", async () => {
    const down = setUp();
    down.state.down = true;
    const up = setUp([jwkOf(otherEc, { kid: "b" })]);
    const all = anyOf([down.set, up.set]);
    expect(await judged(await signedBy(otherEc, { kid: "b" }), {}, all)).toBe("accepted");
    expect(await judged(await signedBy(ec, { kid: "a" }), {}, all)).toBe(UNAVAILABLE);
    down.state.down = false;
    down.clock.ms += 5_001;
    expect(await judged(await signedBy(ec, { kid: "a" }), {}, all)).toBe("accepted");
    expect(await judged(await signedBy(ec, { kid: "c" }), {}, anyOf([up.set, pemKeys([pemOf(otherEc)])]))).toBe(
      BAD_SIGNATURE,
    );
  });
});

describe("discovery", () => {
  const ISSUER = "https://issuer.example.com/tenant";
  const document = {
    issuer: ISSUER,
    jwks_uri: "https://keys.example.com/jwks",
    token_endpoint: "https://issuer.example.com/token",
  };
  const answered = async (given: object | string, issuer = ISSUER) => {
    const provider = makeProvider();
    provider.state.body = typeof given === "string" ? given : JSON.stringify(given);
    const outcome = await discover(issuer, { ...provider, ca: "" }).then(
      ({ jwks }) => jwks.href,
      (cause: unknown) => Object(cause).reason ?? Object(cause).message,
    );
    return { outcome, asked: provider.asked.map(({ url }) => url.href) };
  };

  it("asks below the issuer's path and finds the key set", async () => {
    const { outcome, asked } = await answered(document);
    expect([outcome, asked]).toEqual([
      "https://keys.example.com/jwks",
      ["https://issuer.example.com/tenant/.well-known/openid-configuration"],
    ]);
  });

  it("keeps the end of an issuer's name", async () => {
    const { outcome, asked } = await answered({ ...document, issuer: `${ISSUER}/` }, `${ISSUER}/`);
    expect([outcome, asked]).toEqual([
      "https://keys.example.com/jwks",
      ["https://issuer.example.com/tenant/.well-known/openid-configuration"],
    ]);
  });

  it.each([
    ["another issuer", { ...document, issuer: "https://issuer.example.com" }, "calls itself another issuer"],
    ["the issuer with a slash", { ...document, issuer: `${ISSUER}/` }, "calls itself another issuer"],
    ["no issuer", { jwks_uri: document.jwks_uri }, "calls itself another issuer"],
    ["no key set", { issuer: ISSUER }, "names no key set"],
    [
      "a key set in the clear",
      { ...document, jwks_uri: "http://keys.example.com/" },
      "names a jwks_uri that cannot be used",
    ],
    ["a key set in a file", { ...document, jwks_uri: "file:///etc/passwd" }, "names a jwks_uri that cannot be used"],
    [
      "a token endpoint in the clear",
      { ...document, token_endpoint: "http://issuer.example.com/token" },
      "names a token_endpoint that cannot be used",
    ],
    ["text", "<html>", "answered with something that is not JSON"],
  ])("refuses %s", async (_, given, reason) => {
    expect((await answered(given)).outcome).toBe(reason);
  });

  it("is shared by those who ask at the same time, and kept", async () => {
    const provider = makeProvider();
    provider.state.body = JSON.stringify(document);
    const clock = makeClock();
    const kept = keptDiscovery({ ...provider, ca: "", clock, issuer: ISSUER });
    const [first, second] = await Promise.all([kept.get(), kept.get()]);
    expect([first === second, provider.asked.length]).toEqual([true, 1]);
    expect(await kept.get()).toBe(first);
  });
});

describe("V09 and V10: an address", () => {
  it.each([
    ["ftp://issuer.example.com/", "not an https URL"],
    ["issuer.example.com", "not an https URL"],
    ["", "not an https URL"],
    ["http://issuer.example.com/", "the URL must be https"],
    ["http://127.0.0.1.example.com/", "the URL must be https"],
    ["http://169.254.169.254/", "the URL must be https"],
    ["https://me:secret@issuer.example.com/", "the URL must hold no password"],
  ])("%s cannot be a provider's", (text, message) => {
    expect(() => remoteUrl(text)).toThrow(message);
  });

  it.each([
    "https://127.0.0.1/jwks",
    "http://127.0.0.1:9001/jwks",
    "http://localhost/jwks",
    "https://2130706433/jwks",
    "https://0x7f000001/jwks",
    "https://[::ffff:127.0.0.1]/jwks",
    "https://169.254.169.254/latest",
    "https://169.254.170.2/",
    "https://10.0.0.1/jwks",
    "https://neighbour.example.com/jwks",
  ])("%s is not dialled by a deployment", async (url) => {
    const fetch = createFetch(createGuard(PUBLIC, async () => ["10.0.0.7"]));
    await expect(tryJwks(remoteUrl(url), { fetch, ca: "" })).rejects.toMatchObject({
      name: "SourceUnavailable",
      cause: expect.objectContaining({ name: "AddressRefused" }),
    });
  });
});

describe("authorities", () => {
  const REFUSED = "could not parse CA PEM value successfully";
  const { cert } = makeCertificate("issuer.example.com", new Date(NOW));

  it("are certificates, or nothing", () => {
    for (const pem of ["", " \n", cert, `subject=issuer\n${cert}\n${cert}`])
      expect(() => checkAuthorities(pem)).not.toThrow();
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    for (const pem of ["not a certificate", pemOf(ec), broken, `${cert}${broken}`, `${cert}-----END CERTIFICATE-----`])
      expect(() => checkAuthorities(pem)).toThrow(REFUSED);
  });

  it("and keys are read in one pass, however many beginnings a text has", () => {
    const many = "-----BEGIN CERTIFICATE-----".repeat(200_000);
    expect(() => checkAuthorities(many)).toThrow(REFUSED);
    expect(() => pemKeys([many])).toThrow("data does not contain");
    expect(() => pemKeys([`${"-----BEGIN PUBLIC KEY-----".repeat(200_000)}-----END PUBLIC KEY-----`])).toThrow(
      "data does not contain",
    );
  });

  it("a certificate's key checks tokens", async () => {
    const made = makeCertificate("issuer.example.com", new Date(NOW));
    const token = await sign(CLAIMS, {}, createPrivateKey(made.key));
    expect([await judged(token, {}, pemKeys([made.cert])), await judged(token, {}, pemKeys([cert]))]).toEqual([
      "accepted",
      BAD_SIGNATURE,
    ]);
  });
});
