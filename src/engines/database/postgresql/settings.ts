import { z } from "zod";
import { field } from "../../../framework/index.ts";
import type { JsonObject } from "../../../std/json.ts";
import type { Settings } from "../connector.ts";
import { SettingsError } from "../failure.ts";
import type { TemplateWorld } from "../template-functions.ts";
import { parseUsernameTemplate } from "../username-template.ts";
import { maskUrl, parseUrl, type Target } from "./url.ts";

/** `connection_details` of a PostgreSQL connection, read and held to what can work. */

export const USERNAME_TEMPLATE =
  '{{ printf "v-%s-%s-%s-%s" (.DisplayName | truncate 8) (.RoleName | truncate 8) (random 20) (unix_time) | truncate 63 }}';

const Details = z.object({
  connection_url: field.text("postgresql://{{username}}:{{password}}@host:port/database"),
  username: field.text("The user the engine works as."),
  password: field.text("Its password."),
  max_open_connections: field.integer("Most connections at a time."),
  max_idle_connections: field.integer("Accepted for Vault's clients; idle connections close after seconds."),
  max_connection_lifetime: field.duration("How long one connection is used."),
  username_template: field.text("Template of the names of created users."),
  disable_escaping: field.flag("Put username and password into the URL as they are."),
  password_authentication: field.text("`password` or `scram-sha-256`: what the database is given for a password."),
  tls_ca: field.text("Certificates the server's must descend from, PEM."),
  tls_certificate: field.text("Client certificate, PEM."),
  private_key: field.text("Key of the client certificate, PEM."),
});

export interface PostgresSettings extends Settings {
  readonly target: Target;
  /** Seconds; 0 is without limit. */
  readonly lifetime: number;
  readonly connectSeconds: number;
  /** Give the database a SCRAM verifier instead of the password. */
  readonly scram: boolean;
  /** `false` is without TLS, because the URL says so. */
  readonly tls: false | Tls;
}

export interface Tls {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** `verify-ca` alone leaves the name of the host out. */
  readonly hostname: boolean;
}

const DEFAULT_CONNECTIONS = 4;
const MOST_CONNECTIONS = 16;
const CONNECT_SECONDS = 5;
const MOST_CONNECT_SECONDS = 20;
const FILES = ["sslcert", "sslkey", "sslpassword", "sslcrl", "passfile", "service", "servicefile"];
const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

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

const fillUrl = (url: string, username: string, password: string, raw: boolean): string => {
  const escaped = raw ? (text: string) => text : encodeURIComponent;
  return url.replace(/\{\{(username|password)\}\}/g, (_, name: string) =>
    escaped(name === "username" ? username : password),
  );
};

const tlsOf = (target: Target, details: z.output<typeof Details>): false | Tls => {
  const mode = target.parameters.get("sslmode");
  if (mode !== undefined && !MODES.includes(mode))
    throw new SettingsError("cannot parse connection url: sslmode is invalid");
  if (FILES.some((name) => target.parameters.has(name))) {
    throw new SettingsError(
      "cannot parse connection url: files cannot be named in it; use tls_ca, tls_certificate and private_key",
    );
  }
  const root = target.parameters.get("sslrootcert");
  if (root !== undefined && root !== "system") {
    throw new SettingsError("cannot parse connection url: files cannot be named in it; use tls_ca");
  }
  if (mode === "disable") return false;
  return {
    ca: details.tls_ca ?? "",
    certificate: details.tls_certificate ?? "",
    key: details.private_key ?? "",
    hostname: mode !== "verify-ca",
  };
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
    throw new SettingsError(`'${authentication}' is not a valid password authentication type`);
  }
  const template = parseUsernameTemplate(details.username_template || USERNAME_TEMPLATE, world);
  const target = parseUrl(fillUrl(url, username, password, details.disable_escaping ?? false));
  const wanted = details.max_open_connections ?? 0;
  const timeout = Number(target.parameters.get("connect_timeout") || CONNECT_SECONDS);
  return {
    username,
    password,
    literalPassword: maskUrl(url).literal,
    connections: wanted > 0 ? Math.min(wanted, MOST_CONNECTIONS) : DEFAULT_CONNECTIONS,
    template,
    target,
    lifetime: details.max_connection_lifetime ?? 0,
    connectSeconds: timeout > 0 ? Math.min(timeout, MOST_CONNECT_SECONDS) : CONNECT_SECONDS,
    scram: authentication === "scram-sha-256",
    tls: tlsOf(target, details),
  };
};

const HIDDEN = new Set(["password", "private_key", "service_account_json"]);

/** What a read shows: nothing secret. */
export const showDetails = (details: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(details).flatMap(([name, value]) => {
      if (HIDDEN.has(name)) return [];
      return [[name, name === "connection_url" && typeof value === "string" ? maskUrl(value).shown : value]];
    }),
  );
