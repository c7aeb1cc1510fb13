import { invalidRequest } from "../../../framework/index.ts";
import { canonicalAddress } from "../../../std/cidr.ts";
import { cut, shown } from "../../../std/shown.ts";
import { subjectOf } from "../../../x509/issuing/index.ts";
import type { AlternativeName, CertificateRequest } from "../../../x509/issuing/plans.ts";
import { hostsIn } from "./host-names.ts";
import type { Terms } from "./identity.ts";
import { distinct } from "./lists.ts";
import { writtenMailbox } from "./mailboxes.ts";
import { allowsAddress, allowsCommonName, allowsName } from "./name-rules.ts";
import { checkOthers, requestedOthers } from "./other-names.ts";
import type { Role } from "./role.ts";
import { allowsSerialNumber, allowsUserId } from "./subject-rules.ts";
import { allowsUri, isUri } from "./uris.ts";

/**
 * The names of a certificate: those that a request asks for, in its fields and in a CSR, all of them allowed by the
 * role. Throws with the reference's texts, in its order. What comes out is what will be written, letter by letter.
 */

export interface NameInput {
  readonly common_name?: string | undefined;
  readonly alt_names?: string | undefined;
  readonly ip_sans?: readonly string[] | undefined;
  readonly uri_sans?: readonly string[] | undefined;
  readonly other_sans?: readonly string[] | undefined;
  readonly serial_number?: string | undefined;
  readonly user_ids?: readonly string[] | undefined;
  readonly exclude_cn_from_sans?: boolean | undefined;
}

export interface CertificateNames {
  /** `""`: none. */
  readonly commonName: string;
  readonly serialNumber: string;
  readonly userIds: readonly string[];
  readonly alternative: readonly AlternativeName[];
}

interface Asked {
  readonly input: NameInput;
  readonly role: Role;
  readonly terms: Terms;
  readonly csr: CertificateRequest | undefined;
}

/** The alternative names of a CSR of one kind, where the role takes them; otherwise nothing. */
const inCsr = ({ csr, role }: Asked, kind: "dns" | "email" | "ip" | "uri"): readonly string[] | undefined =>
  csr !== undefined && role.use_csr_sans
    ? csr.alternative.flatMap((name) => (name.kind === kind ? [name.value] : []))
    : undefined;

const NO_COMMON_NAME =
  'the common_name field is required, or must be provided in a CSR with "use_csr_common_name" set to true, unless "require_cn" is set to false';

const commonNameOf = ({ input, role, csr }: Asked): string => {
  const own = role.use_csr_common_name ? subjectOf(csr?.subject ?? []).commonName : "";
  const name = own === "" ? (input.common_name ?? "") : own;
  if (name === "" && role.require_cn) throw invalidRequest(NO_COMMON_NAME);
  return name;
};

const serialNumberOf = ({ input, role, csr }: Asked): string => {
  const asked = input.serial_number ?? "";
  if (asked !== "" || role.serial_number_source === "json") return asked;
  return subjectOf(csr?.subject ?? []).serialNumber;
};

interface Mixed {
  readonly hosts: readonly string[];
  readonly emails: readonly string[];
}

/** Host names and e-mail addresses from a CSR, the common name and the field, in this order. */
const mixedOf = (asked: Asked, commonName: string): Mixed => {
  const { input, role, csr } = asked;
  const fromField = csr === undefined || !role.use_csr_sans ? (input.alt_names ?? "").split(",") : [];
  const fromSubject = input.exclude_cn_from_sans ? [] : [commonName];
  const texts = [...fromSubject, ...distinct(fromField).map((text) => text.trim())].filter((text) => text !== "");
  return {
    hosts: [...(inCsr(asked, "dns") ?? []), ...texts.filter((text) => !text.includes("@")).flatMap(hostsIn)],
    emails: [...(inCsr(asked, "email") ?? []), ...texts.filter((text) => text.includes("@"))],
  };
};

/** Also where host names are not enforced: no name that a program could take for several when it reads them as text. */
const isWritable = (host: string): boolean => /^[A-Za-z0-9._*-]+$/.test(host);

