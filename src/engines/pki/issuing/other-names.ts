import { invalidRequest, VaultError } from "../../../framework/index.ts";
import { matchesGlob } from "../../../std/glob.ts";
import { cut, shown } from "../../../std/shown.ts";
import { isOid } from "../../../x509/issuing/index.ts";

/** Names of types that applications define, as requests and roles write them: `<oid>;utf8:<value>`. */

export interface OtherName {
  readonly type: string;
  readonly value: string;
}

const parse = (item: string): OtherName => {
  const semicolon = item.indexOf(";");
  if (semicolon < 0) throw invalidRequest(`expected a semicolon in other SAN ${shown(item)}`);
  const colon = item.indexOf(":", semicolon);
  if (colon < 0) throw invalidRequest(`expected a colon in other SAN ${shown(item)}`);
  const encoding = item.slice(semicolon + 1, colon).toLowerCase();
  if (encoding !== "utf8" && encoding !== "utf-8") {
    throw invalidRequest(`only utf8 other SANs are supported; found non-supported type in other SAN ${shown(item)}`);
  }
  return { type: item.slice(0, semicolon), value: item.slice(colon + 1) };
};

const isAny = (allowed: readonly string[]): boolean => allowed.length === 1 && allowed[0] === "*";

const parseAll = (items: readonly string[], reword: (why: string) => string): readonly OtherName[] => {
  try {
    return items.map(parse);
  } catch (cause) {
    throw cause instanceof VaultError ? invalidRequest(reword(cause.wire ?? ""), { cause }) : cause;
  }
};

/** Checks what a role would allow. Throws with the reference's texts. */
export const checkOtherPatterns = (allowed: readonly string[]): void => {
  if (!isAny(allowed)) parseAll(allowed, (why) => `error parsing allowed_other_sans: ${why}`);
};

/** The names that a request gives. Throws for what is not one, and for a type that is not an object identifier. */
export const requestedOthers = (items: readonly string[]): readonly OtherName[] => {
  const names = parseAll(items, (why) => `could not parse requested other SAN: ${why}`);
  for (const { type, value } of names) {
    if (!isOid(type)) throw invalidRequest(`other SAN OID ${cut(type)} is not an object identifier`);
    if (/\p{Cc}/u.test(value)) throw invalidRequest(`other SAN for OID ${type} holds a control character`);
  }
  return names;
};

/** Refuses names that a role does not allow. */
export const checkOthers = (names: readonly OtherName[], allowed: readonly string[]): void => {
  if (isAny(allowed)) return;
  const patterns = allowed.map(parse);
  for (const { type, value } of names) {
    const ofType = patterns.filter((pattern) => pattern.type === type);
    if (ofType.length === 0) throw invalidRequest(`other SAN OID ${cut(type)} not allowed by this role`);
    if (!ofType.some((pattern) => matchesGlob(pattern.value, value))) {
      throw invalidRequest(`other SAN ${cut(value)} not allowed for OID ${cut(type)} by this role`);
    }
  }
};
