import { z } from "zod";
import { field } from "../../../framework/index.ts";
import type { TemplateWorld } from "../../../go-template/name-functions.ts";
import type { JsonObject } from "../../../std/json.ts";
import type { Settings } from "../connector.ts";
import { readDetails } from "../details.ts";
import { connectionsOf, connectSecondsOf, FIELDS, putLogin } from "../sql/details.ts";
import { iamTarget, type TokenTarget } from "../sql/iam.ts";
import { MOST_CHARACTERS } from "../sql/target.ts";
import { parseUsernameTemplate } from "../username-template.ts";
import { maskDsn, parseDsn, refuse, type Target } from "./dsn.ts";
import { type Encryption, encryptionOf } from "./tls.ts";

/** `connection_details` of a MySQL or MariaDB connection, read and held to what can work. */

/** Names of at most 32 characters, what MySQL 5.7.8 and later take. */
export const USERNAME_TEMPLATE =
  '{{ printf "v-%s-%s-%s-%s" (.DisplayName | truncate 10) (.RoleName | truncate 10) (random 20) (unix_time) | truncate 32 }}';
/** Names of at most 16 characters, for servers before that. Vault's has one `%s` more, which the cut takes off again. */
export const LEGACY_USERNAME_TEMPLATE = '{{ printf "v-%s-%s" (.RoleName | truncate 4) (random 20) | truncate 16 }}';

const Details = z.object({
  ...FIELDS,
  connection_url: field.text("{{username}}:{{password}}@tcp(host:port)/database"),
  tls_certificate_key: field.text("Client certificate and its key, PEM."),
  tls_server_name: field.text("The name the server's certificate is for, where it is not the host's."),
  tls_skip_verify: field.flag("Do not check the server's certificate."),
});

export interface MysqlSettings extends Settings, Pick<Encryption, "tls" | "advice"> {
  readonly target: Target;
  /** Whom the token is for that the connection logs in with; nothing: the password. */
  readonly iam: TokenTarget | undefined;
  /** Seconds; 0 is without limit. */
  readonly lifetime: number;
  readonly connectSeconds: number;
}

/** Throws `SettingsError` with Vault's texts. */
export const readSettings = (given: JsonObject, template: string, world: TemplateWorld): MysqlSettings => {
  const details = readDetails(Details, given);
  const { connection_url: url = "", username = "", password = "" } = details;
  if (url.length + username.length + password.length > MOST_CHARACTERS) return refuse("it is too long");
  const target = parseDsn(url, (part) => putLogin(part, username, password));
  const encryption = encryptionOf(target, {
    ca: details.tls_ca ?? "",
    certificateKey: details.tls_certificate_key ?? "",
    serverName: details.tls_server_name ?? "",
    skipVerify: details.tls_skip_verify ?? false,
  });
  const checked = encryption.tls !== false && encryption.tls.check === "chain and name";
  if (target.parameters.cleartext && !checked)
    return refuse("allowCleartextPasswords needs TLS with a certificate that is checked: tls=true");
  const { auth_type, aws_region } = details;
  const iam = iamTarget({
    auth_type,
    aws_region,
    hosts: [target.host],
    username: target.username || username,
    password: target.password || password,
    isChecked: checked,
    checkedBy: "tls=true",
  });
  return {
    username,
    password,
    iam,
    withoutPassword: iam !== undefined,
    // Vault warns of one for other databases only; a read masks it all the same.
    literalPassword: false,
    connections: connectionsOf(details.max_open_connections),
    template: parseUsernameTemplate(details.username_template || template, world),
    target,
    lifetime: details.max_connection_lifetime ?? 0,
    connectSeconds: connectSecondsOf(target.parameters.timeout),
    ...encryption,
  };
};

const HIDDEN = new Set(["password", "private_key", "tls_certificate_key", "service_account_json"]);

/** What a read shows: nothing secret. */
export const showDetails = (details: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(details).flatMap(([name, value]) => {
      if (HIDDEN.has(name)) return [];
      return [[name, name === "connection_url" && typeof value === "string" ? maskDsn(value) : value]];
    }),
  );
