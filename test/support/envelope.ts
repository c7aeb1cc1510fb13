import { createCipheriv, createDecipheriv, createHash, createHmac } from "node:crypto";

/**
 * Format 1 written down a second time, from the description in `src/crypto/README.md` and not from the code: HKDF by
 * its HMAC steps, the context byte by byte. What both agree on is the format.
 */

type Field = string | number | Uint8Array | undefined | null;

const framed = (kind: number, content: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([Buffer.of(kind), length, content]);
};

export const referenceContext = (fields: readonly Field[]): Buffer => {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(fields.length);
  const encoded = fields.map((field) => {
    if (field === undefined || field === null) return framed(0, Buffer.alloc(0));
    if (typeof field === "string") return framed(1, Buffer.from(field, "utf16le"));
    if (typeof field === "number") return framed(2, Buffer.from(`${field}`));
    return framed(3, Buffer.from(field));
  });
  return Buffer.concat([count, ...encoded]);
};

export interface ReferencePlace {
  readonly table: string;
  readonly pk: string;
  readonly sk: string;
  readonly clear: readonly Field[];
  readonly holder?: string;
}

export const referenceKeys = (dataKey: Buffer, version: number, place: ReferencePlace) => {
  const context = referenceContext(["zeroth", 1, place.table, place.pk, place.sk, version, ...place.clear]);
  const salt =
    place.holder === undefined
      ? Buffer.alloc(64)
      : createHash("sha512")
          .update(referenceContext([place.holder]))
          .digest();
  const extracted = createHmac("sha512", salt).update(dataKey).digest();
  const info = Buffer.concat([Buffer.from("zeroth/seal/1"), createHash("sha512").update(context).digest()]);
  const output = createHmac("sha512", extracted).update(info).update(Buffer.of(1)).digest();
  return { context, cipherKey: output.subarray(0, 32), commitment: output.subarray(32) };
};

export const referenceSeal = (dataKey: Buffer, version: number, place: ReferencePlace, iv: Buffer, plain: Buffer) => {
  const { context, cipherKey, commitment } = referenceKeys(dataKey, version, place);
  const cipher = createCipheriv("aes-256-gcm", cipherKey, iv, { authTagLength: 16 });
  cipher.setAAD(context);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  const head = Buffer.alloc(5);
  head.writeUInt8(1, 0);
  head.writeUInt32BE(version, 1);
  return Buffer.concat([head, iv, commitment, body, cipher.getAuthTag()]);
};

/** Plain AES-256-GCM, without commitment or format. */
export const gcmOpens = (key: Buffer, iv: Buffer, aad: Buffer, body: Buffer, tag: Buffer): boolean => {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: 16 });
    decipher.setAAD(aad);
    decipher.setAuthTag(tag);
    decipher.update(body);
    decipher.final();
    return true;
  } catch {
    return false;
  }
};

// GF(2^128) as GCM sees it: the leftmost bit is the coefficient of x^0 (NIST SP 800-38D, section 6.3).
const R = 0xe1n << 120n;
const toField = (block: Buffer): bigint => BigInt(`0x${block.toString("hex")}`);
const fromField = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(32, "0"), "hex");
const ONE = 1n << 127n;

const multiply = (x: bigint, y: bigint): bigint => {
  let product = 0n;
  let v = y;
  for (let bit = 127n; bit >= 0n; bit -= 1n) {
    if ((x >> bit) & 1n) product ^= v;
    v = v & 1n ? (v >> 1n) ^ R : v >> 1n;
  }
  return product;
};

/** x^(2^128 - 2), which is 1/x. */
const invert = (x: bigint): bigint => {
  let result = ONE;
  let square = x;
  for (let round = 1; round < 128; round += 1) {
    square = multiply(square, square);
    result = multiply(result, square);
  }
  return result;
};

const block = (key: Buffer, input: Buffer): bigint => {
  const cipher = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
  return toField(Buffer.concat([cipher.update(input), cipher.final()]));
};

const padded = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc((16 - (data.length % 16)) % 16)]);

const tagOf = (key: Buffer, iv: Buffer, aad: Buffer, body: Buffer): bigint => {
  const h = block(key, Buffer.alloc(16));
  const lengths = Buffer.alloc(16);
  lengths.writeBigUInt64BE(BigInt(aad.length) * 8n, 0);
  lengths.writeBigUInt64BE(BigInt(body.length) * 8n, 8);
  const input = Buffer.concat([padded(aad), padded(body), lengths]);
  let hash = 0n;
  for (let at = 0; at < input.length; at += 16) hash = multiply(hash ^ toField(input.subarray(at, at + 16)), h);
  return hash ^ block(key, Buffer.concat([iv, Buffer.of(0, 0, 0, 1)]));
};

/**
 * One ciphertext block and one tag that plain AES-GCM accepts under two keys and two contexts: the tag is affine in the
 * ciphertext block, so two of them meet. Source: Dodis, Grubbs, Ristenpart and Woodage, "Fast Message Franking".
 */
export const ciphertextForTwoKeys = (
  iv: Buffer,
  one: { readonly key: Buffer; readonly aad: Buffer },
  two: { readonly key: Buffer; readonly aad: Buffer },
): { readonly body: Buffer; readonly tag: Buffer } => {
  const zero = Buffer.alloc(16);
  const weight = (key: Buffer): bigint => {
    const h = block(key, zero);
    return multiply(h, h);
  };
  const difference = tagOf(one.key, iv, one.aad, zero) ^ tagOf(two.key, iv, two.aad, zero);
  const body = fromField(multiply(difference, invert(weight(one.key) ^ weight(two.key))));
  return { body, tag: fromField(tagOf(one.key, iv, one.aad, body)) };
};
