import { constants, generateKeyPairSync, privateEncrypt, sign as rawSign } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseToken, pemKeys, unverifiedClaims } from "../../../src/jwt/index.ts";
import { writeJson } from "../../../src/std/json.ts";
import { codePoint } from "../../support/text.ts";
import { CLAIMS, ec, encode, judged, jwkOf, otherEc, pemOf, sign } from "./kit.ts";

const UNSIGNED = "error verifying token signature: ";
const BAD_SIGNATURE = `${UNSIGNED}no known key successfully validated the token signature`;

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed = generateKeyPairSync("ed25519");
const curves = {
  ES384: generateKeyPairSync("ec", { namedCurve: "P-384" }),
  ES512: generateKeyPairSync("ec", { namedCurve: "P-521" }),
};

describe("a signed token", () => {
  it.each([
    ["RS256", rsa],
    ["RS384", rsa],
    ["RS512", rsa],
    ["PS256", rsa],
    ["PS384", rsa],
    ["PS512", rsa],
    ["ES256", ec],
    ["ES384", curves.ES384],
    ["ES512", curves.ES512],
    ["EdDSA", ed],
  ])("is accepted with %s, among several keys", async (alg, pair) => {
    const keys = pemKeys([otherEc, rsa, ed, curves.ES384, curves.ES512, ec].map(pemOf));
    expect(await judged(await sign(CLAIMS, { alg }, pair.privateKey), {}, keys)).toBe("accepted");
    expect(await judged(await sign(CLAIMS, { alg }, pair.privateKey), {}, pemKeys([pemOf(otherEc)]))).toBe(
      BAD_SIGNATURE,
    );
  });

  it("may have white space around and inside", async () => {
    const token = await sign(CLAIMS);
    expect(await judged(`  ${token.slice(0, 20)}\n${token.slice(20)}\t`)).toBe("accepted");
  });

  it("may name keys of its own, which change nothing", async () => {
    const own = {
      jwk: jwkOf(otherEc),
      jku: "http://127.0.0.1:1/jwks",
      x5u: "http://127.0.0.1:1/x",
      x5c: ["AAAA"],
      kid: "../../x",
    };
    expect(await judged(await sign(CLAIMS, own as object))).toBe("accepted");
    expect(await judged(await sign(CLAIMS, own as object, otherEc.privateKey))).toBe(BAD_SIGNATURE);
  });

  it("of an algorithm that is not wanted is refused after its signature was checked", async () => {
    const text = "invalid algorithm (alg) header parameter: token signed with unexpected algorithm";
    expect(await judged(await sign(CLAIMS), { algorithms: ["RS256"] })).toBe(text);
    expect(await judged(await sign(CLAIMS, {}, otherEc.privateKey), { algorithms: ["RS256"] })).toBe(BAD_SIGNATURE);
  });
});

describe("V77: a token whose header asks for less, or for something else, is refused", () => {
  const [payload, signature] = [encode(CLAIMS), encode("x".repeat(64))];

  it.each([
    "none",
    "None",
    "NONE",
    "nOnE",
    "",
    "HS256",
    "HS512",
    "es256",
    "ES256K",
    "Ed25519",
    "RSA-OAEP",
    null,
    7,
    ["ES256"],
    undefined,
  ])("alg %p", async (alg) => {
    for (const tail of ["", signature])
      expect(await judged(`${encode({ alg, typ: "JWT" })}.${payload}.${tail}`)).toMatch(
        /^error verifying token signature: /,
      );
  });

  it.each([
    ["crit", { crit: ["exp"], exp: 1 }],
    ["an empty crit", { crit: [] }],
    ["b64", { b64: false, crit: ["b64"] }],
    ["b64 that changes nothing", { b64: true }],
  ])("%s", async (_, more) => {
    const input = `${encode({ alg: "ES256", ...more })}.${payload}`;
    const signed = rawSign("sha256", Buffer.from(input), { key: ec.privateKey, dsaEncoding: "ieee-p1363" });
    expect(await judged(`${input}.${signed.toString("base64url")}`)).toBe(
      `${UNSIGNED}the header has a critical extension`,
    );
  });

  it("the public key as a shared secret", async () => {
    const { createHmac } = await import("node:crypto");
    const input = `${encode({ alg: "HS256" })}.${payload}`;
    for (const secret of [pemOf(ec), pemOf(ec).trim(), JSON.stringify(jwkOf(ec))]) {
      const mac = createHmac("sha256", secret).update(input).digest("base64url");
      expect(await judged(`${input}.${mac}`)).toBe(`${UNSIGNED}unexpected signature algorithm`);
    }
  });

  it.each([7, null, ["a"], { a: 1 }, "k".repeat(1025)])("key id %p", async (kid) => {
    expect(await judged(await signRaw(JSON.stringify({ alg: "ES256", kid }), JSON.stringify(CLAIMS)))).toBe(
      `${UNSIGNED}the key id is not a short text`,
    );
  });
});

