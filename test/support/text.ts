import fc from "fast-check";

/** Any JavaScript string, lone surrogates and control characters included. */
export const anyText = (maxLength = 8): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength }).map((units) => String.fromCharCode(...units));
