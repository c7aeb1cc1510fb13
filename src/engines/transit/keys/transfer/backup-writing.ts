import type { KeyObject } from "node:crypto";
import { VaultError } from "../../../../framework/index.ts";
import { JsonNumber, type JsonObject, type JsonValue } from "../../../../std/json.ts";
import { rfc3339 } from "../../../../std/time.ts";
import type { KeyType, KeyVersion } from "../../model.ts";
import { goEd25519, rawEd25519Public } from "../ed25519.ts";
import { kindOf } from "../kinds.ts";
import { CONVERGENT_VERSION } from "./backup-format.ts";

/** One version on its way into a backup, in Go's structures; `backup-format.ts` reads them. */

const jwkBigInt = (text: string | undefined): JsonNumber =>
  new JsonNumber(BigInt(`0x${Buffer.from(text ?? "", "base64url").toString("hex") || "0"}`).toString());

/** Every version of a type with pairs has this half. */
const publicHalf = ({ publicKey }: KeyVersion): KeyObject => {
  if (!publicKey) throw new VaultError("internal", { reason: "a version lacks its public key" });
  return publicKey;
};

/** A version that is not there, as Go writes it. */
export const EMPTY_VERSION: JsonObject = {
  key: null,
  hmac_key: null,
  time: "0001-01-01T00:00:00Z",
  ec_x: null,
  ec_y: null,
  ec_d: null,
  rsa_key: null,
  rsa_public_key: null,
  public_key: "",
  convergent_version: 0,
  creation_time: 0,
  certificate_chain: null,
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

const ecNumbers = (version: KeyVersion): JsonObject => {
  const { x, y, d } = (version.privateKey ?? publicHalf(version)).export({ format: "jwk" });
  return {
    ec_x: jwkBigInt(x),
    ec_y: jwkBigInt(y),
    ec_d: d === undefined ? null : jwkBigInt(d),
    public_key: publicHalf(version).export({ type: "spki", format: "pem" }).toString(),
  };
};

const rsaNumbers = (version: KeyVersion): JsonObject => {
  const { n, e, d, p, q, dp, dq, qi } = (version.privateKey ?? publicHalf(version)).export({ format: "jwk" });
  const numbers = { N: jwkBigInt(n), E: jwkBigInt(e) };
  if (d === undefined) return { rsa_public_key: numbers };
  const Precomputed = { Dp: jwkBigInt(dp), Dq: jwkBigInt(dq), Qinv: jwkBigInt(qi), CRTValues: [] };
  return { rsa_key: { ...numbers, D: jwkBigInt(d), Primes: [jwkBigInt(p), jwkBigInt(q)], Precomputed } };
};

const ed25519Numbers = (version: KeyVersion): JsonObject => ({
  key: version.privateKey ? base64(goEd25519(version.privateKey)) : null,
  public_key: base64(rawEd25519Public(publicHalf(version))),
});

const numbersOf = (type: KeyType, version: KeyVersion): JsonObject => {
  switch (kindOf(type).made.make) {
    case "ec":
      return ecNumbers(version);
    case "rsa":
      return rsaNumbers(version);
    case "ed25519":
      return ed25519Numbers(version);
    default:
      return { key: base64((version.secret ?? version.hmac).reveal()) };
  }
};

const chain = (certificates: readonly string[]): JsonValue =>
  certificates.length === 0 ? null : certificates.map((one) => one.replace(/-----[^-]+-----|\s/g, ""));

/** A version as Go writes it. */
export const backedUp = (type: KeyType, convergent: boolean, version: KeyVersion): JsonObject => ({
  ...EMPTY_VERSION,
  ...numbersOf(type, version),
  hmac_key: base64(version.hmac.reveal()),
  time: rfc3339(version.created),
  convergent_version: convergent ? CONVERGENT_VERSION : 0,
  creation_time: Math.floor(version.created / 1000),
  certificate_chain: chain(version.certificates),
});
