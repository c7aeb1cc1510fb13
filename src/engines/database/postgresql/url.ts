import { isIP } from "node:net";
import { type Host, MASK, refuse } from "../sql/target.ts";
import { hostOf, type Target, targetOf } from "./target.ts";

/**
 * PostgreSQL's connection URL, read by hand: the WHATWG parser knows neither several hosts nor templates in it.
 * Source: PostgreSQL documentation, "Connection Strings".
 */

const URL_PARTS = /^(postgres(?:ql)?:\/\/)(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse("invalid percent-encoding");
  }
};

const authorityHost = (text: string): Host => {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? refuse("invalid host");
  if (bracketed !== undefined && isIP(bracketed) !== 6) return refuse("invalid host");
  return hostOf(bracketed ?? decode(plain ?? ""), port);
};

const userInfo = (text: string): readonly [string, string] => {
  const colon = text.indexOf(":");
  return colon < 0 ? [decode(text), ""] : [decode(text.slice(0, colon)), decode(text.slice(colon + 1))];
};

const partsOf = (url: string): RegExpExecArray =>
  URL_PARTS.exec(url) ?? refuse("it must look like postgresql://user:password@host:port/database");

/** Throws `SettingsError`; its text never holds any of the URL. */
export const parseUrl = (url: string): Target => {
  const [, , user = "", authority = "", path = "", query = ""] = partsOf(url);
  const parameters = new Map<string, string>();
  for (const pair of query.split("&").filter((part) => part !== "")) {
    const equals = pair.indexOf("=");
    const key = decode(equals < 0 ? pair : pair.slice(0, equals));
    parameters.set(key, equals < 0 ? "" : decode(pair.slice(equals + 1).replaceAll("+", " ")));
  }
  const [username, password] = userInfo(user);
  // The part before the question mark has precedence.
  for (const [key, value] of [
    ["user", username],
    ["password", password],
    ["dbname", decode(path)],
  ] as const)
    if (value !== "") parameters.set(key, value);
  return targetOf(parameters, authority === "" ? [] : authority.split(",").map(authorityHost));
};

const isLiteral = (password: string): boolean => password !== "" && password !== "{{password}}";

/** The URL with its password masked, and whether it has one; a template does not count. */
export const maskUrl = (url: string): { readonly shown: string; readonly literal: boolean } => {
  const parts = URL_PARTS.exec(url);
  // What cannot be read is not shown: it may hold a password wherever it likes.
  if (!parts) return { shown: url === "" ? "" : MASK, literal: false };
  const [, scheme = "", user = ""] = parts;
  const rest = url.slice(scheme.length + (parts[2] === undefined ? 0 : user.length));
  const colon = user.indexOf(":");
  const inUser = colon >= 0 && isLiteral(user.slice(colon + 1));
  const masked = rest.replace(/([?&]password=)([^&]+)/g, (whole, before: string, password: string) =>
    isLiteral(password) ? `${before}${MASK}` : whole,
  );
  return {
    shown: `${scheme}${inUser ? `${user.slice(0, colon)}:${MASK}` : user}${masked}`,
    literal: inUser || masked !== rest,
  };
};
