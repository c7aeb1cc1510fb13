/**
 * The encoding of SSH's messages: numbers, strings behind their length, and integers of any size. Reading is strict:
 * what is read and written again is the same bytes.
 * Source: RFC 4251, section 5.
 */

/** Bytes that are not what they should be; the message says what, and repeats none of them. */
export class FormatError extends Error {
  override readonly name = "FormatError";
}

export const malformed = (why: string): never => {
  throw new FormatError(`ssh: ${why}`);
};

export const uint32 = (value: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
};

export const uint64 = (value: bigint): Buffer => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(value);
  return out;
};

/** Bytes, or text as UTF-8, behind their length. */
export const string = (value: Uint8Array | string): Buffer => {
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
};

/** A number that is not negative, from its bytes: without zeros in front, and one zero where it would read as negative. */
export const mpint = (magnitude: Uint8Array): Buffer => {
  const first = magnitude.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? new Uint8Array(0) : magnitude.subarray(first);
  const high = (digits[0] ?? 0) >= 0x80;
  return string(high ? Buffer.concat([Buffer.from([0]), digits]) : digits);
};

/** Reads a text of the encoding from its start. Every method throws `FormatError` where the bytes do not allow it. */
export interface Reader {
  uint32(): number;
  string(): Buffer;
  /** A string of ASCII characters that can be printed. */
  name(): string;
  /** A number that is not negative, in its shortest form; its bytes without the zero for the sign. */
  mpint(): Buffer;
  /** All that is left. */
  rest(): Buffer;
  /** Nothing may be left. */
  end(): void;
}

export const createReader = (bytes: Uint8Array): Reader => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (length: number): Buffer => {
    if (length > buffer.length - at) return malformed("short read");
    at += length;
    return buffer.subarray(at - length, at);
  };
  const readString = (): Buffer => take(take(4).readUInt32BE());
  return {
    uint32: () => take(4).readUInt32BE(),
    string: readString,
    name: () => {
      const text = readString().toString("latin1");
      return /^[!-~]*$/.test(text) ? text : malformed("unreadable name");
    },
    mpint: () => {
      const digits = readString();
      const [first = 1, second = 0] = digits;
      if (first >= 0x80) return malformed("negative number");
      if (first !== 0) return digits;
      return second >= 0x80 ? digits.subarray(1) : malformed("number with a zero too many");
    },
    rest: () => take(buffer.length - at),
    end: () => {
      if (at !== buffer.length) malformed("trailing data");
    },
  };
};
