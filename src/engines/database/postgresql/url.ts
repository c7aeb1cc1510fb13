import { isIP } from "node:net";
import { SettingsError } from "../failure.ts";

/**
 * PostgreSQL's connection URL, read by hand: the WHATWG parser knows neither several hosts nor templates in it.
 * Source: PostgreSQL documentation, "Connection Strings".
 */

export interface Host {
  readonly name: string;
  readonly port: number;
}

export interface Target {
  readonly hosts: readonly Host[];
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const URL_PARTS = /^(postgres(?:ql)?:\/\/)(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const DEFAULT_PORT = 5432;

// The text is never quoted: it may hold a password.
const refuse = (why: string): never => {
  throw new SettingsError(`cannot parse connection url: ${why}`);
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse("invalid percent-encoding");
  }
};

const hostOf = (text: string): Host => {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? refuse("invalid host");
  const name = bracketed ?? decode(plain ?? "");
  if (bracketed !== undefined && isIP(bracketed) !== 6) return refuse("invalid host");
  if (name.startsWith("/")) return refuse("sockets of the file system are not supported");
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  if (number < 1 || number > 65535) return refuse("invalid port");
  return { name: name === "" ? "localhost" : name, port: number };
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
  const take = (key: string): string => {
    const value = parameters.get(key) ?? "";
    parameters.delete(key);
    return value;
  };
  const [askedUser, askedPassword] = [take("user"), take("password")];
  return {
    hosts: authority.split(",").map(hostOf),
    database: decode(path),
    username: username || askedUser,
    password: password || askedPassword,
    parameters,
  };
};

const MASK = "xxxxx";

/** The URL with the password that stands in it masked, and whether there was one; a template is none. */
export const maskUrl = (url: string): { readonly shown: string; readonly literal: boolean } => {
  if (url.includes("{{password}}")) return { shown: url, literal: false };
  const parts = URL_PARTS.exec(url);
  // What cannot be read is not shown: it may hold a password wherever it likes.
  if (!parts) return { shown: url === "" ? "" : MASK, literal: false };
  const [, scheme = "", user = ""] = parts;
  const rest = url.slice(scheme.length + (parts[2] === undefined ? 0 : user.length));
  const colon = user.indexOf(":");
  const inUser = colon >= 0 && colon < user.length - 1;
  const masked = rest.replace(/([?&]password=)[^&]+/g, `$1${MASK}`);
  return {
    shown: `${scheme}${inUser ? `${user.slice(0, colon)}:${MASK}` : user}${masked}`,
    literal: inUser || masked !== rest,
  };
};
