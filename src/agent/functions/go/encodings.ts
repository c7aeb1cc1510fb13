import { createHash } from "node:crypto";
import { bytesOfText, type Room } from "../../../go-template/index.ts";

/** Base64 as Go has it, and hashes in hexadecimal. */

const STANDARD = /^[A-Za-z0-9+/]*$/;
const URL = /^[A-Za-z0-9_-]*$/;

/** Where Go's decoder stops: the place of the first byte that cannot be. `undefined`: nowhere. */
const firstWrong = (text: string, alphabet: RegExp): number | undefined => {
  let digits = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (char === "\n" || char === "\r") continue;
    if (char === "=") return paddingWrong(text, at, digits);
    if (!alphabet.test(char)) return at;
    digits += 1;
  }
  return digits % 4 === 0 ? undefined : text.length - (digits % 4);
};

const paddingWrong = (text: string, from: number, digits: number): number | undefined => {
  const missing = (4 - (digits % 4)) % 4;
  const rest = text.slice(from).replace(/[\r\n]/g, "");
  if (missing === 0 || missing === 3) return from;
  if (rest === "=".repeat(missing)) return undefined;
  return rest.length < missing ? text.length : from + missing;
};

/** The bytes, or the place of the byte that is wrong. Line ends are skipped, padding is needed. */
export const decodeBase64 = (text: string, url = false): Buffer | number =>
  firstWrong(text, url ? URL : STANDARD) ?? Buffer.from(text.replace(/[\r\n]/g, ""), "base64");

export const encodeBase64 = (bytes: Buffer, room: Room): string => {
  room.text(Math.ceil(bytes.length / 3) * 4);
  return bytes.toString("base64");
};

export const hashOf = (algorithm: "md5" | "sha1" | "sha256", text: string): string =>
  createHash(algorithm).update(bytesOfText(text)).digest("hex");
