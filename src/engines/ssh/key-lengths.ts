import { invalidRequest } from "../../framework/index.ts";
import type { CaRole } from "./ca-role.ts";
import type { SshPublicKey } from "./openssh/public-key.ts";

/** Which kinds and lengths of keys a role signs (`allowed_user_key_lengths`). */

type Lengths = CaRole["allowed_user_key_lengths"];

/** The names under which a role may list a kind. `ec` alone is a name that `issue` does not look up, as in Vault. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  rsa: ["rsa", "ssh-rsa"],
  ecdsa: ["ecdsa", "ec"],
  ed25519: ["ed25519", "ssh-ed25519"],
};

const namesOf = (kind: string, bits: number): readonly string[] => {
  const names = Object.hasOwn(NAMES, kind) ? (NAMES[kind] ?? []) : [];
  return kind === "ecdsa" ? [...names, `ecdsa-sha2-nistp${bits}`] : names;
};

const limits = (lengths: Lengths): boolean => Object.keys(lengths).length > 0;

/** An Ed25519 key has one length, and a curve's name says it: there any entry that lists a length will do. */
const fits = (key: SshPublicKey, name: string, listed: readonly number[]): boolean =>
  key.kind === "ed25519" || name.startsWith("ecdsa-sha2-") ? listed.length > 0 : listed.includes(key.bits);

/** Throws with Vault's texts unless the role signs such a key. */
export const checkKey = (key: SshPublicKey, lengths: Lengths): void => {
  if (!limits(lengths)) return;
  const refuse = (why: string): never => {
    throw invalidRequest(`public_key failed to meet the key requirements: ${why}`);
  };
  const names = namesOf(key.kind, key.bits).filter((name) => Object.hasOwn(lengths, name));
  if (names.length === 0) refuse(`key of type ${key.kind} is not allowed`);
  if (!names.some((name) => fits(key, name, lengths[name] ?? []))) {
    refuse(`key is of an invalid size: ${key.kind === "ed25519" ? 0 : key.bits}`);
  }
};

/** Throws with Vault's texts unless the role issues such keys. */
export const checkRequested = (type: string, bits: number, lengths: Lengths): void => {
  if (!limits(lengths)) return;
  const names = namesOf(type, bits).filter((name) => Object.hasOwn(lengths, name));
  if (names.length === 0) throw invalidRequest("provided key_type value not in allowed_user_key_types");
  if (!names.some((name) => lengths[name]?.includes(bits))) {
    throw invalidRequest("provided key_bits value not in list of role's allowed_user_key_types");
  }
};
