import { createPrivateKey, X509Certificate } from "node:crypto";
import { z } from "zod";
import { field } from "../../../framework/index.ts";
import type { TemplateWorld } from "../../../go-template/name-functions.ts";
import type { TlsTerms } from "../../../outgoing/index.ts";
import { isJsonObject, type JsonObject } from "../../../std/json.ts";
import type { Settings } from "../connector.ts";
import { isHere, readDetails } from "../details.ts";
import { SettingsError } from "../failure.ts";
import { parseUsernameTemplate } from "../username-template.ts";
import { ADMIN } from "./statements.ts";
import { MASK, maskUrl, parseUrl, refuse, type Target } from "./url.ts";

/** `connection_details` of a MongoDB connection, read and held to what can work. */

export const USERNAME_TEMPLATE =
  '{{ printf "v-%s-%s-%s-%s" (.DisplayName | truncate 15) (.RoleName | truncate 15) (random 20) (unix_time) | replace "." "-" | truncate 100 }}';

const Details = z.object({
  connection_url: field.text("mongodb://{{username}}:{{password}}@host:port/database, or mongodb+srv://"),
  username: field.text("The user the engine connects as."),
  password: field.text("Its password."),
  write_concern: field.text("JSON, as it is or in base64: w, wmode, wtimeout, j, fsync."),
  tls_ca: field.text("Certificates of the authorities that sign the server's certificate, PEM."),
  tls_certificate_key: field.text("Client certificate and its key, PEM; logs in by certificate."),
  username_template: field.text("Template of the names of created users."),
  disable_escaping: field.flag("The password is percent-encoded already."),
});

export interface WriteConcern {
  readonly w: number | string;
  readonly j?: boolean;
  readonly wtimeout?: number;
}

const MECHANISMS = ["DEFAULT", "SCRAM-SHA-1", "SCRAM-SHA-256", "MONGODB-X509"] as const;

export interface MongoSettings extends Settings {
  readonly target: Target;
  readonly mechanism: (typeof MECHANISMS)[number];
  /** Where the connection's own user is kept. */
  readonly authSource: string;
  /** Where users are looked for whose database nobody names. */
  readonly database: string;
  readonly tls: false | TlsTerms;
  readonly writeConcern: WriteConcern;
  readonly connectMs: number;
  /** What to check if there is no connection; depends on the settings only. */
  readonly advice: string;
}

const CONNECTIONS = 4;
const CONNECT_MS = 5000;
const MOST_CONNECT_MS = 20_000;

const flag = ({ options }: Target, ...names: readonly string[]): boolean | undefined => {
  const text = names.map((name) => options.get(name)).find((value) => value !== undefined);
  if (text === undefined) return undefined;
  if (text !== "true" && text !== "false") return refuse(`${names[0]} must be true or false`);
  return text === "true";
};

const pem = (text: string, name: string, check: (text: string) => unknown): string => {
  try {
    if (text !== "") check(text);
    return text;
  } catch {
    throw new SettingsError(`${name} is not in PEM, or is incomplete`);
  }
};

const tlsOf = (target: Target, ca: string, certificateKey: string): false | TlsTerms => {
  const asked = flag(target, "tls", "ssl");
  if (!(asked ?? (target.srv || ca !== "" || certificateKey !== ""))) return false;
  const anything = flag(target, "tlsinsecure") === true;
  const check = anything || flag(target, "tlsallowinvalidcertificates") === true ? "nothing" : "chain and name";
  const anyName = flag(target, "tlsallowinvalidhostnames") === true;
  return {
    ca,
    certificate: certificateKey,
    key: certificateKey,
    check: check !== "nothing" && anyName ? "chain" : check,
  };
};

const decoded = (text: string): unknown => {
  const plain = /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64").toString("utf8") : text;
  try {
    return JSON.parse(plain);
  } catch {
    return undefined;
  }
};

