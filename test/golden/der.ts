/**
 * Elements of DER, for the readers of certificates here. They are the tests' own, so that they judge what the product
 * writes; they know what recorded stories need.
 */

export interface Item {
  readonly tag: number;
  readonly body: Buffer;
  /** Tag, length and body. */
  readonly whole: Buffer;
}

export const itemAt = (bytes: Buffer, at = 0): Item & { readonly end: number } => {
  const first = bytes[at + 1];
  if (first === undefined) throw new Error("DER ends early");
  const size = first & 0x80 ? first & 0x7f : 0;
  const start = at + 2 + size;
  const length = size === 0 ? first : bytes.readUIntBE(at + 2, size);
  const end = start + length;
  if (end > bytes.length) throw new Error("DER ends early");
  return { tag: bytes[at] ?? 0, body: bytes.subarray(start, end), whole: bytes.subarray(at, end), end };
};

const items = (bytes: Buffer): readonly Item[] => {
  const found: Item[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { end, ...one } = itemAt(bytes, at);
    found.push(one);
    at = end;
  }
  return found;
};

export const inside = (item: Item | undefined): readonly Item[] => items(bodyOf(item));

export const bodyOf = (item: Item | undefined): Buffer => {
  if (!item) throw new Error("DER lacks an element");
  return item.body;
};

/** The item inside at a place, which must be there. */
export const insideAt = (item: Item | undefined, place: number): Item => {
  const found = inside(item).at(place);
  if (!found) throw new Error("DER lacks an element");
  return found;
};

export const oid = (item: Item | undefined): string => {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of bodyOf(item)) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    numbers.push(value);
    value = 0;
  }
  const [head = 0, ...rest] = numbers;
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - 40 * first, ...rest].join(".");
};

const NAMES: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.4": "SN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "street",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "2.5.4.17": "postalCode",
  "0.9.2342.19200300.100.1.1": "UID",
  "1.2.840.113549.1.9.1": "email",
  "1.2.840.113549.1.1.1": "rsa",
  "1.2.840.10045.2.1": "ec",
  "1.3.101.112": "ed25519",
  "1.2.840.10045.3.1.7": "P-256",
  "1.3.132.0.33": "P-224",
  "1.3.132.0.34": "P-384",
  "1.3.132.0.35": "P-521",
  "1.2.840.113549.1.1.5": "rsa-sha1",
  "1.2.840.113549.1.1.11": "rsa-sha256",
  "1.2.840.113549.1.1.12": "rsa-sha384",
  "1.2.840.113549.1.1.13": "rsa-sha512",
  "1.2.840.113549.1.1.10": "rsa-pss",
  "1.2.840.10045.4.3.2": "ecdsa-sha256",
  "1.2.840.10045.4.3.3": "ecdsa-sha384",
  "1.2.840.10045.4.3.4": "ecdsa-sha512",
  "2.5.29.14": "subjectKeyIdentifier",
  "2.5.29.15": "keyUsage",
  "2.5.29.17": "subjectAltName",
  "2.5.29.19": "basicConstraints",
  "2.5.29.20": "crlNumber",
  "2.5.29.21": "reason",
  "2.5.29.27": "deltaCRLIndicator",
  "2.5.29.28": "issuingDistributionPoint",
  "2.5.29.30": "nameConstraints",
  "2.5.29.31": "crlDistributionPoints",
  "2.5.29.32": "certificatePolicies",
  "2.5.29.35": "authorityKeyIdentifier",
  "2.5.29.37": "extKeyUsage",
  "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
  "1.3.6.1.5.5.7.48.1.2": "nonce",
  "1.3.6.1.5.5.7.48.1": "OCSP",
  "1.3.6.1.5.5.7.48.2": "caIssuers",
  "2.5.29.37.0": "any",
  "1.3.6.1.5.5.7.3.1": "serverAuth",
  "1.3.6.1.5.5.7.3.2": "clientAuth",
  "1.3.6.1.5.5.7.3.3": "codeSigning",
  "1.3.6.1.5.5.7.3.4": "emailProtection",
  "1.3.6.1.5.5.7.3.8": "timeStamping",
  "1.3.6.1.5.5.7.3.9": "OCSPSigning",
};

/** The name that stories give an object identifier, or its numbers. */
export const nameOf = (numbers: string): string => NAMES[numbers] ?? numbers;

export const named = (item: Item | undefined): string => nameOf(oid(item));

export const hex = (bytes: Buffer): string => bytes.toString("hex");

export const numberOf = (item: Item): number => Number.parseInt(hex(item.body), 16);

export const serial = (item: Item): string => {
  const { body } = item;
  const digits = body.length > 1 && body[0] === 0 ? body.subarray(1) : body;
  return hex(digits).replace(/(..)(?=.)/g, "$1:");
};

const BMP_STRING = 0x1e;

export const text = ({ tag, body }: Item): string =>
  tag === BMP_STRING ? Buffer.from(body).swap16().toString("utf16le") : body.toString("utf8");

const UTC_TIME = 0x17;

/** `2030-01-01T00:00:00Z` */
export const time = (item: Item): string => {
  const digits = text(item);
  const century = Number(digits.slice(0, 2)) < 50 ? "20" : "19";
  const full = item.tag === UTC_TIME ? `${century}${digits}` : digits;
  return full.replace(/^(....)(..)(..)(..)(..)(..).*$/, "$1-$2-$3T$4:$5:$6Z");
};

/** `C=NO, O=One+O=Other, CN=name` */
export const nameText = (item: Item): string =>
  inside(item)
    .map((set) =>
      inside(set)
        .map((pair) => `${named(insideAt(pair, 0))}=${text(insideAt(pair, 1))}`)
        .join("+"),
    )
    .join(", ");
