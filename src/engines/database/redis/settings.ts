import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { field } from "../../../framework/index.ts";
import type { TemplateWorld } from "../../../go-template/name-functions.ts";
import type { TlsTerms } from "../../../outgoing/index.ts";
import type { JsonObject } from "../../../std/json.ts";
import { shown } from "../../../std/shown.ts";
import type { Settings } from "../connector.ts";
import { decoded, isHere } from "../details.ts";
import { SettingsError } from "../failure.ts";
import { parseUsernameTemplate } from "../username-template.ts";

/** `connection_details` of a Redis connection, read and held to what can work. */

/**
 * As Vault's plugin names users, but for the lengths: there a long role name pushes the random part over the end, and
 * the next lease gets the same name.
 */
export const USERNAME_TEMPLATE =
  '{{ printf "V_%s_%s_%s_%s" (.DisplayName | truncate 32) (.RoleName | truncate 32) (random 20) (unix_time) | uppercase }}';

const Details = z.object({
  host: field.text("Host name or address of the server."),
  port: field.integer("Its port."),
  username: field.text("The user the engine connects as."),
  password: field.text("Its password."),
  tls: field.flag("Connect over TLS."),
  insecure_tls: field.flag("Do not check the server's certificate."),
  ca_cert: field.text("Certificates of the authorities that sign the server's certificate, PEM."),
  persistence_mode: field.text("How the server keeps its users: `ACLFILE`, `REWRITE`, or not at all."),
  username_template: field.text("Template of the names of created users."),
});

/** The command that makes the server write down its users. */
export type Save = readonly ["ACL", "SAVE"] | readonly ["CONFIG", "REWRITE"];

export interface RedisSettings extends Settings {
  readonly host: string;
  readonly port: number;
  /** `false` is without TLS. */
  readonly tls: false | TlsTerms;
  readonly save: Save | undefined;
  /** What to check if there is no connection; depends on the settings only. */
  readonly advice: string;
}

const CONNECTIONS = 4;

const given = (value: string | undefined, name: string): string => {
  if (value === undefined || value === "") throw new SettingsError(`${name} cannot be empty`);
  return value;
};

const portOf = (port: number | undefined): number => {
  if (port === undefined || port === 0) throw new SettingsError("port cannot be empty");
  if (port < 1 || port > 65535) throw new SettingsError("port must be a number from 1 to 65535");
  return port;
};

const saveOf = (mode: string): Save | undefined => {
  switch (mode.toUpperCase()) {
    case "":
    case "NONE":
      return undefined;
    case "ACLFILE":
      return ["ACL", "SAVE"];
    case "REWRITE":
      return ["CONFIG", "REWRITE"];
    default:
      throw new SettingsError(`persistence_mode must be ACLFILE, REWRITE or NONE, not ${shown(mode)}`);
  }
};

const authorities = (pem: string): string => {
  try {
    if (pem !== "") new X509Certificate(pem);
    return pem;
  } catch {
    throw new SettingsError("failed to parse root certificate");
  }
};

const BASICS = "check host, port and network";

const adviceFor = (tls: false | TlsTerms): string => {
  if (tls === false) return `${BASICS}; a server that expects TLS needs tls=true`;
  if (tls.check === "nothing") return `${BASICS}; for a server without TLS set tls=false`;
  return `${BASICS}; tls=true expects a certificate that can be checked: put a private authority's into ca_cert; for a server without TLS set tls=false`;
};

const warningsFor = (host: string, tls: false | TlsTerms): readonly string[] => {
  if (tls === false)
    return isHere(host) ? [] : ["tls is not set: passwords and data travel to the server in the clear."];
  return tls.check === "nothing"
    ? ["insecure_tls: the connection is encrypted, but nothing checks which server answers. Set ca_cert instead."]
    : [];
};

/** Throws `SettingsError` with Vault's texts. */
export const readSettings = (details: JsonObject, world: TemplateWorld): RedisSettings => {
  const parsed = decoded(Details, details);
  const host = given(parsed.host, "host");
  const port = portOf(parsed.port);
  const username = given(parsed.username, "username");
  const password = given(parsed.password, "password");
  const ca = authorities(parsed.ca_cert ?? "");
  const tls: false | TlsTerms = parsed.tls
    ? { ca, certificate: "", key: "", check: parsed.insecure_tls ? "nothing" : "chain and name" }
    : false;
  return {
    host,
    port,
    username,
    password,
    literalPassword: false,
    connections: CONNECTIONS,
    template: parseUsernameTemplate(parsed.username_template || USERNAME_TEMPLATE, world),
    tls,
    save: saveOf(parsed.persistence_mode ?? ""),
    advice: adviceFor(tls),
    warnings: warningsFor(host, tls),
  };
};

/** What a read shows: nothing secret. */
export const showDetails = ({ password, ...shownDetails }: JsonObject): JsonObject => shownDetails;
