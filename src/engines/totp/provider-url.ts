import { VaultError } from "../../framework/index.ts";

/**
 * Keys as providers hand them out: `otpauth://totp/<issuer>:<account>?secret=…`. Read as Vault reads them: the scheme
 * and the host do not matter, what the address says goes before the fields of the request, and a parameter that cannot
 * be read is left out.
 */

export interface ProviderUrl {
  /** Absent: the address names none. */
  readonly issuer?: string | undefined;
  readonly account: string;
  readonly secret: string;
  readonly period?: number | undefined;
  readonly digits?: number | undefined;
  readonly algorithm?: string | undefined;
}

const refused = (what: string) =>
  new VaultError("invalid_request", { wire: `an error occurred while parsing ${what}` });

/** Undoes percent-encoding; `undefined` where it is wrong, or is not text. */
const unescaped = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** Scheme, host and path. A scheme without slashes behind it has no path, and what has no scheme is a path. */
const ADDRESS = /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?:\/\/[^/\s\\^`{|}%]*)?(\/.*|)$/s;
const RELATIVE = /^[^/:]*(?:\/.*)?$/s;
const OPAQUE = /^[A-Za-z][A-Za-z0-9+.-]*:[^/]/;
const hasControls = (text: string): boolean => /[^\P{Cc}\u0080-\u009f]/u.test(text);

const pathOf = (address: string): string | undefined => {
  if (OPAQUE.test(address)) return "";
  const path = ADDRESS.exec(address)?.[1] ?? (RELATIVE.test(address) ? address : undefined);
  return path === undefined ? undefined : unescaped(path);
};

/** The first value of each name. */
const valuesOf = (query: string): ReadonlyMap<string, string> => {
  const values = new Map<string, string>();
  for (const pair of query.split("&")) {
    if (pair.includes(";")) continue;
    const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    const [key, text] = [name, value].map((part) => unescaped(part.replaceAll("+", " ")));
    if (key !== undefined && text !== undefined && !values.has(key)) values.set(key, text);
  }
  return values;
};

const whole = (name: string, text: string): number | undefined => {
  if (text === "") return undefined;
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw refused(`${name} value in url`);
  return value;
};

/** Throws with Vault's texts, which repeat nothing of the address: it holds a key. */
export const readProviderUrl = (url: string): ProviderUrl => {
  const [withoutFragment = ""] = url.split("#", 1);
  const cut = withoutFragment.indexOf("?");
  const path = pathOf(cut === -1 ? withoutFragment : withoutFragment.slice(0, cut));
  if (path === undefined || hasControls(url)) throw refused("url string");
  const values = valuesOf(cut === -1 ? "" : withoutFragment.slice(cut + 1));
  const value = (name: string): string => values.get(name) ?? "";
  const label = path.replace(/^\//, "");
  const colon = label.indexOf(":");
  const issuer = value("issuer") || (colon === -1 ? undefined : label.slice(0, colon));
  return {
    issuer,
    account: label.slice(colon + 1),
    secret: value("secret"),
    period: whole("period", value("period")),
    digits: whole("digits", value("digits")),
    algorithm: value("algorithm") || undefined,
  };
};
