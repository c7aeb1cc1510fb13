/** Each form's digits, with single underscores between them, and its radix. */
const FORMS: readonly (readonly [RegExp, number])[] = [
  [/^(0|[1-9](?:_?[0-9])*)$/, 10],
  [/^0((?:_?[0-7])+)$/, 8],
  [/^0[oO]((?:_?[0-7])+)$/, 8],
  [/^0[xX]((?:_?[0-9a-fA-F])+)$/, 16],
  [/^0[bB]((?:_?[01])+)$/, 2],
];

/**
 * As Go's `strconv.ParseInt` with base 0, which says the base by a prefix: `0x2f`, `0o17` or `017`, `0b101`, `1_000`.
 * `"syntax"` for what is no such text, `"range"` beyond what a number holds exactly, where Go goes on to 64 bits.
 */
export const parseGoInteger = (text: string): number | "syntax" | "range" => {
  const [, sign = "", unsigned = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  for (const [form, radix] of FORMS) {
    const digits = form.exec(unsigned)?.[1];
    if (digits === undefined) continue;
    const value = Number.parseInt(digits.replaceAll("_", ""), radix);
    if (!Number.isSafeInteger(value)) return "range";
    // Plus zero: there is no negative zero.
    return (sign === "-" ? -value : value) + 0;
  }
  return "syntax";
};
