import { createHash, createHmac } from "node:crypto";

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

/** The value of `["kind", ...arguments]`. */
export const make = (kind: string, given: readonly unknown[], nowMs: number): unknown => {
  const [first = "", second = ""] = given.map(String);
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
    default:
      throw new Error(`a story cannot make a ${kind}`);
  }
};
