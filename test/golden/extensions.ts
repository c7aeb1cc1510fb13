import { bodyOf, hex, type Item, inside, insideAt, itemAt, named, nameText, numberOf, oid, text } from "./der.ts";

/** What is in the extensions of certificates, requests, lists and answers, as plain JSON. */

const address = (bytes: Buffer): string =>
  bytes.length === 4 ? [...bytes].join(".") : hex(bytes).replace(/(....)(?=.)/g, "$1:");

const addressOrRange = (bytes: Buffer): string => {
  if (bytes.length !== 8 && bytes.length !== 32) return `IP:${address(bytes)}`;
  const half = bytes.length / 2;
  return `IP:${address(bytes.subarray(0, half))}/${address(bytes.subarray(half))}`;
};

/** One alternative name: `DNS:a.example.com`. */
const general = (item: Item): string => {
  const kind = item.tag & 0x1f;
  switch (kind) {
    case 0:
      return `other:${oid(insideAt(item, 0))}=${text(insideAt(insideAt(item, 1), 0))}`;
    case 1:
      return `email:${text(item)}`;
    case 2:
      return `DNS:${text(item)}`;
    case 4:
      return `name:${nameText(insideAt(item, 0))}`;
    case 6:
      return `URI:${text(item)}`;
    case 7:
      return addressOrRange(item.body);
    case 8:
      return `ID:${oid(item)}`;
    default:
      return `${kind}:${hex(item.body)}`;
  }
};

const points = (item: Item): readonly string[] =>
  inside(item)
    .flatMap((point) => inside(point).filter(({ tag }) => tag === 0xa0))
    .flatMap((names) => inside(names).flatMap((full) => inside(full).map(general)));

/** By bit. */
export const USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
];

const usages = ({ body }: Item): readonly string[] =>
  [...body.subarray(1)].flatMap((byte, place) =>
    [...Array(8).keys()]
      .filter((bit) => byte & (0x80 >> bit))
      .map((bit) => USAGES[place * 8 + bit] ?? String(place * 8 + bit)),
  );

const REASONS = [
  "unspecified",
  "keyCompromise",
  "cACompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "certificateHold",
  "7",
  "removeFromCRL",
  "privilegeWithdrawn",
  "aACompromise",
];

export const reason = ({ body }: Item): string => REASONS[body[0] ?? 0] ?? String(body[0]);

const basicConstraints = (item: Item): Readonly<Record<string, unknown>> => {
  const found: Record<string, unknown> = { ca: false };
  for (const part of inside(item)) {
    if (part.tag === 1) found["ca"] = part.body[0] !== 0;
    else found["pathLength"] = numberOf(part);
  }
  return found;
};

const qualifier = (item: Item): string => {
  const value = insideAt(item, 1);
  const shown = value.tag === 0x30 ? inside(value).map(text).join("|") : text(value);
  return `${oid(insideAt(item, 0))}:${shown}`;
};

const policy = (item: Item): string => {
  const [id, qualifiers] = inside(item);
  return [oid(id), ...(qualifiers ? inside(qualifiers).map(qualifier) : [])].join(" ");
};

const constraints = (item: Item): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    inside(item).map((part) => [
      part.tag === 0xa0 ? "permitted" : "excluded",
      inside(part).map((one) => general(insideAt(one, 0))),
    ]),
  );

const authorityKey = (item: Item): string => hex(inside(item).find(({ tag }) => tag === 0x80)?.body ?? Buffer.alloc(0));

const READERS: Readonly<Record<string, (item: Item) => unknown>> = {
  subjectKeyIdentifier: ({ body }) => hex(body),
  authorityKeyIdentifier: authorityKey,
  keyUsage: usages,
  extKeyUsage: (item) => inside(item).map(named),
  subjectAltName: (item) => inside(item).map(general).sort(),
  basicConstraints,
  crlDistributionPoints: points,
  authorityInfoAccess: (item) => inside(item).map((one) => `${named(insideAt(one, 0))} ${general(insideAt(one, 1))}`),
  certificatePolicies: (item) => inside(item).map(policy),
  nameConstraints: constraints,
  crlNumber: numberOf,
  deltaCRLIndicator: numberOf,
  reason,
  nonce: ({ tag, body, whole }) => hex(tag === 4 ? body : whole),
};

const readValue = (name: string, value: Buffer): unknown => {
  try {
    const item = itemAt(value);
    return (READERS[name] ?? (({ whole }) => hex(whole)))(item);
  } catch {
    return hex(value);
  }
};

const IS_CRITICAL = 3;

/** By name, `!` before that of a critical one. */
export const extensions = (list: Item | undefined): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    inside(list).map((one) => {
      const parts = inside(one);
      const name = named(parts[0]);
      const critical = parts.length === IS_CRITICAL && bodyOf(parts[1])[0] !== 0;
      return [critical ? `!${name}` : name, readValue(name, bodyOf(parts.at(-1)))];
    }),
  );
