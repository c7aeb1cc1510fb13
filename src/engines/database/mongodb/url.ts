import { isIP } from "node:net";
import { SettingsError } from "../failure.ts";

/**
 * `connection_url` of MongoDB, read by hand: a standard URL parser knows neither several hosts nor templates in it. Only
 * options whose meaning here is known are let through, because others make the driver read files, dial proxies or ask
 * a metadata service for credentials. Source: MongoDB documentation, "Connection Strings".
 */

export interface Host {
  readonly name: string;
  readonly port: number;
}

export interface Target {
  /** With `srv`, the one name that is looked up. */
  readonly hosts: readonly Host[];
  readonly srv: boolean;
  readonly username: string;
  readonly password: string;
  /** Empty where the URL names none. */
  readonly database: string;
  /** By lower-case name. */
  readonly options: ReadonlyMap<string, string>;
}

export const MASK = "xxxxx";
const MOST_CHARACTERS = 4096;
const MOST_HOSTS = 8;
const DEFAULT_PORT = 27017;

const PARTS = /^(mongodb(?:\+srv)?:\/\/)(?:([^/?#]*)@)?([^/?#@]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/** What changes how the engine connects. */
const USED = [
  "authmechanism",
  "authsource",
  "connecttimeoutms",
  "directconnection",
  "replicaset",
  "ssl",
  "tls",
  "tlsallowinvalidcertificates",
  "tlsallowinvalidhostnames",
  "tlsinsecure",
];
/** What may stand there for other clients and makes no difference here. */
const UNUSED =
  /^(?:appname|compressors|journal|maxidletimems|maxpoolsize|maxstalenessseconds|minpoolsize|readconcernlevel|readpreference|readpreferencetags|retryreads|retrywrites|serverselectiontimeoutms|sockettimeoutms|w|waitqueuetimeoutms|wtimeout|wtimeoutms|zlibcompressionlevel|heartbeatfrequencyms|localthresholdms)$/;

/** The text is never quoted: it may hold a password. */
export const refuse = (why: string): never => {
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
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? refuse("invalid host");
  if (bracketed !== undefined && isIP(bracketed) !== 6) return refuse("invalid host");
  const name = bracketed ?? decode(plain ?? "");
  if (name.includes("/")) return refuse("Unix sockets are not supported");
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  return number >= 1 && number <= 65535 ? { name, port: number } : refuse("invalid port");
};

const optionsOf = (query: string): ReadonlyMap<string, string> => {
  const options = new Map<string, string>();
  for (const pair of query.split("&").filter((part) => part !== "")) {
    const equals = pair.indexOf("=");
    const name = decode(equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    if (/^tls\w*file(?:password)?$|^ssl\w+$/.test(name))
      return refuse("files cannot be named in it; use tls_ca and tls_certificate_key");
    if (USED.includes(name)) options.set(name, equals < 0 ? "" : decode(pair.slice(equals + 1)));
    else if (!UNUSED.test(name)) return refuse("it has an option that is not supported");
  }
  return options;
};

const userInfo = (text: string, put: (text: string) => string): readonly [string, string] => {
  const colon = text.indexOf(":");
  return colon < 0 ? [put(text), ""] : [put(text.slice(0, colon)), put(text.slice(colon + 1))];
};

/**
 * Reads a URL. `values` are put where it says `{{username}}` and `{{password}}`: after it was taken apart, so that
 * none becomes another part of it. Throws `SettingsError`.
 */
export const parseUrl = (url: string, values: { readonly username: string; readonly password: string }): Target => {
  if (url.length > MOST_CHARACTERS) return refuse("it is too long");
  const [, scheme, user = "", authority = "", database = "", query = ""] =
    PARTS.exec(url) ?? refuse("it must look like mongodb://user:password@host:port/database");
  const put = (text: string): string =>
    text
      .split(/(\{\{(?:username|password)\}\})/)
      .map((part) =>
        part === "{{username}}" ? values.username : part === "{{password}}" ? values.password : decode(part),
      )
      .join("");
  const [username, password] = userInfo(user, put);
  const srv = scheme === "mongodb+srv://";
  const hosts = authority.split(",").map(hostOf);
  if (srv && (hosts.length > 1 || /:\d+$/.test(authority) || isIP(hosts[0]?.name ?? "") !== 0))
    return refuse("mongodb+srv:// takes one name without a port");
  if (hosts.length > MOST_HOSTS) return refuse(`more than ${MOST_HOSTS} hosts`);
  return { hosts, srv, username, password, database: decode(database), options: optionsOf(query) };
};

const isLiteral = (password: string): boolean => password !== "" && password !== "{{password}}";

/** The URL with its password masked, and whether it has one; a template does not count. */
export const maskUrl = (url: string): { readonly shown: string; readonly literal: boolean } => {
  const parts = PARTS.exec(url);
  // What cannot be read is not shown: it may hold a password wherever it likes.
  if (!parts) return { shown: url === "" ? "" : MASK, literal: false };
  const [, scheme = "", user = ""] = parts;
  const colon = user.indexOf(":");
  if (colon < 0 || !isLiteral(user.slice(colon + 1))) return { shown: url, literal: false };
  return { shown: `${scheme}${user.slice(0, colon)}:${MASK}${url.slice(scheme.length + user.length)}`, literal: true };
};
