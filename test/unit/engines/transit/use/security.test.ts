import { createPublicKey } from "node:crypto";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { p256 } from "@noble/curves/nist.js";
import fc from "fast-check";
import { findKey } from "../../../../../src/engines/transit/keys/find.ts";
import { createItemCipher } from "../../../../../src/engines/transit/use/cipher.ts";
import { Versions } from "../../../../../src/engines/transit/use/versions.ts";
import type { JsonObject, JsonValue } from "../../../../../src/std/json.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { runs } from "../../../../support/runs.ts";
import { createMount, type UseMount } from "./support/mount.ts";

const AEAD = ["aes128-gcm96", "aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305"] as const;
const NONCE_BYTES: Readonly<Record<string, number>> = { "xchacha20-poly1305": 24 };
const b64 = (text: string): string => Buffer.from(text).toString("base64");
const INPUT = b64("the quick brown fox");

const bytesOf = (text: string): Buffer => Buffer.from(text.replace(/^vault:v\d+:/, ""), "base64");
const nonceOf = (type: string, ciphertext: string): string =>
  bytesOf(ciphertext)
    .subarray(0, NONCE_BYTES[type] ?? 12)
    .toString("hex");

let mount: UseMount;
beforeAll(async () => {
  mount = createMount();
  for (const type of AEAD) {
    await mount.data(`keys/${type}`, { type });
    await mount.data(`keys/convergent-${type}`, { type, derived: true, convergent_encryption: true });
  }
  await mount.data("keys/rsa", { type: "rsa-2048" });
  await mount.data("keys/ecdsa", { type: "ecdsa-p256" });
  await mount.data("keys/ed25519", { type: "ed25519" });
  await mount.data("keys/hmac", { type: "hmac", key_size: 32 });
});

describe("V93: nonces", () => {
  const CHOSEN = Buffer.alloc(24, 7);
  /** Everything that a caller might hope to be taken for a nonce. */
  const FIELDS: JsonObject = Object.fromEntries(
    ["nonce", "Nonce", "iv", "decodednonce", "DecodedNonce", "convergent_version", "ciphertext", "reference"].map(
      (name) => [name, CHOSEN.subarray(0, 12).toString("base64")],
    ),
  );

  it.each(AEAD)("%s: every field of a request leaves them to the random source", async (type) => {
    const drawn: Buffer[] = [];
    const random = {
      bytes: (length: number) => {
        const bytes = Buffer.from(systemRandom.bytes(length));
        drawn.push(bytes);
        return bytes;
      },
    };
    const own = createMount(random);
    await own.data("keys/k", { type });
    drawn.length = 0;

    const one = await own.data("encrypt/k", { plaintext: INPUT, ...FIELDS });
    const many = await own.data("encrypt/k", { batch_input: [1, 2, 3].map(() => ({ plaintext: INPUT, ...FIELDS })) });
    const again = await own.data("rewrap/k", { ...FIELDS, ciphertext: one.ciphertext });

    const texts: string[] = [one, again, ...many.batch_results].map(({ ciphertext }) => ciphertext);
    const made = Buffer.concat(drawn).toString("hex");
    for (const text of texts) expect(made).toContain(nonceOf(type, text));
    expect(new Set(texts.map((text) => nonceOf(type, text))).size).toBe(5);
  });

  it.each(AEAD)("%s: the same plaintext twice has another nonce and another ciphertext", async (type) => {
    const { batch_results } = await mount.data(`encrypt/${type}`, {
      batch_input: Array.from({ length: 200 }, () => ({ plaintext: INPUT })),
    });
    const texts: string[] = batch_results.map(({ ciphertext }: { ciphertext: string }) => ciphertext);
    expect(new Set(texts).size).toBe(200);
    expect(new Set(texts.map((text) => nonceOf(type, text))).size).toBe(200);
  });

  it.each(AEAD)(
    "%s, convergent: equal for equal plaintext, context and associated data, and for nothing else",
    async (type) => {
      const name = `convergent-${type}`;
      const encrypt = async (plaintext: string, context: string, aad = ""): Promise<string> =>
        (
          await mount.data(`encrypt/${name}`, {
            plaintext: b64(plaintext),
            context: b64(context),
            associated_data: b64(aad),
          })
        ).ciphertext;

      expect(await encrypt("p", "c")).toBe(await encrypt("p", "c"));
      expect(await encrypt("p", "c", "a")).toBe(await encrypt("p", "c", "a"));
      const others = [
        await encrypt("p", "c"),
        await encrypt("q", "c"),
        await encrypt("p", "d"),
        await encrypt("p", "c", "a"),
        await encrypt("p", "c", "b"),
      ];
      // One nonce for two messages would give away the key that authenticates.
      expect(new Set(others.map((text) => nonceOf(type, text))).size).toBe(5);
      const opened = await mount.data(`decrypt/${name}`, {
        ciphertext: others[4] ?? "",
        context: b64("c"),
        associated_data: b64("b"),
      });
      expect(opened.plaintext).toBe(b64("p"));
    },
  );
});