const signRaw = async (header: string | Uint8Array, payload: string | Uint8Array): Promise<string> => {
  const input = `${Buffer.from(header).toString("base64url")}.${Buffer.from(payload).toString("base64url")}`;
  const signed = rawSign("sha256", Buffer.from(input), { key: ec.privateKey, dsaEncoding: "ieee-p1363" });
  return `${input}.${signed.toString("base64url")}`;
};

describe("a token that readers may read in two ways is refused, though its signature is right:", () => {
  const header = '{"alg":"ES256"}';
  const claims = JSON.stringify(CLAIMS);

  it.each([
    ["an algorithm twice", '{"alg":"ES256","alg":"ES256"}', claims],
    ["an algorithm and none", '{"alg":"none","alg":"ES256"}', claims],
    ["an escaped name that is another's", '{"alg":"ES256","a\\u006cg":"ES256"}', claims],
    ["a subject twice", header, claims.replace("{", '{"sub":"admin",')],
    ["the same subject twice", header, claims.replace("{", '{"sub":"job",')],
    ["a name twice further inside", header, claims.replace("{", '{"nested":[{"a":1,"a":2}],')],
    ["a payload that is a list", header, '["a"]'],
    ["a payload that is a number", header, "7"],
    ["a payload that is null", header, "null"],
    ["a payload that is not JSON", header, "{'sub':1}"],
    ["something behind the payload", header, `${claims}{}`],
    ["a byte order mark", header, `\ufeff${claims}`],
    ["bytes that are not UTF-8", header, Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ["no payload", header, ""],
    ["a deep payload", header, `{"a":${"[".repeat(20)}${"]".repeat(20)}}`],
    ["a very deep payload", header, `{"a":${"[".repeat(15000)}${"]".repeat(15000)}}`],
    ["a deep header", `{"alg":"ES256","a":${"[".repeat(20)}${"]".repeat(20)}}`, claims],
  ])("%s", async (_, head, payload) => {
    expect(await judged(await signRaw(head, payload))).toMatch(
      /^error verifying token signature: the (header|payload) is not/,
    );
  });

  it("names inside texts and colons in them do not count", async () => {
    expect(await judged(await sign({ ...CLAIMS, note: '{"sub":1,"sub":"\\\\":}' }))).toBe("accepted");
  });

  it.each(["SUB", "ſub", "Iss", "AUD", "EXP"])("a second spelling of a registered claim, %s", async (name) => {
    expect(await judged(await sign({ ...CLAIMS, [name]: "admin" }))).toMatch(
      /^ambiguous claim: key ".+" collides with registered claim ".+" under case folding$/,
    );
  });

  it("a property: what JSON can hold once reads back as it was, and with any name twice is refused", async () => {
    const members = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 3 }), {
      minKeys: 1,
      maxKeys: 5,
    });
    await fc.assert(
      fc.property(members, fc.nat(), (object, at) => {
        const json = JSON.stringify(object);
        const token = (text: string) => parseToken(`${encode({ alg: "ES256" })}.${encode(text)}.AAAA`);
        expect(JSON.parse(writeJson(unverifiedClaims(token(json))))).toEqual(JSON.parse(json));
        const names = Object.keys(object);
        const twice = `{${JSON.stringify(names[at % names.length])}:0,${json.slice(1)}`;
        expect(() => unverifiedClaims(token(twice))).toThrow("each name once");
      }),
      { numRuns: 200 },
    );
  });
});

describe("what is not a token in compact form is refused:", () => {
  it("anything, without a crash", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.string({ unit: codePoint }), fc.base64String()), async (text) => {
        expect(await judged(text)).toMatch(/^error verifying token signature: /);
      }),
      { numRuns: 200 },
    );
  });

  it("JSON serialization, too many and too few parts, padding, another alphabet, leftover bits, a huge text", async () => {
    const token = await sign(CLAIMS);
    const [head = "", payload = "", signature = ""] = token.split(".");
    const general = { payload, signatures: [{ protected: head, signature }] };
    const hostile = [
      JSON.stringify(general),
      JSON.stringify({ payload, protected: head, signature }),
      `${token}.`,
      `${token}.${signature}`,
      `${head}.${payload}`,
      `${head}.${payload}.`,
      `${head}..${signature}`,
      `.${payload}.${signature}`,
      `${head}=.${payload}.${signature}`,
      `${head}.${payload}.${signature}=`,
      `${head}.${payload}.${signature.replace(/.$/, "+")}`,
      `${head}.${payload}.${signature.slice(0, -1)}${signature.endsWith("B") ? "C" : "B"}`,
      `${head}.${payload}.${"A".repeat(70_000)}`,
      `Bearer ${token}`,
    ];
    for (const text of hostile) expect(await judged(text)).toMatch(/^error verifying token signature: /);
  });

  it("a property: one changed character anywhere", async () => {
    const token = await sign(CLAIMS);
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(..."AZaz09-_.="), async (at, sign) => {
        const changed = `${token.slice(0, at)}${sign}${token.slice(at + 1)}`;
        if (changed !== token) expect(await judged(changed)).not.toBe("accepted");
      }),
      { numRuns: 200 },
    );
  });
});

