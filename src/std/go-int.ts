const INTEGER = /^[+-]?\d+$/;
const MOST = 2n ** 63n;

/** As Go's `strconv.Atoi` on 64 bits: decimal digits, perhaps with a sign; `undefined` for anything else. */
export const goInt = (text: string): number | undefined => {
  if (!INTEGER.test(text)) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value + 0;
  const exact = BigInt(text);
  return exact >= -MOST && exact < MOST ? value : undefined;
};

/** Why `goInt` refuses a text, in Go's words but for the text itself. */
export const goIntFault = (text: string): string => (INTEGER.test(text) ? "value out of range" : "invalid syntax");
