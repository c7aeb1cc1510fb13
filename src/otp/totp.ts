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

/** Padding that a whole number of bytes can have. */
const PADDING = new Set([0, 1, 3, 4, 6]);

/**
 * A key out of base32 as people have it: either case, padded or not. A number: where it goes wrong, in characters.
 * Never an empty key.
 */
export const keyFromBase32 = (text: string): TotpKey | number => {
  const padded = text + "=".repeat((8 - (text.length % 8)) % 8);
  const digits = padded.replace(/[\r\n]/g, "").replace(/[a-z]/g, (letter) => letter.toUpperCase());
  const wrong = digits.search(/[^A-Z2-7]/);
  if (wrong === -1) return new Sensitive(Secret.fromBase32(digits).bytes);
  const rest = digits.slice(wrong);
  const isPadding = /^=+$/.test(rest) && PADDING.has(rest.length) && digits.length % 8 === 0;
  return isPadding && wrong > 0 ? new Sensitive(Secret.fromBase32(digits.slice(0, wrong)).bytes) : wrong;
};

const stepAt = (rules: Pick<TotpRules, "period">, nowMs: number): number => Math.floor(nowMs / (rules.period * 1000));

/** The code of the present step, and when that step ends, in epoch seconds. */
export const codeAt = (
  key: TotpKey,
  rules: Pick<TotpRules, "algorithm" | "digits" | "period">,
  nowMs: number,
): { readonly code: string; readonly ends: number } => {
  const { algorithm, digits, period } = rules;
  const counter = stepAt(rules, nowMs);
  const code = HOTP.generate({ secret: secretOf(key), algorithm, digits, counter });
  return { code, ends: (counter + 1) * period };
};

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
