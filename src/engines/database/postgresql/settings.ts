import { z } from "zod";
import { field } from "../../../framework/index.ts";
import type { TemplateWorld } from "../../../go-template/name-functions.ts";
import type { JsonObject } from "../../../std/json.ts";
import { cut } from "../../../std/shown.ts";
import type { Settings } from "../connector.ts";
import { readDetails } from "../details.ts";
import { SettingsError } from "../failure.ts";
import { connectionsOf, connectSecondsOf, FIELDS, putLogin } from "../sql/details.ts";
import { iamTarget, type TokenTarget } from "../sql/iam.ts";
import { MASK, MOST_CHARACTERS, refuse } from "../sql/target.ts";
import { parseUsernameTemplate } from "../username-template.ts";
import { isKeywords, maskKeywords, parseKeywords } from "./keywords.ts";
import type { Target } from "./target.ts";
import { type Encryption, encryptionOf } from "./tls.ts";
import { maskUrl, parseUrl } from "./url.ts";

/** `connection_details` of a PostgreSQL connection, read and held to what can work. */

export const USERNAME_TEMPLATE =
  '{{ printf "v-%s-%s-%s-%s" (.DisplayName | truncate 8) (.RoleName | truncate 8) (random 20) (unix_time) | truncate 63 }}';

const Details = z.object({
  ...FIELDS,
  connection_url: field.text("postgresql://{{username}}:{{password}}@host:port/database"),
  password_authentication: field.text("`password` or `scram-sha-256`: what the database is given for a password."),
  tls_certificate: field.text("Client certificate, PEM."),
  private_key: field.text("Key of the client certificate, PEM."),
});

export interface PostgresSettings extends Settings, Pick<Encryption, "tls" | "advice"> {
  readonly target: Target;
  /** Whom the token is for that the connection logs in with; nothing: the password. */
  readonly iam: TokenTarget | undefined;
  /** Seconds; 0 is without limit. */
  readonly lifetime: number;
  readonly connectSeconds: number;
  /** Give the database a SCRAM verifier instead of the password. */
  readonly scram: boolean;
}

const parseTarget = (text: string, username: string, password: string, raw: boolean): Target => {
  if (text.length + username.length + password.length > MOST_CHARACTERS) return refuse("it is too long");
  if (isKeywords(text)) return parseKeywords(text, (value) => putLogin(value, username, password));
  const escaped = raw ? (value: string) => value : encodeURIComponent;
  return parseUrl(putLogin(text, escaped(username), escaped(password)));
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

/** Throws `SettingsError` with Vault's texts. */
export const readSettings = (given: JsonObject, world: TemplateWorld): PostgresSettings => {
  const details = readDetails(Details, given);
  const { connection_url: url = "", username = "", password = "" } = details;
  const authentication = details.password_authentication || "password";
  if (authentication !== "password" && authentication !== "scram-sha-256") {
    throw new SettingsError(`'${cut(authentication)}' is not a valid password authentication type`);
  }
  const template = parseUsernameTemplate(details.username_template || USERNAME_TEMPLATE, world);
  const target = parseTarget(url, username, password, details.disable_escaping ?? false);
  const encryption = encryptionOf(target, {
    ca: details.tls_ca ?? "",
    certificate: details.tls_certificate ?? "",
    key: details.private_key ?? "",
  });
  const { auth_type, aws_region } = details;
  const iam = iamTarget({
    auth_type,
    aws_region,
    hosts: target.hosts,
    username: target.username || username,
    password: target.password || password,
    isChecked: encryption.tls !== false && encryption.tls.check === "chain and name",
    checkedBy: "sslmode=verify-full",
  });
  return {
    username,
    password,
    iam,
    withoutPassword: iam !== undefined,
    literalPassword: mask(url).literal,
    connections: connectionsOf(details.max_open_connections),
    template,
    target,
    lifetime: details.max_connection_lifetime ?? 0,
    connectSeconds: connectSecondsOf(Number(target.parameters.get("connect_timeout") || 0)),
    scram: authentication === "scram-sha-256",
    ...encryption,
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
