import { generateKeyPair, type KeyObject, sign, verify } from "node:crypto";
import { promisify } from "node:util";
import { invalidRequest } from "../../framework/index.ts";
import { cut } from "../../std/shown.ts";
import type { SshPublicKey } from "./openssh/public-key.ts";
import { publicKeyOf } from "./openssh/public-key.ts";

/** Key pairs by the names that operators and callers use: OpenSSH's types, or `rsa`, `ec` and `ed25519` with bits. */

export interface KeyPair {
  readonly private: KeyObject;
  readonly public: SshPublicKey;
}

const RSA_BITS = { usual: 4096, least: 2048, most: 4096 };
const CURVE_OF_BITS: Readonly<Record<number, string>> = { 0: "P-256", 256: "P-256", 384: "P-384", 521: "P-521" };
const NAMED_CURVES: ReadonlyMap<string, string> = new Map([
  ["ecdsa-sha2-nistp256", "P-256"],
  ["ecdsa-sha2-nistp384", "P-384"],
  ["ecdsa-sha2-nistp521", "P-521"],
]);

const make = promisify(generateKeyPair);

const refuse = (text: string): never => {
  throw invalidRequest(text, { multi: true });
};

/** What shall be made, checked before any time goes into it. */
export type KeySpec =
  | { readonly kind: "rsa"; readonly bits: number }
  | { readonly kind: "ec"; readonly curve: string }
  | { readonly kind: "ed25519" };

/** Throws with Vault's texts. An RSA key longer than 4096 bits may take longer to make than a request may. */
export const keySpec = (type: string, bits: number): KeySpec => {
  if (type === "rsa" || type === "ssh-rsa") {
    const length = bits === 0 ? RSA_BITS.usual : bits;
    if (length < RSA_BITS.least)
      refuse(`refusing to generate weak ${type} key: ${length} bits < ${RSA_BITS.least} bits`);
    if (length > RSA_BITS.most) refuse(`key_bits must be at most ${RSA_BITS.most} for a key of type ${type}`);
    return { kind: "rsa", bits: length };
  }
  if (type === "ed25519" || type === "ssh-ed25519") return { kind: "ed25519" };
  const curve = type === "ec" ? CURVE_OF_BITS[bits] : NAMED_CURVES.get(type);
  if (curve !== undefined) return { kind: "ec", curve };
  return refuse(
    type === "ec" ? "unknown ECDSA key pair algorithm: ec" : `unknown ssh key pair algorithm: ${cut(type)}`,
  );
};

const privateKey = async (spec: KeySpec): Promise<KeyObject> => {
  if (spec.kind === "rsa") return (await make("rsa", { modulusLength: spec.bits })).privateKey;
  if (spec.kind === "ec") return (await make("ec", { namedCurve: spec.curve })).privateKey;
  return (await make("ed25519")).privateKey;
};

export const makeKeyPair = async (spec: KeySpec): Promise<KeyPair> => {
  const key = await privateKey(spec);
  return { private: key, public: publicKeyOf(key) };
};

const PROOF = Buffer.from("are these two halves of one key?");

/** Whether what one key signs, the other verifies: their numbers may look alike and still not belong together. */
export const belongTogether = (key: KeyObject, shown: SshPublicKey): boolean => {
  if (!publicKeyOf(key).blob.equals(shown.blob)) return false;
  const hash = shown.kind === "ed25519" ? null : "sha256";
  try {
    return verify(hash, PROOF, shown.key, sign(hash, PROOF, key));
  } catch {
    return false;
  }
};