describe("V13: a signature that only a lenient reader takes is refused", () => {
  const input = `${encode({ alg: "RS256" })}.${encode(CLAIMS)}`;
  const digestInfo = "3031300d060960864801650304020105000420";

  /** An RSA signature over any encoding: what a forger with a lenient verifier would aim at. */
  const signedEncoding = (encoding: Buffer): string => {
    const padded = Buffer.concat([encoding, Buffer.alloc(256 - encoding.length)]);
    return privateEncrypt({ key: rsa.privateKey, padding: constants.RSA_NO_PADDING }, padded).toString("base64url");
  };
  const encoding = async (info: string, filler: (length: number) => Buffer, kind = 1, tail = ""): Promise<Buffer> => {
    const { createHash } = await import("node:crypto");
    const digest = Buffer.concat([
      Buffer.from(info, "hex"),
      createHash("sha256").update(input).digest(),
      Buffer.from(tail, "hex"),
    ]);
    return Buffer.concat([Buffer.from([0, kind]), filler(256 - 3 - digest.length), Buffer.from([0]), digest]);
  };
  const ones = (length: number): Buffer => Buffer.alloc(length, 0xff);
  const keys = pemKeys([pemOf(rsa)]);

  it("and the one right encoding is accepted", async () => {
    expect(await judged(`${input}.${signedEncoding(await encoding(digestInfo, ones))}`, {}, keys)).toBe("accepted");
  });

  it.each([
    ["no NULL parameter", "302f300b0609608648016503040201" + "0420", ones, 1, ""],
    ["a hash of another kind", "3031300d060960864801650304020205000420", ones, 1, ""],
    ["a long form of a length", "308131300d060960864801650304020105000420", ones, 1, ""],
    ["something behind the hash", digestInfo, () => ones(8), 1, "00".repeat(194)],
    ["something behind the hash, inside the lengths", "30", ones, 1, "41"],
    ["a filler of other bytes", digestInfo, (length: number) => Buffer.alloc(length, 0xfe), 1, ""],
    ["a filler of zeros", digestInfo, (length: number) => Buffer.alloc(length), 1, ""],
    ["a block of kind 0", digestInfo, ones, 0, ""],
    ["a block of kind 2", digestInfo, ones, 2, ""],
    ["the bare hash", "", ones, 1, ""],
  ] as const)("RSA with %s", async (_, info, filler, kind, tail) => {
    const forged = `${input}.${signedEncoding(await encoding(info, filler, kind, tail))}`;
    expect(await judged(forged, {}, keys)).toBe(BAD_SIGNATURE);
  });

  it("Ed25519 with the group's order added to S", async () => {
    const ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;
    const token = await sign(CLAIMS, { alg: "EdDSA" }, ed.privateKey);
    const [head, payload, signature = ""] = token.split(".");
    const bytes = Buffer.from(signature, "base64url");
    const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`) + ORDER;
    const high = Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse();
    const malleated = Buffer.concat([bytes.subarray(0, 32), high]).toString("base64url");
    expect(await judged(`${head}.${payload}.${malleated}`, {}, pemKeys([pemOf(ed)]))).toBe(BAD_SIGNATURE);
  });

  it("ECDSA with zeros, in DER, or cut short", async () => {
    const [head = "", payload = "", signature = ""] = (await sign(CLAIMS)).split(".");
    const der = rawSign("sha256", Buffer.from(`${head}.${payload}`), ec.privateKey);
    const bytes = Buffer.from(signature, "base64url");
    for (const wrong of [Buffer.alloc(64), der, bytes.subarray(1), Buffer.concat([bytes, Buffer.alloc(1)])])
      expect(await judged(`${head}.${payload}.${wrong.toString("base64url")}`)).toBe(BAD_SIGNATURE);
  });
});

describe("keys given as PEM", () => {
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const odd = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
  const privatePem = ec.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  const NO_KEY = "data does not contain any valid RSA or ECDSA public keys";

  it.each([
    ["text", "not a key", NO_KEY],
    ["a private key", privatePem, NO_KEY],
    ["a broken key", pemOf(ec).replace("MFk", "MFl"), NO_KEY],
    ["a curve of none of the algorithms", pemOf(odd), NO_KEY],
    ["a short RSA key", pemOf(short), "an RSA key must have at least 2048 bits"],
  ])("cannot be %s", (_, pem, text) => {
    expect(() => pemKeys([pemOf(ec), pem])).toThrow(text);
  });

  it("a key checks the algorithms it is for, and no others", async () => {
    expect(await judged(await sign(CLAIMS, { alg: "EdDSA" }, ed.privateKey))).toBe(BAD_SIGNATURE);
    expect(
      await judged(await sign(CLAIMS, { alg: "RS256" }, rsa.privateKey), {}, pemKeys([pemOf(ec), pemOf(ed)])),
    ).toBe(BAD_SIGNATURE);
  });

  it("PKCS#1 is a form too", async () => {
    const pem = rsa.publicKey.export({ format: "pem", type: "pkcs1" }).toString();
    expect(await judged(await sign(CLAIMS, { alg: "RS256" }, rsa.privateKey), {}, pemKeys([pem]))).toBe("accepted");
  });
});
