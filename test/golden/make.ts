import {
  constants,
  createCipheriv,
  createHash,
  createHmac,
  publicEncrypt,
  randomBytes,
  X509Certificate,
} from "node:crypto";
import { inside, itemAt } from "./der.ts";

/**
 * What a story works out between two requests, by kind and arguments. The codes of one-time passwords are computed
 * here from RFC 6238 alone, so that they judge the code under test.
 */

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

const fromBase32 = (text: string): Buffer => {
  const bits = [...text.replace(/=+$/, "")].map((one) => BASE32.indexOf(one).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};

/** The code of an `otpauth` URL at a time in milliseconds. */
const totp = (url: string, nowMs: number): string => {
  const { searchParams } = new URL(url);
  const digits = Number(searchParams.get("digits") ?? 6);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / 1000 / periodOf(url))));
  const hash = (searchParams.get("algorithm") ?? "SHA1").toLowerCase();
  const mac = createHmac(hash, fromBase32(searchParams.get("secret") ?? ""))
    .update(counter)
    .digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, "0");
};

const periodOf = (url: string): number => Number(new URL(url).searchParams.get("period") ?? 30);

/**
 * A key (base64) wrapped for import, in base64: AES-KWP under a new AES-256 key, and that key under RSA-OAEP.
 * Source: RFC 5649; its first bytes are fixed.
 */
const wrap = (publicKey: string, key: string, hash: string): string => {
  const aes = randomBytes(32);
  const cipher = createCipheriv("id-aes256-wrap-pad", aes, Buffer.from("a65959a6", "hex"));
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash };
  const wrapped = [cipher.update(Buffer.from(key, "base64")), cipher.final()];
  return Buffer.concat([publicEncrypt({ key: publicKey, ...padding }, aes), ...wrapped]).toString("base64");
};

/** An element of less than 65,536 bytes, in hexadecimal, as its parts are. */
const element = (tag: string, ...parts: readonly string[]): string => {
  const content = parts.join("");
  const length = content.length / 2;
  const digits = length.toString(16).padStart(length < 256 ? 2 : 4, "0");
  return `${tag}${length < 128 ? "" : length < 256 ? "81" : "82"}${digits}${content}`;
};

const HASH_IDS: Readonly<Record<string, string>> = { sha1: "06052b0e03021a", sha256: "0609608648016503040201" };
const NONCE_ID = "06092b0601050507300102";

/** An OCSP request, base64, for a serial number under an issuer's certificate (PEM). `nonce`: hexadecimal, or `""`. */
const ocsp = (issuer: string, serial: string, hash: string, nonce: string): string => {
  const body = inside(inside(itemAt(new X509Certificate(issuer).raw))[0]);
  const [, , , , subject, key] = body[0]?.tag === 0xa0 ? body.slice(1) : body;
  if (!subject || !key) throw new Error("not a certificate");
  const digest = (bytes: Buffer): string => element("04", createHash(hash).update(bytes).digest("hex"));
  const number = serial.replace(/[:-]/g, "");
  const id = element(
    "30",
    element("30", HASH_IDS[hash] ?? "", "0500"),
    digest(subject.whole),
    digest(inside(key)[1]?.body.subarray(1) ?? Buffer.alloc(0)),
    element("02", Number.parseInt(number.slice(0, 2), 16) >= 0x80 ? `00${number}` : number),
  );
  const extension = element("30", NONCE_ID, element("04", element("04", nonce)));
  const extra = nonce === "" ? "" : element("a2", element("30", extension));
  return Buffer.from(element("30", element("30", element("30", element("30", id)), extra)), "hex").toString("base64");
};

/** The value of `["kind", ...arguments]`. */
export const make = (kind: string, given: readonly unknown[], nowMs: number): unknown => {
  const [first = "", second = "", third = "", fourth = ""] = given.map(String);
  switch (kind) {
    case "part":
      return new RegExp(second, "s").exec(first)?.[1] ?? "";
    case "join":
      return given.map(String).join("");
    case "uri":
      return encodeURIComponent(first);
    case "base64":
      return Buffer.from(first, "utf8").toString("base64");
    case "challenge":
      return createHash("sha256").update(first).digest("base64url");
    case "totp":
      return totp(first, nowMs + Number(second) * periodOf(first) * 1000);
    case "wrap":
      return wrap(first, second, third === "" ? "sha256" : third);
    case "ocsp":
      return ocsp(first, second, third === "" ? "sha1" : third, fourth);
    default:
      throw new Error(`a story cannot make a ${kind}`);
  }
};
