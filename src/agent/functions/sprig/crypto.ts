import { createCipheriv, createDecipheriv, createHmac, generateKeyPairSync, scryptSync } from "node:crypto";
import {
  bytesOfText,
  func0,
  func1,
  func2,
  INT,
  joined,
  type Room,
  STRING,
  TemplateFunction,
  textOfBytes,
  types,
  unrunnable,
  type Value,
} from "../../../go-template/index.ts";
import { type RandomSource, randomText, uuid } from "../../../std/random.ts";
import { decodeBase64, encodeBase64, hashOf } from "../go/encodings.ts";
import { integerOf } from "../go/values.ts";
import type { Libraries } from "../libraries.ts";
import type { Sources } from "../sources.ts";
import { decodeBase32, encodeBase32 } from "./base32.ts";

/** sprig's hashes, random texts, encodings, passwords and keys. It makes no certificates. */

const adler32 = (text: string): string => {
  let [a, b] = [1, 0];
  for (const byte of bytesOfText(text)) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return String(b * 65536 + a);
};

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS = "0123456789";
const ASCII = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join("");

/** What takes the processor longest counts as many steps, so that a loop of it ends. */
const SLOW = 100_000;

const CIPHER = "aes-256-cbc";
const BLOCK = 16;

/** The password itself, cut or filled up with zeros. */
const keyOf = (password: string): Buffer => Buffer.concat([bytesOfText(password), Buffer.alloc(32)]).subarray(0, 32);

const encrypt = (password: string, text: string, random: RandomSource, room: Room): string => {
  if (text === "") return "";
  const iv = Buffer.from(random.bytes(BLOCK));
  const cipher = createCipheriv(CIPHER, keyOf(password), iv);
  return encodeBase64(Buffer.concat([iv, cipher.update(bytesOfText(text)), cipher.final()]), room);
};

const decrypt = (password: string, text: string): string => {
  if (text === "") return "";
  const bytes = decodeBase64(text);
  if (typeof bytes === "number") return unrunnable(`illegal base64 data at input byte ${bytes}`);
  try {
    const cipher = createDecipheriv(CIPHER, keyOf(password), bytes.subarray(0, BLOCK));
    return textOfBytes(Buffer.concat([cipher.update(bytes.subarray(BLOCK)), cipher.final()]));
  } catch {
    return unrunnable("decryptAES: it cannot be decrypted with this key");
  }
};

const privateKey = (kind: string, room: Room): string => {
  room.step(SLOW);
  if (kind === "" || kind === "rsa") {
    const { privateKey: key } = generateKeyPairSync("rsa", { modulusLength: 4096 });
    return key.export({ type: "pkcs1", format: "pem" }).toString();
  }
  if (kind === "ecdsa") {
    const { privateKey: key } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    return key.export({ type: "sec1", format: "pem" }).toString();
  }
  if (kind !== "ed25519") return `Unknown type ${kind}`;
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
};

