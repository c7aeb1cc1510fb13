import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { invalidRequest } from "../../../framework/index.ts";
import { shown } from "../../../std/shown.ts";
import { isOid, subjectName } from "../../../x509/issuing/index.ts";
import type { AlternativeName, NamePlan } from "../../../x509/issuing/plans.ts";
import type { NamesAsked } from "./fields.ts";

/**
 * The names that an authority is asked for. Whoever may ask for an authority may name it as they like; what is checked
 * is only that a certificate can say it. Throws with the reference's texts.
 */

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const HOST = new RegExp(`^(?:\\*\\.)?(?:${LABEL}\\.)*${LABEL}\\.?$`);
const MOST_LABEL = 63;
const MOST_NAME = 253;

const invalidLabel = (label: string): never => {
  throw invalidRequest(`idna: invalid label ${shown(label)}`);
};

const asciiLabel = (label: string): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  const ascii = /^[\x00-\x7f]*$/.test(label) ? label : domainToASCII(label);
  return ascii === "" || ascii.length > MOST_LABEL ? invalidLabel(label) : ascii;
};

/** A name with each label that is not ASCII in Punycode. Throws for labels that DNS cannot hold. */
const asciiName = (name: string): string => {
  const labels = name.split(".");
  const root = labels.length > 1 && labels.at(-1) === "";
  if (labels.slice(0, -1).includes("") || name === ".") return invalidLabel(name);
  const ascii = (root ? labels.slice(0, -1) : labels).map(asciiLabel).join(".");
  return ascii.length > MOST_NAME ? invalidLabel(name) : `${ascii}${root ? "." : ""}`;
};

const distinct = (items: readonly string[] = []): readonly string[] =>
  [...new Set(items.map((item) => item.trim()))].filter((item) => item !== "");

/** Names as DNS names and mailboxes; what is neither, such as a common name with blanks, is none. */
const hostsAndMailboxes = (names: readonly string[]): readonly AlternativeName[] => {
  const emails = names.filter((name) => name.includes("@"));
  const hosts = names.filter((name) => !name.includes("@")).map(asciiName);
  return [
    ...distinct(hosts.filter((host) => HOST.test(host))).map((value) => ({ kind: "dns", value }) as const),
    ...[...distinct(emails)].sort().map((value) => ({ kind: "email", value }) as const),
  ];
};

const addressOf = (value: string): AlternativeName => {
  if (isIP(value) === 0 || value.includes("%"))
    throw invalidRequest(`the value ${shown(value)} is not a valid IP address`);
  return { kind: "ip", value };
};

const uriOf = (value: string): AlternativeName => {
  const broken = !/^[!-~]*$/.test(value) || /%(?![0-9a-f]{2})/i.test(value) || value.startsWith(":");
  if (broken) {
    throw invalidRequest(`the provided URI Subject Alternative Name ${shown(value)} is not a valid URI`);
  }
  return { kind: "uri", value };
};

const otherOf = (given: string): AlternativeName => {
  const fail = (why: string): never => {
    throw invalidRequest(`could not parse requested other SAN: ${why}`);
  };
  const semicolon = given.indexOf(";");
  if (semicolon < 0) return fail(`expected a semicolon in other SAN ${shown(given)}`);
  const [type, rest] = [given.slice(0, semicolon), given.slice(semicolon + 1)];
  const colon = rest.indexOf(":");
  if (colon < 0) return fail(`expected a colon in other SAN ${shown(given)}`);
  if (!["utf8", "utf-8"].includes(rest.slice(0, colon).toLowerCase())) {
    return fail(`only utf8 other SANs are supported; found non-supported type in other SAN ${shown(given)}`);
  }
  if (!isOid(type)) return fail(`${shown(type)} is not an object identifier`);
  return { kind: "other", type, value: rest.slice(colon + 1) };
};

/** The alternative names of a certificate: what is asked for, and the common name where it is a host or a mailbox. */
export const alternativeNamesFor = (asked: NamesAsked, commonName: string): readonly AlternativeName[] => {
  const { alt_names = "", ip_sans = [], uri_sans = [], other_sans = [], exclude_cn_from_sans = false } = asked;
  const named = [...(exclude_cn_from_sans ? [] : [commonName]), ...alt_names.split(",")];
  return [
    ...hostsAndMailboxes(distinct(named)),
    ...ip_sans.map(addressOf),
    ...uri_sans.map(uriOf),
    ...other_sans.map(otherOf),
  ];
};

/** The subject: what is asked for, and a common name and serial number that may come from a request. */
export const subjectFor = (asked: NamesAsked, commonName: string, serialNumber: string): NamePlan =>
  subjectName({
    countries: distinct(asked.country),
    provinces: distinct(asked.province),
    localities: distinct(asked.locality),
    streets: distinct(asked.street_address),
    postalCodes: distinct(asked.postal_code),
    organizations: distinct(asked.organization),
    organizationalUnits: distinct(asked.ou),
    commonName,
    serialNumber,
  });
