import { z } from "zod";
import { field } from "../../../framework/index.ts";
import type { TemplateWorld } from "../../../go-template/name-functions.ts";
import type { JsonObject } from "../../../std/json.ts";
import { cut } from "../../../std/shown.ts";
import type { Settings } from "../connector.ts";
import { SettingsError } from "../failure.ts";
import { parseUsernameTemplate } from "../username-template.ts";
import { isKeywords, maskKeywords, parseKeywords } from "./keywords.ts";
import { MASK, MOST_CHARACTERS, refuse, type Target } from "./target.ts";
import { type Encryption, encryptionOf } from "./tls.ts";
import { maskUrl, parseUrl } from "./url.ts";

/** `connection_details` of a PostgreSQL connection, read and held to what can work. */

export const USERNAME_TEMPLATE =
  '{{ printf "v-%s-%s-%s-%s" (.DisplayName | truncate 8) (.RoleName | truncate 8) (random 20) (unix_time) | truncate 63 }}';

const Details = z.object({
  connection_url: field.text("postgresql://{{username}}:{{password}}@host:port/database"),
  username: field.text("The user the engine connects as."),
  password: field.text("Its password."),
  max_open_connections: field.integer("Maximum number of connections."),
  max_idle_connections: field.integer("Accepted for Vault's clients; idle connections close within seconds."),
  max_connection_lifetime: field.duration("How long one connection is used."),
  username_template: field.text("Template of the names of created users."),
  disable_escaping: field.flag("Put username and password into the URL as they are."),
  password_authentication: field.text("`password` or `scram-sha-256`: what the database is given for a password."),
  tls_ca: field.text("Certificates of the authorities that sign the server's certificate, PEM."),
  tls_certificate: field.text("Client certificate, PEM."),
  private_key: field.text("Key of the client certificate, PEM."),
});

export interface PostgresSettings extends Settings, Pick<Encryption, "tls" | "advice"> {
  readonly target: Target;
  /** Seconds; 0 is without limit. */
  readonly lifetime: number;
  readonly connectSeconds: number;
  /** Give the database a SCRAM verifier instead of the password. */
  readonly scram: boolean;
}

const DEFAULT_CONNECTIONS = 4;
const MOST_CONNECTIONS = 16;
const CONNECT_SECONDS = 5;
const MOST_CONNECT_SECONDS = 20;
const read = (details: JsonObject) => {
  const parsed = Details.safeParse(details);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? "");
  throw new SettingsError(
    name === "max_connection_lifetime"
      ? `invalid max_connection_lifetime: ${issue?.message}`
      : `error decoding '${name}': ${issue?.message}`,
  );
};

const isTemplate = (text: string): boolean => text.includes("{{username}}") || text.includes("{{password}}");

const parseTarget = (text: string, username: string, password: string, raw: boolean): Target => {
  const put = (into: string, escaped: (value: string) => string): string =>
    into.replace(/\{\{(username|password)\}\}/g, (_, name: string) =>
      escaped(name === "username" ? username : password),
    );
  if (text.length + username.length + password.length > MOST_CHARACTERS) return refuse("it is too long");
  if (isKeywords(text)) return parseKeywords(text, (value) => put(value, (one) => one));
  return parseUrl(put(text, raw ? (one) => one : encodeURIComponent));
};

const mask = (text: string): { readonly shown: string; readonly literal: boolean } => {
  if (!isKeywords(text)) return maskUrl(text);
  try {
    return maskKeywords(text);
  } catch {
    // What cannot be read is not shown: it may hold a password wherever it likes.
    return { shown: MASK, literal: false };
  }
};

const connectionsOf = (wanted: number): number =>
  wanted > 0 ? Math.min(wanted, MOST_CONNECTIONS) : DEFAULT_CONNECTIONS;

const connectSecondsOf = ({ parameters }: Target): number => {
  const timeout = Number(parameters.get("connect_timeout") || CONNECT_SECONDS);
  return timeout > 0 ? Math.min(timeout, MOST_CONNECT_SECONDS) : CONNECT_SECONDS;
};

/** Throws `SettingsError` with Vault's texts. */
export const readSettings = (given: JsonObject, world: TemplateWorld): PostgresSettings => {
  const details = read(given);
  const { connection_url: url = "", username = "", password = "" } = details;
  if (url === "") throw new SettingsError("connection_url cannot be empty");
  if (isTemplate(username) || isTemplate(password)) {
    throw new SettingsError("username and/or password cannot contain the template variables");
  }
  const authentication = details.password_authentication || "password";
  if (authentication !== "password" && authentication !== "scram-sha-256") {
    throw new SettingsError(`'${cut(authentication)}' is not a valid password authentication type`);
  }
  const template = parseUsernameTemplate(details.username_template || USERNAME_TEMPLATE, world);
  const target = parseTarget(url, username, password, details.disable_escaping ?? false);
  return {
    username,
    password,
    literalPassword: mask(url).literal,
    connections: connectionsOf(details.max_open_connections ?? 0),
    template,
    target,
    lifetime: details.max_connection_lifetime ?? 0,
    connectSeconds: connectSecondsOf(target),
    scram: authentication === "scram-sha-256",
    ...encryptionOf(target, {
      ca: details.tls_ca ?? "",
      certificate: details.tls_certificate ?? "",
      key: details.private_key ?? "",
    }),
  };
};

const HIDDEN = new Set(["password", "private_key", "service_account_json"]);

/** What a read shows: nothing secret. */
export const showDetails = (details: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(details).flatMap(([name, value]) => {
      if (HIDDEN.has(name)) return [];
      return [[name, name === "connection_url" && typeof value === "string" ? mask(value).shown : value]];
    }),
  );
