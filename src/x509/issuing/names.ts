import { AsnConvert } from "@peculiar/asn1-schema";
import { AttributeTypeAndValue, AttributeValue } from "@peculiar/asn1-x509";
import { Unreadable } from "../errors.ts";
import { partsOf, textOf, UNFIT } from "../names.ts";
import { TAGS } from "../tags.ts";
import { element, sequence } from "./der.ts";
import { Unwritable } from "./errors.ts";
import type { NamePart, NamePlan } from "./plans.ts";

/**
 * Names as Go writes them: the order of `pkix.Name`, all values of one attribute in one relative name, and
 * PrintableString where the text allows it.
 */

/** The attributes of a subject that have a place of their own. */
export interface Subject {
  readonly countries?: readonly string[];
  readonly provinces?: readonly string[];
  readonly localities?: readonly string[];
  readonly streets?: readonly string[];
  readonly postalCodes?: readonly string[];
  readonly organizations?: readonly string[];
  readonly organizationalUnits?: readonly string[];
  /** `""`: none, as for the serial number. */
  readonly commonName?: string;
  readonly serialNumber?: string;
  /** Each a relative name of its own, after all others. */
  readonly userIds?: readonly string[];
}

const TYPES = {
  countries: "2.5.4.6",
  provinces: "2.5.4.8",
  localities: "2.5.4.7",
  streets: "2.5.4.9",
  postalCodes: "2.5.4.17",
  organizations: "2.5.4.10",
  organizationalUnits: "2.5.4.11",
} as const;
const COMMON_NAME = "2.5.4.3";
const SERIAL_NUMBER = "2.5.4.5";
const USER_ID = "0.9.2342.19200300.100.1.1";

const LISTS = Object.entries(TYPES) as readonly (readonly [keyof typeof TYPES, string])[];

const partsOfType = (type: string, values: readonly string[]): readonly NamePart[] =>
  values.map((value) => ({ type, value }));

/** The name of a subject, in Go's order; nothing is left of empty lists and texts. */
export const subjectName = (subject: Subject): NamePlan => {
  const single = (type: string, value = ""): readonly NamePart[] => (value === "" ? [] : [{ type, value }]);
  return [
    ...LISTS.map(([key, type]) => partsOfType(type, subject[key] ?? [])),
    single(COMMON_NAME, subject.commonName),
    single(SERIAL_NUMBER, subject.serialNumber),
    ...partsOfType(USER_ID, subject.userIds ?? []).map((part) => [part]),
  ].filter((parts) => parts.length > 0);
};

const valuesOf = (name: NamePlan, type: string): readonly string[] =>
  name.flat().flatMap((part) => (part.type === type ? [part.value] : []));

/** What a name says of a subject, wherever it says it; of several common names the last counts, as in Go. */
export const subjectOf = (name: NamePlan): Required<Subject> => ({
  countries: valuesOf(name, TYPES.countries),
  provinces: valuesOf(name, TYPES.provinces),
  localities: valuesOf(name, TYPES.localities),
  streets: valuesOf(name, TYPES.streets),
  postalCodes: valuesOf(name, TYPES.postalCodes),
  organizations: valuesOf(name, TYPES.organizations),
  organizationalUnits: valuesOf(name, TYPES.organizationalUnits),
  commonName: valuesOf(name, COMMON_NAME).at(-1) ?? "",
  serialNumber: valuesOf(name, SERIAL_NUMBER).at(-1) ?? "",
  userIds: valuesOf(name, USER_ID),
});

/** What a PrintableString may hold. Source: ITU-T X.680, section 41.4. */
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

const encodedPart = ({ type, value }: NamePart): Buffer => {
  if (UNFIT.test(value)) throw new Unwritable("a name holds characters that no name may hold");
  const text = new AttributeValue(PRINTABLE.test(value) ? { printableString: value } : { utf8String: value });
  return Buffer.from(AsnConvert.serialize(new AttributeTypeAndValue({ type, value: text })));
};

/** DER of a name. The parts of one relative name are a set, which DER sorts. Throws `Unwritable`. */
export const encodedName = (name: NamePlan | Uint8Array): Uint8Array =>
  name instanceof Uint8Array
    ? name
    : sequence(...name.map((parts) => element(TAGS.set, ...parts.map(encodedPart).sort(Buffer.compare))));

/** A name that was read, DER, as a plan. Throws `Unreadable` for what is not text. */
export const plannedName = (name: Uint8Array): NamePlan =>
  partsOf(name).map((parts) => {
    if (parts.length === 0) throw new Unreadable("a name has an empty part");
    return parts.map(({ type, value }) => ({ type, value: textOf(value) }));
  });
