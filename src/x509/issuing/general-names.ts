import { isIP, isIPv6 } from "node:net";
import { AsnConvert } from "@peculiar/asn1-schema";
import { GeneralName, GeneralNames, id_ce_subjectAltName, OtherName } from "@peculiar/asn1-x509";
import { TAGS } from "../tags.ts";
import { bufferOf, element } from "./der.ts";
import { Unwritable } from "./errors.ts";
import { requireOid } from "./oids.ts";
import type { AlternativeName, ExtensionPlan } from "./plans.ts";

/** Names of hosts, mailboxes, addresses, resources, and of what applications define, in their extension. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII, as IA5String has it
const IA5 = /^[\x00-\x7f]*$/;

const ia5 = (text: string): string => {
  if (!IA5.test(text)) throw new Unwritable("a name holds characters that are not ASCII");
  return text;
};

/** Addresses of IPv4 written as IPv6 become those of IPv4, as in Go. Not for addresses with a zone. */
const addressOf = (text: string): string => {
  if (!isIPv6(text)) return text;
  if (text.includes("%")) throw new Unwritable("not an address");
  const plain = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(plain);
  if (!mapped) return plain;
  return [...mapped.slice(1)]
    .map((half) => Number.parseInt(half, 16))
    .flatMap((half) => [half >> 8, half & 0xff])
    .join(".");
};

const generalAddress = (value: string): GeneralName => {
  const [address = "", prefix] = value.split("/");
  if (isIP(address) === 0) throw new Unwritable("not an address");
  return new GeneralName({ iPAddress: prefix === undefined ? addressOf(address) : `${addressOf(address)}/${prefix}` });
};

/** One name; addresses of name constraints have a prefix: `10.0.0.0/8`. */
export const generalName = (name: AlternativeName): GeneralName => {
  switch (name.kind) {
    case "dns":
      return new GeneralName({ dNSName: ia5(name.value) });
    case "email":
      return new GeneralName({ rfc822Name: ia5(name.value) });
    case "uri":
      return new GeneralName({ uniformResourceIdentifier: ia5(name.value) });
    case "ip":
      return generalAddress(name.value);
    case "other": {
      const value = element(TAGS.utf8, Buffer.from(name.value, "utf8"));
      return new GeneralName({ otherName: new OtherName({ typeId: requireOid(name.type), value: bufferOf(value) }) });
    }
  }
};

/** The kinds in the order in which the reference writes them. */
const ORDER: readonly AlternativeName["kind"][] = ["other", "dns", "email", "ip", "uri"];

/** `critical`: whether the subject has no name at all. `undefined`: no names. Source: RFC 5280, section 4.2.1.6. */
export const alternativeNamesExtension = (
  names: readonly AlternativeName[],
  critical = false,
): ExtensionPlan | undefined => {
  if (names.length === 0) return undefined;
  const sorted = ORDER.flatMap((kind) => names.filter((name) => name.kind === kind));
  const value = AsnConvert.serialize(new GeneralNames(sorted.map(generalName)));
  return { type: id_ce_subjectAltName, critical, value: new Uint8Array(value) };
};
