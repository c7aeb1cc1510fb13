import { isIP } from "node:net";
import { invalidRequest } from "../../../framework/index.ts";
import { shown } from "../../../std/shown.ts";
import type { AlternativeName } from "../../../x509/issuing/plans.ts";
import { hostsIn } from "../issuing/host-names.ts";
import { distinct } from "../issuing/lists.ts";
import { writtenMailbox } from "../issuing/mailboxes.ts";
import { requestedOthers } from "../issuing/other-names.ts";
import { isUri } from "../issuing/uris.ts";
import type { NamesAsked } from "./fields.ts";

/**
 * The names that an authority is asked for. Whoever may ask for an authority may name it as they like; what is checked
 * is only that a certificate can say it. Throws with the reference's texts.
 */

/** A common name may hold an `@` without being a mailbox; what is asked for as one must be one. */
const mailboxesIn = (name: string, commonName: string): readonly string[] => {
  const written = writtenMailbox(name);
  if (written !== undefined) return [written];
  if (name === commonName) return [];
  throw invalidRequest(`the value ${shown(name)} is not a valid email address`);
};

const hostsAndMailboxes = (names: readonly string[], commonName: string): readonly AlternativeName[] => {
  const hosts = names.filter((name) => !name.includes("@")).flatMap(hostsIn);
  const emails = names.filter((name) => name.includes("@")).flatMap((name) => mailboxesIn(name, commonName));
  return [
    ...distinct(hosts).map((value) => ({ kind: "dns", value }) as const),
    ...[...distinct(emails)].sort().map((value) => ({ kind: "email", value }) as const),
  ];
};

const addressOf = (value: string): AlternativeName => {
  if (isIP(value) === 0 || value.includes("%"))
    throw invalidRequest(`the value ${shown(value)} is not a valid IP address`);
  return { kind: "ip", value };
};

const uriOf = (value: string): AlternativeName => {
  if (isUri(value)) return { kind: "uri", value };
  throw invalidRequest(`the provided URI Subject Alternative Name ${shown(value)} is not a valid URI`);
};

/** The alternative names of a certificate: what is asked for, and the common name where it is a host or a mailbox. */
export const alternativeNamesFor = (asked: NamesAsked, commonName: string): readonly AlternativeName[] => {
  const { alt_names = "", ip_sans = [], uri_sans = [], other_sans = [], exclude_cn_from_sans = false } = asked;
  const named = [...(exclude_cn_from_sans ? [] : [commonName]), ...alt_names.split(",")].map((name) => name.trim());
  return [
    ...hostsAndMailboxes(distinct(named), commonName.trim()),
    ...ip_sans.map(addressOf),
    ...uri_sans.map(uriOf),
    ...requestedOthers(other_sans).map(({ type, value }) => ({ kind: "other", type, value }) as const),
  ];
};