describe("a version without its secret", () => {
  it.each([false, true])(
    "encrypts nothing, rather than with a key that everybody can derive (derived: %s)",
    async (derived) => {
      const own = createMount();
      await own.data("keys/k", { type: "aes256-gcm96", derived });
      const found = await findKey("k", own.context);
      if (!found) throw new Error("no key");
      const version = await found.version(1);
      if (!version) throw new Error("no version");
      const { secret: _, ...lacking } = version;
      const key = { ...found, versions: async () => new Map([[1, lacking]]) };
      const cipher = createItemCipher(found.stored, await Versions.of(key, [1]), systemRandom, 1);
      expect(() => cipher.encrypt(Buffer.from("p"), 1, Buffer.from("c"), "")).toThrow("no such key version");
    },
  );
});

describe("a ciphertext that does not open", () => {
  const REFUSALS: Readonly<Record<string, string>> = {
    "aes128-gcm96": "cipher: message authentication failed",
    "aes256-gcm96": "cipher: message authentication failed",
    "chacha20-poly1305": "chacha20poly1305: message authentication failed",
    "xchacha20-poly1305": "chacha20poly1305: message authentication failed",
  };

  it.each(AEAD)("%s: has one text, whichever bit was changed", async (type) => {
    const { ciphertext } = await mount.data(`encrypt/${type}`, { plaintext: INPUT, associated_data: b64("a") });
    const sealed = bytesOf(ciphertext);
    const tampered = Array.from({ length: sealed.length * 8 }, (_, bit) => {
      const bytes = Buffer.from(sealed);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return { ciphertext: `vault:v1:${bytes.toString("base64")}`, associated_data: b64("a") };
    });
    const { status, data } = await mount.post(`decrypt/${type}`, { batch_input: tampered });
    expect(status).toBe(400);
    const texts = new Set(data.batch_results.map(({ error }: { error: string }) => error));
    expect([...texts]).toEqual([REFUSALS[type]]);
  });

  it("of another key or another context has that text too", async () => {
    await mount.data("keys/foreign", {});
    const { ciphertext } = await mount.data("encrypt/foreign", { plaintext: INPUT });
    const foreign = await mount.post("decrypt/aes256-gcm96", { ciphertext });
    const name = "convergent-aes256-gcm96";
    const own = await mount.data(`encrypt/${name}`, { plaintext: INPUT, context: b64("one") });
    const context = await mount.post(`decrypt/${name}`, { ciphertext: own.ciphertext, context: b64("two") });
    expect([foreign, context]).toEqual(
      Array.from({ length: 2 }, () => ({ status: 400, errors: ["cipher: message authentication failed"] })),
    );
  });

  it("of an RSA key has one text as well: padding and length are not told apart", async () => {
    const { ciphertext } = await mount.data("encrypt/rsa", { plaintext: INPUT });
    const sealed = bytesOf(ciphertext);
    const others = [
      sealed.subarray(0, -1),
      Buffer.concat([sealed, Buffer.alloc(1)]),
      Buffer.alloc(256),
      Buffer.alloc(256, 0xff),
      Buffer.alloc(0),
      Buffer.from(sealed.map((byte, at) => (at === 200 ? byte ^ 1 : byte))),
    ];
    for (const bytes of others) {
      const told = await mount.post("decrypt/rsa", { ciphertext: `vault:v1:${bytes.toString("base64")}` });
      const text = "failed to RSA decrypt the ciphertext: crypto/rsa: decryption error";
      expect(told).toEqual({ status: 400, errors: [`1 error occurred:\n\t* ${text}\n\n`] });
    }
  });
});

