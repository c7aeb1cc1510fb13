import { HOTP, Secret } from "otpauth";
import type { Seconds } from "../std/brand.ts";
import type { RandomSource } from "../std/random.ts";
import { sameSecret } from "../std/same-secret.ts";
import { Sensitive } from "../std/sensitive.ts";

/**
 * Codes that a shared key and the time give: making keys and judging codes. It trusts the caller for the key and the
 * time, remembers nothing, and must never accept a second spelling of a code.
 *
 * Source: RFC 6238, RFC 4226.
 */

export const ALGORITHMS = ["SHA1", "SHA256", "SHA512"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** What app and server agree on besides the key. */
export interface TotpRules {
  readonly algorithm: Algorithm;
  readonly digits: 6 | 8;
  /** How long one step of time is. */
  readonly period: Seconds;
  /** How many steps before and after the present one count too. */
  readonly skew: 0 | 1;
}

export type TotpKey = Sensitive<Uint8Array>;

/** `size` in bytes. */
export const newKey = (random: RandomSource, size: number): TotpKey => new Sensitive(random.bytes(size));

const secretOf = (key: TotpKey): Secret => new Secret({ buffer: Uint8Array.from(key.reveal()).buffer });

/** RFC 4648 base32 without padding, as authenticator apps take it. */
export const base32 = (key: TotpKey): string => secretOf(key).base32;

const stepAt = (rules: TotpRules, nowMs: number): number => Math.floor(nowMs / (rules.period * 1000));

/** A text that could be a code by these rules; everything else is wrong whatever the key is. */
export const isCode = (text: string, { digits }: Pick<TotpRules, "digits">): boolean =>
  text.length === digits && /^[0-9]+$/.test(text);

/**
 * The steps of time that a code belongs to, within the skew around now; none for a wrong code. Two steps may by chance
 * have one code.
 */
export const matchingSteps = (key: TotpKey, rules: TotpRules, code: string, nowMs: number): readonly number[] => {
  if (!isCode(code, rules)) return [];
  const secret = secretOf(key);
  const now = stepAt(rules, nowMs);
  const window = Array.from({ length: 2 * rules.skew + 1 }, (_, index) => now - rules.skew + index);
  const { algorithm, digits } = rules;
  return window
    .filter((counter) => counter >= 0)
    .map((counter) => [counter, sameSecret(HOTP.generate({ secret, algorithm, digits, counter }), code)] as const)
    .flatMap(([counter, same]) => (same ? [counter] : []));
};
