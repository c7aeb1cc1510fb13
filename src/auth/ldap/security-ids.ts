/**
 * Active Directory's security identifiers, from bytes to `S-1-5-21-…`. Source: Microsoft, [MS-DTYP], 2.4.2.
 */

/** `undefined`: the bytes are not one. */
export const securityIdOf = (bytes: Buffer): string | undefined => {
  const [revision, count] = bytes;
  if (revision === undefined || count === undefined || bytes.length !== 8 + 4 * count) return undefined;
  const authority = bytes.readUIntBE(2, 6);
  const rest = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(8 + 4 * index));
  return ["S", revision, authority, ...rest].join("-");
};