describe("whatever is sent", () => {
  const KEYS = [...AEAD, "convergent-aes256-gcm96", "rsa", "ecdsa", "ed25519", "hmac"] as const;
  const oddText = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc
      .tuple(fc.constantFrom("vault:v", "vault:", ""), fc.constantFrom("1", "0", "-1", "99", "1e3", ""), fc.string())
      .map(([prefix, version, rest]) => `${prefix}${version}:${rest}`),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => `vault:v1:${Buffer.from(bytes).toString("base64")}`),
  );

  it("a ciphertext, a signature or an HMAC of any text is refused or false, never a failure of the server", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...KEYS), oddText, fc.boolean(), async (key, text, jws) => {
        const options = jws ? { marshaling_algorithm: "jws", prehashed: true } : {};
        const context = b64("c");
        const told = [
          await mount.post(`decrypt/${key}`, { ciphertext: text, context }),
          await mount.post(`rewrap/${key}`, { ciphertext: text, context }),
          await mount.post(`verify/${key}`, { input: INPUT, signature: text, ...options }),
          await mount.post(`verify/${key}`, { input: INPUT, hmac: text }),
        ];
        for (const { status, data, errors } of told) {
          if (status === 200) expect(data).toEqual({ valid: false });
          else expect([status, errors?.[0]]).toEqual([400, expect.stringMatching(/\S/)]);
        }
      }),
      { numRuns: runs(150, 20_000) },
    );
  });

  it("a batch of any JSON is answered or refused, never a failure of the server", async () => {
    const names = ["plaintext", "ciphertext", "context", "key_version", "input", "signature", "hmac", "reference"];
    const value = fc.oneof(
      fc.constantFrom<JsonValue>(null, true, 0, 1, -1, 1.5, "", INPUT, "vault:v1:AAAA", [], {}, 1e300),
      oddText,
    );
    const item = fc.oneof(fc.dictionary(fc.constantFrom(...names), value), value);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("encrypt", "decrypt", "rewrap", "sign", "verify", "hmac"),
        fc.constantFrom(...KEYS),
        fc.oneof(fc.array(item, { maxLength: 4 }), item),
        async (operation, key, batch) => {
          const { status } = await mount.post(`${operation}/${key}`, { batch_input: batch as JsonValue });
          expect([200, 400]).toContain(status);
        },
      ),
      { numRuns: runs(300, 50_000) },
    );
  });

  it("V74: a hash that is none makes no HMAC", async () => {
    const told = [
      await mount.post("hmac/hmac", { input: INPUT, algorithm: "none" }),
      await mount.post("hmac/hmac/none", { input: INPUT }),
      await mount.post("hmac/hmac", { input: INPUT, algorithm: "" }),
      await mount.post("verify/hmac", { input: INPUT, hmac: "vault:v1:AAAA", hash_algorithm: "none" }),
      await mount.post("hmac/hmac", { input: INPUT, algorithm: "toString" }),
    ];
    expect(told.map(({ status, errors }) => [status, errors?.[0]])).toEqual([
      [400, 'unsupported algorithm "none"'],
      [400, 'unsupported algorithm "none"'],
      [400, 'unsupported algorithm ""'],
      [400, 'invalid hash algorithm "none"'],
      [400, 'unsupported algorithm "toString"'],
    ]);
  });

  it("a second form of an ECDSA signature is not taken for it", async () => {
    const { signature } = await mount.data("sign/ecdsa", { input: INPUT });
    const der = bytesOf(signature);
    const within = Buffer.concat([der.subarray(2), Buffer.from([5, 0])]);
    const longer = Buffer.concat([Buffer.from([0x30, within.length]), within]);
    const told = await mount.post("verify/ecdsa", { input: INPUT, signature: `vault:v1:${longer.toString("base64")}` });
    expect(told).toEqual({ status: 400, errors: ["supplied signature is invalid"] });
  });
});

