import { Unreadable } from "../../../x509/index.ts";
import { type AskedCertificate, readOcspRequest } from "../../../x509/issuing/index.ts";

/**
 * Questions by OCSP as they arrive: DER in base64, in a body or in a path. Of several certificates the first is answered,
 * as in the reference, so that an answer costs one row.
 *
 * Security: what is asked is repeated in what is signed. It is bounded: the reader takes hashes of their own length only,
 * and numbers have the lengths that they can have, so a stranger has no bytes of his own choice signed beyond those.
 */

/** A question for one certificate has some hundred bytes. */
const MOST_BYTES = 2048;
/** Numbers have at most 20 bytes; some authorities of long ago gave longer ones. */
const MOST_SERIAL_BYTES = 40;

const isPlausible = ({ serial }: AskedCertificate): boolean => serial.length > 0 && serial.length <= MOST_SERIAL_BYTES;

const asked = (der: Uint8Array): AskedCertificate | undefined => {
  try {
    const [first] = readOcspRequest(der).asked;
    return isPlausible(first) ? first : undefined;
  } catch (cause) {
    if (cause instanceof Unreadable) return undefined;
    throw cause;
  }
};

/** Without padding; some clients send it without. */
const BASE64 = /^[A-Za-z0-9+/]+$/;

const read = (text: string): AskedCertificate | undefined => {
  const digits = text.replace(/={1,2}$/, "");
  if (!BASE64.test(digits)) return undefined;
  const der = Buffer.from(digits, "base64");
  return der.length < MOST_BYTES ? asked(der) : undefined;
};

/** What a body asks for; `undefined` for anything else. */
export const questionIn = (base64: unknown): AskedCertificate | undefined =>
  typeof base64 === "string" && base64.length <= (MOST_BYTES * 4) / 3 + 4 ? read(base64) : undefined;

/** How many digits of base64 the DER has whose first four are these; 0 where they cannot begin a question. */
const digitsOf = (start: string): number => {
  const [tag, length = 0, more = 0] = Buffer.from(start, "base64");
  if (tag !== 0x30 || length > 0x81) return 0;
  const bytes = length < 0x80 ? 2 + length : 3 + more;
  return Math.ceil((bytes * 4) / 3);
};

/** Every way to put `missing` slashes next to those that are there. */
const withSlashes = (text: string, missing: number): readonly string[] => {
  if (missing === 0) return [text];
  const places = [...text].flatMap((digit, at) => (digit === "/" ? [at] : []));
  if (places.at(-1) !== text.length - 1) places.push(text.length);
  const longer = places.map((at) => `${text.slice(0, at)}/${text.slice(at)}`);
  return [...new Set(longer.flatMap((one) => withSlashes(one, missing - 1)))];
};

const MOST_MISSING = 2;
const MOST_SLASHES = 6;

/**
 * What a path may ask for. Slashes in a row are one by the time a path arrives, though base64 may have them: the length
 * that the DER tells says how many are gone, and they can only be next to others. So there may be several readings, of
 * which the issuer's hashes fit at most one, unless it is the number that had them.
 */
export const questionsIn = (path: string): readonly AskedCertificate[] => {
  if (path.length >= MOST_BYTES) return [];
  const text = path.replace(/={1,2}$/, "");
  const missing = digitsOf(text.slice(0, 4)) - text.length;
  const isWhole = missing <= 0 || missing > MOST_MISSING || text.split("/").length - 1 > MOST_SLASHES;
  const readings = isWhole ? [text] : withSlashes(text, missing);
  return readings.map(read).filter((one) => one !== undefined);
};
