import fc from "fast-check";

/** Any JavaScript string, lone surrogates and control characters included. */
export const anyText = (maxLength = 8): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength }).map((units) => String.fromCharCode(...units));

/** A code point, half surrogate pairs excepted: the same set as fast-check's "binary", which takes seconds to set up. */
export const codePoint: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: 0x10ffff - 0x800 })
  .map((at) => String.fromCodePoint(at < 0xd800 ? at : at + 0x800));
