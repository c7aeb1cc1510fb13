/** The tags of ASN.1 that certificates use, for whatever reads or writes DER. Source: ITU-T X.680, section 8.6. */
export const TAGS = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8: 0x0c,
  numeric: 0x12,
  printable: 0x13,
  teletex: 0x14,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmp: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The tag of a member that is written `[number]`: constructed, in the context of its sequence. */
export const contextTag = (number: number): number => 0xa0 | number;
