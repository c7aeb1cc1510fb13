import { isIP } from "node:net";
import type { BackendContext } from "../../../framework/index.ts";
import { canonicalAddress, endsInNumber } from "../../../std/cidr.ts";
import { isJsonObject, type JsonValue } from "../../../std/json.ts";
import { cut } from "../../../std/shown.ts";
import { subjectOf } from "../../../x509/issuing/index.ts";
import type { CertificateRequest } from "../../../x509/issuing/plans.ts";
import { asciiName } from "../issuing/host-names.ts";
import { termsOf } from "../issuing/identity.ts";
import { lowerAscii } from "../issuing/lists.ts";
import { allowsAddress, allowsName } from "../issuing/name-rules.ts";
import type { Directory } from "./directory.ts";
import { badCsr, malformed, type Problem, problem, wordsFirst } from "./problems.ts";
import type { Identifier } from "./records.ts";

/**
 * What an order asks for: names and addresses. A name is in the form that a certificate has, lower case and in ASCII; one
 * that begins with `*.` is proved without it.
 *
 * Security: what is compared with a CSR is the order's own text, letter by letter but for the case of ASCII; a name that
 * anybody reads as an address is refused, with a wildcard before it too.
 */

/** Order and authorizations are written in one transaction. */
const MOST = 90;
const LONGEST_NAME = 253;
const NAME = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const invalid = (value: string, why: string): Problem =>
  malformed(`value argument (${cut(value)}) failed validation: ${why}`);

const withoutWildcard = (value: string): string => {
  if (!value.includes("*")) return value;
  if (value === "*" || value === "*.") {
    throw invalid(value, "invalid wildcard: wildcard must not be entire domain name; need at least two domain labels");
  }
  if (!value.startsWith("*.") || value.lastIndexOf("*") !== 0) {
    throw invalid(value, "invalid wildcard: wildcard must be entire left-most label");
  }
  return value.slice(2);
};

const dnsIdentifier = (value: string): Identifier => {
  const proved = withoutWildcard(value);
  if (isIP(proved) !== 0 || endsInNumber(proved)) {
    throw malformed(`refusing to accept argument (${cut(value)}) as DNS type identifier: parsed OK as IP address`);
  }
  const ascii = asciiName(proved);
  if (proved.length > LONGEST_NAME || !NAME.test(proved) || ascii === undefined || "invalid" in ascii) {
    throw invalid(value, "not a host name in the form that a certificate has");
  }
  return { type: "dns", value, proved, wildcard: proved !== value };
};

const ipIdentifier = (value: string): Identifier => {
  const proved = isIP(value) === 0 || value.includes("%") ? undefined : canonicalAddress(value);
  if (proved === undefined) throw invalid(value, "failed parsing as IP");
  return { type: "ip", value, proved, wildcard: false };
};

const textOf = (value: JsonValue | undefined, name: string): string => {
  if (value === undefined) throw malformed(`missing ${name} argument for value in 'identifiers'`);
  if (typeof value !== "string") throw malformed(`invalid type for ${name} argument for value in 'identifiers'`);
  return value;
};

const identifierIn = (given: JsonValue): Identifier => {
  if (!isJsonObject(given)) throw malformed("invalid type for value in 'identifiers'");
  const type = textOf(given["type"], "type");
  const value = textOf(given["value"], "value");
  if (value === "") throw malformed("value argument for value in 'identifiers' can not be blank");
  if (type === "dns") return dnsIdentifier(value);
  if (type === "ip") return ipIdentifier(value);
  throw problem("unsupportedIdentifier", `unsupported identifier type ${cut(type)}`);
};

/** Throws `Problem`. */
export const identifiersIn = (given: JsonValue | undefined): readonly Identifier[] => {
  if (given === undefined) throw malformed("missing required identifiers argument");
  if (!Array.isArray(given)) throw malformed("invalid type for field 'identifiers'");
  const list: readonly JsonValue[] = given;
  if (list.length === 0 || list.length > MOST) throw malformed(`an order has 1 to ${MOST} identifiers`);
  return list.map(identifierIn);
};

/** Refuses what the directory's role will not certify, before anybody proves it. */
export const checkAllowed = (
  identifiers: readonly Identifier[],
  { role, roleName }: Directory,
  cx: BackendContext,
): void => {
  const { domains } = termsOf(role, cx);
  for (const { type, value } of identifiers) {
    if (type === "dns" && !allowsName(value, role, domains)) {
      throw wordsFirst("rejectedIdentifier", `role (${roleName}) will not issue certificate for name ${value}`);
    }
    if (type === "ip" && !allowsAddress(value, role)) {
      throw wordsFirst(
        "rejectedIdentifier",
        `role (${roleName}) does not allow IP sans, so cannot issue certificate for ${value}`,
      );
    }
  }
};

const namesIn = ({
  alternative,
  subject,
}: CertificateRequest): { readonly dns: Set<string>; readonly ip: Set<string> } => {
  const dns = new Set<string>();
  const ip = new Set<string>();
  const take = (value: string): void => {
    const address = isIP(value) === 0 ? undefined : canonicalAddress(value);
    if (address === undefined) dns.add(lowerAscii(value));
    else ip.add(address);
  };
  const { commonName } = subjectOf(subject);
  if (commonName !== "") take(commonName);
  for (const { kind, value } of alternative) if (kind === "dns") dns.add(lowerAscii(value));
  for (const { kind, value } of alternative) if (kind === "ip") ip.add(canonicalAddress(value) ?? value);
  return { dns, ip };
};

const same = (wanted: ReadonlySet<string>, got: ReadonlySet<string>, kind: string): void => {
  if (wanted.size !== got.size) {
    throw badCsr(`Order (${wanted.size}) and CSR (${got.size}) mismatch on number of ${kind} identifiers`);
  }
  for (const one of wanted) if (!got.has(one)) throw badCsr(`CSR is missing order ${kind} identifier ${one}`);
};

/** That a CSR asks for the identifiers of an order, all of them and no others, nor names of other kinds. */
export const checkNames = (request: CertificateRequest, identifiers: readonly Identifier[]): void => {
  const others = request.alternative.some(({ kind }) => kind !== "dns" && kind !== "ip");
  if (others || request.unknownAlternative) throw badCsr("CSR asks for names that no order can have");
  const got = namesIn(request);
  const of = (type: Identifier["type"]): Set<string> =>
    new Set(identifiers.flatMap((one) => (one.type === type ? [type === "ip" ? one.proved : one.value] : [])));
  same(of("dns"), got.dns, "DNS");
  same(of("ip"), got.ip, "IP");
};