const checkMixed = ({ hosts, emails }: Mixed, { role, terms }: Asked): Mixed => {
  const bad = hosts.find((host) => !isWritable(host) || !allowsName(host, role, terms.domains));
  if (bad !== undefined) throw invalidRequest(`subject alternate name ${cut(bad)} not allowed by this role`);
  const written = emails.map((email) => {
    const mailbox = writtenMailbox(email);
    if (mailbox !== undefined && allowsName(mailbox, role, terms.domains)) return mailbox;
    throw invalidRequest(`email address ${cut(email)} not allowed by this role`);
  });
  return { hosts: distinct(hosts), emails: [...distinct(written)].sort() };
};

const othersOf = ({ input, role, csr }: Asked): readonly AlternativeName[] => {
  const asked = requestedOthers(input.other_sans ?? []);
  const own = role.use_csr_sans ? (csr?.alternative ?? []) : [];
  const names = [...asked, ...own.flatMap((name) => (name.kind === "other" ? [name] : []))];
  checkOthers(names, role.allowed_other_sans);
  return names.map(({ type, value }) => ({ kind: "other", type, value }));
};

const addressesOf = (asked: Asked): readonly string[] => {
  const own = inCsr(asked, "ip");
  const addresses = (own ?? asked.input.ip_sans ?? []).map((text) => {
    const address = canonicalAddress(text);
    if (address === undefined) throw invalidRequest(`the value ${shown(text)} is not a valid IP address`);
    return address;
  });
  const { role } = asked;
  if (addresses.length > 0 && !role.allow_ip_sans) {
    const source = own === undefined ? "the API" : "CSR";
    throw invalidRequest(`IP Subject Alternative Names are not allowed in this role, but was provided via ${source}`);
  }
  const bad = addresses.find((address) => !allowsAddress(address, role));
  if (bad !== undefined) throw invalidRequest(`the IP address ${shown(bad)} is not allowed in this role`);
  return addresses;
};

const urisOf = (asked: Asked): readonly string[] => {
  const own = inCsr(asked, "uri");
  const uris = own ?? asked.input.uri_sans ?? [];
  const source = own === undefined ? "the API" : "CSR";
  if (uris.length > 0 && asked.role.allowed_uri_sans.length === 0) {
    throw invalidRequest(`URI Subject Alternative Names are not allowed in this role, but were provided via ${source}`);
  }
  for (const uri of uris) {
    if (!allowsUri(uri, asked.terms.uris)) {
      throw invalidRequest(
        `URI Subject Alternative Names were provided via ${source} which are not valid for this role`,
      );
    }
    if (!isUri(uri)) {
      throw invalidRequest(`the provided URI Subject Alternative Name ${shown(uri)} is not a valid URI`);
    }
  }
  return uris;
};

const ofKind = (kind: "dns" | "email" | "ip" | "uri", values: readonly string[]): readonly AlternativeName[] =>
  values.map((value) => ({ kind, value }));

const userIdsOf = ({ input, role, csr }: Asked): readonly string[] => {
  const asked = input.user_ids ?? [];
  const ids = asked.length > 0 ? asked : subjectOf(csr?.subject ?? []).userIds;
  const bad = ids.find((id) => !allowsUserId(id, role.allowed_user_ids));
  if (bad !== undefined) throw invalidRequest(`user_id ${cut(bad)} is not allowed by this role`);
  return ids;
};

/** The names of a certificate. `csr`: the request that is signed; absent: a key is made. */
export const namesFor = (
  input: NameInput,
  role: Role,
  terms: Terms,
  csr: CertificateRequest | undefined,
): CertificateNames => {
  const asked = { input, role, terms, csr };
  const commonName = commonNameOf(asked);
  const serialNumber = serialNumberOf(asked);
  const mixed = mixedOf(asked, commonName);
  if (commonName !== "" && !allowsCommonName(commonName, role, terms.domains)) {
    throw invalidRequest(`common name ${cut(commonName)} not allowed by this role`);
  }
  if (serialNumber !== "" && !allowsSerialNumber(serialNumber, role.allowed_serial_numbers)) {
    throw invalidRequest(`serial_number ${cut(serialNumber)} not allowed by this role`);
  }
  const { hosts, emails } = checkMixed(mixed, asked);
  const alternative = [
    ...othersOf(asked),
    ...ofKind("dns", hosts),
    ...ofKind("email", emails),
    ...ofKind("ip", addressesOf(asked)),
    ...ofKind("uri", urisOf(asked)),
  ];
  return { commonName, serialNumber, userIds: userIdsOf(asked), alternative };
};