const SEED = "com.lyndir.masterpassword";
/** Source: Master Password, version 1. Each letter stands for a class of characters. */
const TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map([
  ["maximum", ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"]],
  [
    "long",
    (
      "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv " +
      "CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv " +
      "CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno"
    ).split(" "),
  ],
  ["medium", ["CvcnoCvc", "CvcCvcno"]],
  ["short", ["Cvcn"]],
  ["basic", ["aaanaaan", "aannaaan", "aaannaaa"]],
  ["pin", ["nnnn"]],
]);
const CLASSES: Readonly<Record<string, string>> = {
  V: "AEIOU",
  C: "BCDFGHJKLMNPQRSTVWXYZ",
  v: "aeiou",
  c: "bcdfghjklmnpqrstvwxyz",
  A: "AEIOUBCDFGHJKLMNPQRSTVWXYZ",
  a: "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
  n: "0123456789",
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

const MEMORY = 64 * 1024 * 1024;

const derive = (counter: bigint, kind: string, [password, user, site]: readonly [string, string, string]): string => {
  const templates = TEMPLATES.get(kind);
  if (!templates) return `cannot find password template ${kind}`;
  const salted = (name: string): Buffer => {
    const bytes = bytesOfText(name);
    return Buffer.concat([Buffer.from(SEED), uint32(bytes.length), bytes]);
  };
  const key = scryptSync(bytesOfText(password), salted(user), 64, { N: 32768, r: 8, p: 2, maxmem: MEMORY });
  const seed = createHmac("sha256", key)
    .update(Buffer.concat([salted(site), uint32(Number(counter))]))
    .digest();
  const template = templates[(seed[0] ?? 0) % templates.length] ?? "";
  return [...template]
    .map((letter, at) => {
      const chars = CLASSES[letter] ?? "";
      return chars[(seed[at + 1] ?? 0) % chars.length];
    })
    .join("");
};

/** Go takes a whole number that is written in the template for any integer type. */
const derivePassword = new TemplateFunction(
  [types.any, types.string, types.string, types.string, types.string],
  undefined,
  ([counter, ...texts]: readonly Value[], room: Room) => {
    room.step(SLOW);
    const [kind = "", password = "", user = "", site = ""] = texts.map(String);
    const count = integerOf(counter) ?? unrunnable("derivePassword: the counter is a whole number");
    return derive(count, kind, [password, user, site]);
  },
);

const BCRYPT_ROUNDS = 10;

const bcrypt = ({ bcrypt: library }: Libraries, password: string, room: Room): string => {
  room.step(SLOW);
  const known = library ?? unrunnable("bcrypt is not loaded");
  // The last letter of the version tells of a bug that others had.
  return known.hashSync(password, BCRYPT_ROUNDS).replace(/^\$2b/, "$2a");
};

const shuffled = (text: string, random: RandomSource, room: Room): string => {
  const chars = [...text];
  room.step(chars.length);
  for (let at = chars.length - 1; at > 0; at -= 1) {
    const other = below(at + 1, random);
    [chars[at], chars[other]] = [chars[other] ?? "", chars[at] ?? ""];
  }
  return joined(chars.join(""));
};

/** Uniform: what would make one number likelier than another is thrown away. */
const below = (limit: number, random: RandomSource): number => {
  const most = 2 ** 48;
  for (;;) {
    const value = Buffer.from(random.bytes(6)).readUIntBE(0, 6);
    if (value < most - (most % limit)) return value % limit;
  }
};

const MOST_RANGE = 2n ** 47n;

export const cryptoFunctions = (
  { random }: Sources,
  libraries: Libraries,
): Readonly<Record<string, TemplateFunction>> => {
  const randomOf = (alphabet: string): TemplateFunction =>
    func1(INT, (count, room) => {
      const length = count < 0n ? 0 : Number(count);
      room.text(length);
      return randomText(random, length, alphabet);
    });
  return {
    adler32sum: func1(STRING, adler32),
    b32dec: func1(STRING, decodeBase32),
    b32enc: func1(STRING, (text, room) => encodeBase32(bytesOfText(text), room)),
    b64dec: func1(STRING, (text) => {
      const found = decodeBase64(text);
      return typeof found === "number" ? `illegal base64 data at input byte ${found}` : textOfBytes(found);
    }),
    b64enc: func1(STRING, (text, room) => encodeBase64(bytesOfText(text), room)),
    bcrypt: func1(STRING, (password, room) => bcrypt(libraries, password, room)),
    decryptAES: func2(STRING, STRING, decrypt),
    derivePassword,
    encryptAES: func2(STRING, STRING, (password, text, room) => encrypt(password, text, random, room)),
    genPrivateKey: func1(STRING, privateKey),
    htpasswd: func2(STRING, STRING, (user, password, room) =>
      user.includes(":") ? `invalid username: ${user}` : `${user}:${bcrypt(libraries, password, room)}`,
    ),
    randAlpha: randomOf(LETTERS),
    randAlphaNum: randomOf(LETTERS + DIGITS),
    randAscii: randomOf(ASCII),
    randBytes: func1(INT, (count, room) => {
      if (count < 0n) return unrunnable("randBytes: a count of at least 0 is needed");
      room.text(Number(count));
      return encodeBase64(Buffer.from(random.bytes(Number(count))), room);
    }),
    randInt: func2(INT, INT, (least, most) => {
      const range = most - least;
      if (range <= 0n || range > MOST_RANGE) return unrunnable("randInt: the second number must be above the first");
      return least + BigInt(below(Number(range), random));
    }),
    randNumeric: randomOf(DIGITS),
    sha1sum: func1(STRING, (text) => hashOf("sha1", text)),
    sha256sum: func1(STRING, (text) => hashOf("sha256", text)),
    shuffle: func1(STRING, (text, room) => shuffled(text, random, room)),
    uuidv4: func0(() => uuid(random)),
  };
};
