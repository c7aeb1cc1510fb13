import { AsnConvert } from "@peculiar/asn1-schema";
import { GeneralName } from "@peculiar/asn1-x509";
import { utf8Text } from "../../std/utf8.ts";
import { Unreadable } from "../errors.ts";
import { ascii, UNFIT } from "../names.ts";
import { type Member, membersOf, membersUnder, oidOf, requireDer } from "../strict-der.ts";
import { contextTag, TAGS } from "../tags.ts";
import type { AlternativeName } from "./plans.ts";

/** The alternative names that somebody asks for. */

const EMAIL = 0x81;
const DNS = 0x82;
const URI = 0x86;
const ADDRESS = 0x87;
const OTHER = contextTag(0);
const ADDRESS_BYTES: readonly number[] = [4, 16];

const addressIn = ({ der, content }: Member): string => {
  if (!ADDRESS_BYTES.includes(content.length)) throw new Unreadable("an address has neither 4 nor 16 bytes");
  return AsnConvert.parse(der, GeneralName).iPAddress ?? "";
};

/** Names of applications count where their value is a text in UTF-8; `undefined` for all others. */
const otherIn = ({ der }: Member): AlternativeName | undefined => {
  const [type, wrapped, ...more] = membersOf(der);
  if (type?.tag !== TAGS.oid || wrapped?.tag !== contextTag(0) || more.length > 0)
    throw new Unreadable("an alternative name cannot be read");
  const [value, ...rest] = membersOf(wrapped.der);
  if (value?.tag !== TAGS.utf8 || rest.length > 0) return undefined;
  const text = utf8Text(value.content);
  if (text === undefined || UNFIT.test(text))
    throw new Unreadable("an alternative name holds characters that no name may hold");
  return { kind: "other", type: oidOf(type), value: text };
};

const nameIn = (member: Member): AlternativeName | undefined => {
  const text = (): string => ascii(Buffer.from(member.content).toString("latin1"));
  switch (member.tag) {
    case EMAIL:
      return { kind: "email", value: text() };
    case DNS:
      return { kind: "dns", value: text() };
    case URI:
      return { kind: "uri", value: text() };
    case ADDRESS:
      return { kind: "ip", value: addressIn(member) };
    case OTHER:
      return otherIn(member);
    default:
      return undefined;
  }
};

export interface ReadNames {
  readonly names: readonly AlternativeName[];
  /** Whether there are names of other kinds too: of directories, registered ones, what applications define. */
  readonly others: boolean;
}

/** `value`: of the extension; `undefined`: no such extension. Throws `Unreadable`. */
export const readAlternativeNames = (value: Uint8Array | undefined): ReadNames => {
  if (value === undefined) return { names: [], others: false };
  requireDer(value);
  const read = membersUnder(TAGS.sequence, value).map(nameIn);
  const names = read.filter((name): name is AlternativeName => name !== undefined);
  return { names, others: names.length < read.length };
};
