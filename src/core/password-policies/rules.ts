import { multiError } from "../../framework/index.ts";
import { attributeOf, blocksOf, type HclBody, HclError, parseHcl } from "../../hcl/hcl.ts";
import { restate } from "../../std/restate.ts";
import { cut } from "../../std/shown.ts";

/**
 * Reads a password policy's text: `length = 20`, `rule "charset" { charset = "abc" min-chars = 1 }`. Pure. The text is
 * not trusted; errors use Vault's words.
 *
 * Source: https://developer.hashicorp.com/vault/docs/concepts/password-policies
 */

export interface CharsetRule {
  /** Characters (code points), each once. */
  readonly charset: readonly string[];
  /** How many characters of a password must come from the set. */
  readonly minChars: number;
}

export interface PasswordRules {
  /** In characters. */
  readonly length: number;
  readonly rules: readonly CharsetRule[];
  /** All characters of all rules, each once, sorted. */
  readonly alphabet: readonly string[];
}

/** Why a text is not a password policy; the message is Vault's. */
export class PasswordPolicyError extends Error {
  override readonly name = "PasswordPolicyError";
}

const MAX_ALPHABET = 256;
const NOT_PRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|[^ \P{Zs}]/u;

const fail = (why: string): never => {
  throw new PasswordPolicyError(why);
};

const integerOf = (body: HclBody, key: string): number => {
  const value = attributeOf(body, key);
  if (value === undefined) return 0;
  if (value.kind !== "number" || !Number.isSafeInteger(value.value)) {
    return fail(`unable to decode: '${cut(key)}' must be a whole number`);
  }
  return value.value;
};

const unique = (text: string): readonly string[] => [...new Set(text)];

const ruleOf = (body: HclBody): CharsetRule => {
  const charset = attributeOf(body, "charset");
  if (charset !== undefined && charset.kind !== "string") {
    return fail("unable to parse rules: unable to parse rule charset: charset must be text");
  }
  const minChars = integerOf(body, "min-chars");
  if (minChars < 0) fail("unable to parse rules: unable to parse rule charset: min-chars must not be negative");
  return { charset: charset === undefined ? [] : unique(charset.value), minChars };
};

const rulesOf = (body: HclBody): readonly CharsetRule[] =>
  blocksOf(body, "rule", 1).map(({ labels, value }) => {
    const [type] = labels;
    if (type === undefined || labels.length > 1 || value.kind !== "body") {
      return fail("unable to parse rules: a rule needs one type and a body");
    }
    if (type !== "charset") {
      const shown = cut(type);
      return fail(`unable to parse rules: unable to parse rule ${shown}: unrecognized rule type ${shown}`);
    }
    return ruleOf(value);
  });

const problemsOf = ({ length, rules, alphabet }: PasswordRules): readonly string[] => {
  const least = rules.reduce((sum, rule) => sum + rule.minChars, 0);
  return [
    ...(length <= 0
      ? ["length must be > 0"]
      : length < least
        ? [`specified rules require at least ${least} characters but ${length} is specified`]
        : []),
    ...(alphabet.length === 0 ? ["no charset specified"] : []),
    ...(alphabet.some((char) => NOT_PRINTABLE.test(char)) ? ["non-printable character in charset"] : []),
    ...(alphabet.length > MAX_ALPHABET ? [`charset is too long: limited to ${MAX_ALPHABET} characters`] : []),
    // Its characters could never be drawn.
    ...(rules.some((rule) => rule.charset.length === 0 && rule.minChars > 0)
      ? ["a rule asks for characters of an empty charset"]
      : []),
  ];
};

/** Reads a policy. Throws `PasswordPolicyError`. */
export const parsePasswordPolicy = (text: string): PasswordRules => {
  const body = restate(
    HclError,
    (cause) => fail(`unable to decode: ${cause.message}`),
    () => parseHcl(text),
  );
  const length = integerOf(body, "length");
  const rules = rulesOf(body);
  const alphabet = [...new Set(rules.flatMap((rule) => rule.charset))].sort();
  const parsed = { length, rules, alphabet };
  const problems = problemsOf(parsed);
  return problems.length === 0 ? parsed : fail(multiError(...problems));
};