describe("a hash of zero", () => {
  it("has no valid signature of ECDSA: anybody could make it from the public key", async () => {
    const { keys } = await mount.data("keys/ecdsa");
    const { x = "", y = "" } = createPublicKey(keys["1"].public_key).export({ format: "jwk" });
    const point = p256.Point.fromAffine({
      x: BigInt(`0x${Buffer.from(x, "base64url").toString("hex")}`),
      y: BigInt(`0x${Buffer.from(y, "base64url").toString("hex")}`),
    });
    // With u1 = 0 the equation of verification has the public key alone in it.
    const factor = 7n;
    const order = p256.Point.Fn;
    const r = order.create(point.multiply(factor).toAffine().x);
    const s = order.mul(r, order.inv(factor));
    const bytes = Buffer.concat([order.toBytes(r), order.toBytes(s)]);
    expect(p256.verify(bytes, Buffer.alloc(32), point.toBytes(), { prehash: false, lowS: false })).toBe(true);

    const forged = {
      signature: `vault:v1:${bytes.toString("base64url")}`,
      marshaling_algorithm: "jws",
      prehashed: true,
    };
    for (const input of ["", Buffer.alloc(32).toString("base64"), Buffer.alloc(64).toString("base64")]) {
      expect(await mount.data("verify/ecdsa", { ...forged, input })).toEqual({ valid: false });
    }
  });
});

describe("batches", () => {
  it("hold ten thousand items, or a thousand where each costs an operation of a key pair", async () => {
    const items = (count: number) => ({ batch_input: Array.from({ length: count }, () => ({ input: "" })) });
    const most = await mount.post("hmac/aes256-gcm96", items(10_000));
    const over = await mount.post("hmac/aes256-gcm96", items(10_001));
    const pairs = await mount.post("sign/ed25519", items(1001));
    expect([most.status, most.data.batch_results.length]).toEqual([200, 10_000]);
    expect([over, pairs]).toEqual([
      { status: 400, errors: ["batch_input has 10001 items, and at most 10000 are processed in one request"] },
      { status: 400, errors: ["batch_input has 1001 items, and at most 1000 are processed in one request"] },
    ]);
  });

  it("read a key once, and each version they name once, in one call", async () => {
    const items = Array.from({ length: 400 }, (_, index) => ({ plaintext: INPUT, key_version: 1 + (index % 4) }));
    const fresh = createMount();
    await fresh.data("keys/old", {});
    for (let n = 0; n < 3; n++) await fresh.data("keys/old/rotate");
    const { batch_results } = await fresh.data("encrypt/old", { batch_input: items });
    fresh.view.calls.length = 0;

    await fresh.data("decrypt/old", {
      batch_input: batch_results.map(({ ciphertext }: { ciphertext: string }) => ({ ciphertext })),
    });

    expect(fresh.view.calls).toEqual([{ kind: "get", members: 1 }]);
  });

  it("keep their order and their references, whatever fails", async () => {
    const { data } = await mount.post("encrypt/aes256-gcm96", {
      batch_input: ["a", "!", "b", "?"].map((text) => ({
        plaintext: text.length > 0 && /\w/.test(text) ? b64(text) : text,
        reference: text,
      })),
    });
    expect(
      data.batch_results.map(({ reference, error }: { reference: string; error?: string }) => [reference, error]),
    ).toEqual([
      ["a", undefined],
      ["!", "illegal base64 data at input byte 0"],
      ["b", undefined],
      ["?", "illegal base64 data at input byte 0"],
    ]);
  });

  it.each([100, 199, 204, 205, 304, 0, -1, 600])(
    "a status that no answer with a body has is not taken: %i",
    async (code) => {
      const told = await mount.post("encrypt/aes256-gcm96", {
        batch_input: [{ plaintext: INPUT }, { plaintext: "!" }],
        partial_failure_response_code: code,
      });
      const warning = "invalid HTTP response code override from partial_failure_response_code, reverting to 400";
      expect([told.status, told.warnings]).toEqual([400, [warning]]);
    },
  );
});
