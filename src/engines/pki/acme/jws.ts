import { createPublicKey, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, compactVerify, type JWK } from "jose";
import { type Algorithm, isAlgorithm } from "../../../jwt/algorithms.ts";
import { verifiesWith } from "../../../jwt/signature.ts";
import { parseStrictJson } from "../../../jwt/strict-json.ts";
import { isJsonObject, type JsonObject } from "../../../std/json.ts";
import { shown } from "../../../std/shown.ts";
import { malformed, Problem, problem } from "./problems.ts";

/**
 * JSON Web Signatures as ACME wants them: one signature, everything in the protected header, an asymmetric algorithm.
 * What is signed is read strictly: base64url in one spelling, JSON with each name once.
 *
 * Security: nothing of a message is believed before its signature was checked with a key that was chosen by what is
 * stored, or that the message brings and proves. `crit` and `b64` would change what is signed; no header asks for them.
 * Source: RFC 8555, section 6.2; RFC 7515.
 */

export interface Message {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
}

export interface Header {
  readonly algorithm: string;
  readonly keyId: string;
  /** Absent: `keyId` says which. */
  readonly jwk: JsonObject | undefined;
  readonly nonce: string;
  readonly url: string;
}

const LONGEST = 65_536;

const bytesOf = (text: string, name: string): Buffer => {
  const bytes = Buffer.from(text, "base64url");
  if (text.length > LONGEST || bytes.toString("base64url") !== text) {
    throw malformed(`failed to base64 parse '${name}': not base64url`);
  }
  return bytes;
};

const objectIn = (text: string, name: string): JsonObject => {
  try {
    return parseStrictJson(bytesOf(text, name));
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw malformed(`failed to json unmarshal '${name}': not a JSON object with each name once`);
  }
};

const textIn = (header: JsonObject, name: string): string => {
  const value = header[name] ?? "";
  if (typeof value !== "string") throw malformed(`failed to json unmarshal 'protected': ${name} is not a text`);
  return value;
};

/** The protected header of a message. Throws `malformed`. */
export const headerOf = (message: Message): Header => {
  const header = objectIn(message.protected, "protected");
  if (Object.hasOwn(header, "crit") || Object.hasOwn(header, "b64")) {
    throw malformed("invalid header: critical extensions are not supported");
  }
  const { jwk } = header;
  if (jwk !== undefined && !isJsonObject(jwk))
    throw malformed("failed to json unmarshal 'protected': jwk is not an object");
  return {
    algorithm: textIn(header, "alg"),
    keyId: textIn(header, "kid"),
    jwk,
    nonce: textIn(header, "nonce"),
    url: textIn(header, "url"),
  };
};

/** The same for the messages of clients: a key or the id of one, and an algorithm that no secret is needed for. */
export const clientHeaderOf = (message: Message): Header & { readonly algorithm: Algorithm } => {
  const header = headerOf(message);
  const { algorithm, keyId, jwk } = header;
  const wrong = (why: string): Problem => malformed(`failed to json unmarshal 'protected': invalid header: ${why}`);
  if (keyId !== "" && jwk) throw wrong("got both account 'kid' and 'jwk' in the same message; expected only one");
  if (keyId === "" && !jwk) throw wrong("got neither required fields of 'kid' nor 'jwk'");
  if (!isAlgorithm(algorithm)) {
    throw problem("badSignatureAlgorithm", `unexpected value for 'algo' ${shown(algorithm)}`, {
      members: {
        algorithms: ["ES256", "ES384", "ES512", "EdDSA", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
      },
    });
  }
  return { ...header, algorithm };
};

/** A public key: as it is used, and with the members alone that its thumbprint is made of. */
export interface PublicJwk {
  readonly key: KeyObject;
  readonly jwk: Readonly<Record<string, string>>;
  readonly thumbprint: string;
}

const LEAST_RSA = 2048;
const MOST_RSA = 8192;

const checkStrength = (key: KeyObject): void => {
  const { modulusLength } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && (modulusLength < LEAST_RSA || modulusLength > MOST_RSA)) {
    throw problem("badPublicKey", `RSA keys have ${LEAST_RSA} to ${MOST_RSA} bits`);
  }
};

/** Throws `malformed` for anything but a public key, `badPublicKey` for one that is too weak. */
export const publicJwk = async (given: JsonObject): Promise<PublicJwk> => {
  if (["d", "p", "k"].some((name) => Object.hasOwn(given, name)))
    throw malformed("received invalid jwk: not a public key");
  let key: KeyObject;
  let exported: JWK;
  try {
    key = createPublicKey({ key: given as JWK, format: "jwk" });
    exported = key.export({ format: "jwk" });
  } catch {
    throw malformed("received invalid jwk");
  }
  checkStrength(key);
  const members = Object.entries(exported).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return { key, jwk: Object.fromEntries(members), thumbprint: await calculateJwkThumbprint(exported, "sha256") };
};

/**
 * The payload of a message that the key signed; `undefined`: it is empty, a POST-as-GET. Throws `malformed`.
 */
export const verifiedPayload = async (
  message: Message,
  key: KeyObject,
  algorithm: Algorithm,
): Promise<JsonObject | undefined> => {
  bytesOf(message.signature, "signature");
  const payload = bytesOf(message.payload, "payload");
  const compact = `${message.protected}.${message.payload}.${message.signature}`;
  if (!(await verifiesWith(key, { compact, algorithm, keyId: undefined, payload }))) {
    throw malformed("failed to verify signature: the key did not sign the message");
  }
  return message.payload === "" ? undefined : objectIn(message.payload, "payload");
};

const SECRET_ALGORITHMS = ["HS256", "HS384", "HS512"];

/** Whether a secret signed a message. Throws `malformed` for an algorithm that is for no secret. */
export const isSignedBySecret = async (
  message: Message,
  { algorithm }: Header,
  secret: Uint8Array,
): Promise<boolean> => {
  if (!SECRET_ALGORITHMS.includes(algorithm)) throw malformed("invalid header: unexpected value for 'algo'");
  try {
    const compact = `${message.protected}.${message.payload}.${message.signature}`;
    await compactVerify(compact, secret, { algorithms: [algorithm] });
    return true;
  } catch {
    return false;
  }
};

/** A message inside another one's payload. Throws `malformed`. */
export const messageIn = (value: JsonObject, what: string): Message => {
  const part = (name: "protected" | "payload" | "signature"): string => {
    const text = value[name];
    if (typeof text !== "string") throw malformed(`missing required field ${what}'${name}'`);
    return text;
  };
  if (Object.hasOwn(value, "header") || Object.hasOwn(value, "signatures")) {
    throw malformed(`${what}had unprotected headers or several signatures`);
  }
  return { protected: part("protected"), payload: part("payload"), signature: part("signature") };
};

/** A public key inside a message. Throws `malformed`. */
export const jwkInPayload = (message: Message): Promise<PublicJwk> => publicJwk(objectIn(message.payload, "payload"));
