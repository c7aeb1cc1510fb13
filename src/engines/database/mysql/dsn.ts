import { isIP } from "node:net";
import { cut } from "../../../std/shown.ts";
import { DurationError, parseExactDuration } from "../../../std/time.ts";
import { SettingsError } from "../failure.ts";
import { type Host, MASK } from "../sql/target.ts";

/**
 * Connection strings as Go's driver reads them, and with it Vault: `user:password@tcp(host:port)/database?name=value`.
 * The last slash ends the part in front of the database, the last `@` before it ends the login: a password may hold
 * either. Source: go-sql-driver/mysql, README, "DSN".
 */

export interface Target {
  readonly host: Host;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  readonly parameters: Parameters;
}

export interface Parameters {
  /** `undefined`: the string does not say. */
  readonly tls: "true" | "false" | "skip-verify" | "preferred" | undefined;
  /** Seconds; 0: the string does not say. */
  readonly timeout: number;
  readonly cleartext: boolean;
}

const DEFAULT_PORT = 3306;

/** The text is never quoted: it may hold a password. */
export const refuse = (why: string): never => {
  throw new SettingsError(`error verifying - connection: unable to parse connectionURL: ${why}`);
};

const portOf = (text: string | undefined): number => {
  const port = text === undefined ? DEFAULT_PORT : Number(text);
  return port >= 1 && port <= 65535 ? port : refuse("invalid port");
};

interface Parts {
  readonly username: string;
  readonly password: string;
  readonly address: string;
  readonly rest: string;
}

const partsOf = (text: string): Parts | undefined => {
  const slash = text.lastIndexOf("/");
  if (slash < 0) return undefined;
  const at = text.lastIndexOf("@", slash);
  const login = at < 0 ? "" : text.slice(0, at);
  const colon = login.indexOf(":");
  return {
    username: colon < 0 ? login : login.slice(0, colon),
    password: colon < 0 ? "" : login.slice(colon + 1),
    address: text.slice(at + 1, slash),
    rest: text.slice(slash + 1),
  };
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse("invalid percent-encoding");
  }
};

const hostOf = (address: string): Host => {
  const [, net = "", place = ""] = /^([^()]*)(?:\((.*)\))?$/.exec(address) ?? refuse("invalid address");
  if (net === "unix") return refuse("Unix sockets are not supported");
  if (net !== "" && net !== "tcp") return refuse("only tcp is supported: user:password@tcp(host:port)/database");
  if (place === "") return { name: "127.0.0.1", port: DEFAULT_PORT };
  const [, v6, plain = "", port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(place) ?? refuse("invalid host");
  if (v6 !== undefined && isIP(v6) !== 6) return refuse("invalid host");
  return { name: v6 ?? (plain === "" ? "localhost" : plain), port: portOf(port) };
};

const TRUE = ["1", "true", "TRUE", "True"];
const FALSE = ["0", "false", "FALSE", "False"];

const isTrue = (name: string, value: string): boolean => {
  if (TRUE.includes(value)) return true;
  return FALSE.includes(value) ? false : refuse(`${name} must be true or false`);
};

const tlsOf = (value: string): Parameters["tls"] => {
  if (TRUE.includes(value)) return "true";
  if (FALSE.includes(value)) return "false";
  if (value.toLowerCase() === "skip-verify") return "skip-verify";
  if (value.toLowerCase() === "preferred") return "preferred";
  return refuse("tls must be true, false, skip-verify or preferred");
};

const durationOf = (name: string, value: string): number => {
  try {
    return parseExactDuration(value);
  } catch (cause) {
    if (!(cause instanceof DurationError)) throw cause;
    return refuse(`${name} must be a duration such as 5s`);
  }
};

const UTF8 = /^(?:utf8(?:mb[34])?(?:_\w+)?)(?:,utf8(?:mb[34])?)*$/i;

/** What is taken and changes nothing: each is about how Go's driver reads results or keeps connections. */
const WITHOUT_EFFECT = [
  "checkConnLiveness",
  "clientFoundRows",
  "columnsWithAlias",
  "compress",
  "connectionAttributes",
  "interpolateParams",
  "loc",
  "maxAllowedPacket",
  "parseTime",
  "rejectReadOnly",
  "timeTruncate",
];
/** What must stay as it is by default: these turn off a protection. */
const NEVER = ["allowAllFiles", "allowFallbackToPlaintext", "allowOldPasswords", "multiStatements"];

type Reader = (value: string, name: string) => Partial<Parameters>;

const nothing = {};
const onlyUtf8: Reader = (value, name) => (UTF8.test(value) ? nothing : refuse(`${name} must be one of UTF-8`));
const onlyDuration: Reader = (value, name) => {
  durationOf(name, value);
  return nothing;
};

const READERS: Readonly<Record<string, Reader>> = {
  tls: (value) => ({ tls: tlsOf(value) }),
  timeout: (value, name) => ({ timeout: durationOf(name, value) }),
  readTimeout: onlyDuration,
  writeTimeout: onlyDuration,
  allowCleartextPasswords: (value, name) => ({ cleartext: isTrue(name, value) }),
  allowNativePasswords: (value, name) => (isTrue(name, value) ? nothing : refuse(`${name}=false is not supported`)),
  charset: onlyUtf8,
  collation: onlyUtf8,
  ...Object.fromEntries(WITHOUT_EFFECT.map((name) => [name, () => nothing])),
  ...Object.fromEntries(
    NEVER.map((name): [string, Reader] => [
      name,
      (value) => (isTrue(name, value) ? refuse(`${name} is not supported`) : nothing),
    ]),
  ),
};

const parametersOf = (text: string): Parameters => {
  let found: Parameters = { tls: undefined, timeout: 0, cleartext: false };
  for (const pair of text.split("&").filter((part) => part !== "")) {
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
    if (!read) return refuse(`the parameter ${cut(name)} is not supported`);
    found = { ...found, ...read(decode(equals < 0 ? "" : pair.slice(equals + 1)), name) };
  }
  return found;
};

/** `put` is given each part after it was read, so that what it puts in cannot become another part. */
export const parseDsn = (text: string, put: (part: string) => string): Target => {
  const { username, password, address, rest } =
    partsOf(text) ?? refuse("it must look like user:password@tcp(host:port)/database");
  const query = rest.indexOf("?");
  return {
    host: hostOf(put(address)),
    username: put(username),
    password: put(password),
    database: decode(put(query < 0 ? rest : rest.slice(0, query))),
    parameters: parametersOf(query < 0 ? "" : rest.slice(query + 1)),
  };
};

/** The string with its password masked; a template is none. */
export const maskDsn = (text: string): string => {
  const parts = partsOf(text);
  // What cannot be read is not shown: it may hold a password wherever it likes.
  if (!parts) return text === "" ? "" : MASK;
  const { username, password } = parts;
  if (password === "" || password === "{{password}}") return text;
  return `${username}:${MASK}${text.slice(username.length + 1 + password.length)}`;
};