/** Names in any case, as Go reads them. */
const writeConcernOf = (text: string): WriteConcern => {
  if (text === "") return { w: "majority" };
  const value = decoded(text);
  if (!isJsonObject(value)) throw new SettingsError("error unmarshalling write_concern: not a JSON object");
  const given = new Map(Object.entries(value).map(([name, one]) => [name.toLowerCase(), one]));
  const bad = (name: string): never => {
    throw new SettingsError(`error unmarshalling write_concern: invalid ${name}`);
  };
  const whole = (name: string): number => {
    const number = given.get(name) ?? 0;
    return typeof number === "number" && Number.isInteger(number) && number >= 0 ? number : bad(name);
  };
  const mode = given.get("wmode") ?? "";
  if (typeof mode !== "string") return bad("wmode");
  return {
    w: whole("w") || mode || "majority",
    ...(given.get("j") === true || given.get("fsync") === true ? { j: true } : {}),
    ...(whole("wtimeout") > 0 ? { wtimeout: whole("wtimeout") } : {}),
  };
};

const mechanismOf = ({ options }: Target, certificateKey: string): MongoSettings["mechanism"] => {
  const asked = options.get("authmechanism") ?? (certificateKey === "" ? "DEFAULT" : "MONGODB-X509");
  return MECHANISMS.find((one) => one === asked) ?? refuse(`authMechanism must be one of ${MECHANISMS.join(", ")}`);
};

const BASICS = "check hosts, ports and network";

const adviceFor = (tls: false | TlsTerms): string => {
  if (tls === false) return `${BASICS}; a server that expects TLS needs tls=true in the URL`;
  if (tls.check === "nothing") return `${BASICS}; for a server without TLS add tls=false`;
  return `${BASICS}; TLS expects a certificate that can be checked: put a private authority's into tls_ca; for a server without TLS add tls=false`;
};

const warningsFor = ({ hosts }: Target, tls: false | TlsTerms): readonly string[] => {
  if (tls === false)
    return hosts.every(({ name }) => isHere(name))
      ? []
      : ["The URL does not ask for tls: passwords and data travel to the server in the clear."];
  return tls.check === "nothing"
    ? ["The connection is encrypted, but nothing checks which server answers. Set tls_ca instead."]
    : [];
};

const connectMsOf = ({ options }: Target): number => {
  const given = Number(options.get("connecttimeoutms") ?? CONNECT_MS);
  return given > 0 ? Math.min(given, MOST_CONNECT_MS) : CONNECT_MS;
};

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse("invalid percent-encoding");
  }
};

/** Throws `SettingsError` with Vault's texts. */
export const readSettings = (given: JsonObject, world: TemplateWorld): MongoSettings => {
  const details = readDetails(Details, given);
  const { connection_url: url = "", username = "", password = "" } = details;
  const put = details.disable_escaping ? unescaped : (text: string) => text;
  const target = parseUrl(url, { username: put(username), password: put(password) });
  const certificateKey = pem(details.tls_certificate_key ?? "", "tls_certificate_key", (text) => [
    new X509Certificate(text),
    createPrivateKey(text),
  ]);
  const ca = pem(details.tls_ca ?? "", "tls_ca", (text) => new X509Certificate(text));
  const tls = tlsOf(target, ca, certificateKey);
  const mechanism = mechanismOf(target, certificateKey);
  return {
    username,
    password,
    literalPassword: maskUrl(url).literal,
    connections: CONNECTIONS,
    template: parseUsernameTemplate(details.username_template || USERNAME_TEMPLATE, world),
    target: { ...target, username: target.username || username },
    mechanism,
    authSource:
      mechanism === "MONGODB-X509" ? "$external" : (target.options.get("authsource") ?? (target.database || ADMIN)),
    database: target.database || ADMIN,
    tls,
    writeConcern: writeConcernOf(details.write_concern ?? ""),
    connectMs: connectMsOf(target),
    advice: adviceFor(tls),
    warnings: warningsFor(target, tls),
  };
};

const HIDDEN = new Set(["password", "tls_certificate_key"]);

/** What a read shows: nothing secret. */
export const showDetails = (details: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(details).flatMap(([name, value]) => {
      if (HIDDEN.has(name)) return [];
      if (name !== "connection_url") return [[name, value]];
      return [[name, typeof value === "string" ? maskUrl(value).shown : MASK]];
    }),
  );
