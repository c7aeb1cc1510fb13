import type { z } from "zod";
import { field } from "../../../framework/index.ts";
import type { JsonObject } from "../../../std/json.ts";
import { SettingsError } from "../failure.ts";

/** The fields of `connection_details` that every SQL connection has, read and held to what can work. */

export const FIELDS = {
  username: field.text("The user the engine connects as."),
  password: field.text("Its password."),
  max_open_connections: field.integer("Maximum number of connections."),
  max_idle_connections: field.integer("Accepted for Vault's clients; idle connections close within seconds."),
  max_connection_lifetime: field.duration("How long one connection is used."),
  username_template: field.text("Template of the names of created users."),
  disable_escaping: field.flag("Put username and password into the URL as they are."),
  auth_type: field.text("`aws_iam`: log in to RDS or Aurora with a token of IAM's; without it, with the password."),
  aws_region: field.text("The Region of the database, for auth_type aws_iam."),
  tls_ca: field.text("Certificates of the authorities that sign the server's certificate, PEM."),
};

const isTemplate = (text: string): boolean => text.includes("{{username}}") || text.includes("{{password}}");

interface Login {
  readonly connection_url?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** Throws `SettingsError` with Vault's texts. */
export const readDetails = <Details extends Login>(schema: z.ZodType<Details>, details: JsonObject): Details => {
  const parsed = schema.safeParse(details);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0] ?? "");
    throw new SettingsError(
      name === "max_connection_lifetime"
        ? `invalid max_connection_lifetime: ${issue?.message}`
        : `error decoding '${name}': ${issue?.message}`,
    );
  }
  const { connection_url: url = "", username = "", password = "" } = parsed.data;
  if (url === "") throw new SettingsError("connection_url cannot be empty");
  if (isTemplate(username) || isTemplate(password)) {
    throw new SettingsError("username and/or password cannot contain the template variables");
  }
  return parsed.data;
};

/** Puts username and password where a text names them. */
export const putLogin = (into: string, username: string, password: string): string =>
  into.replace(/\{\{(username|password)\}\}/g, (_, name: string) => (name === "username" ? username : password));

const DEFAULT_CONNECTIONS = 4;
const MOST_CONNECTIONS = 16;

export const connectionsOf = (wanted = 0): number =>
  wanted > 0 ? Math.min(wanted, MOST_CONNECTIONS) : DEFAULT_CONNECTIONS;

const CONNECT_SECONDS = 5;
const MOST_CONNECT_SECONDS = 20;

/** How long a connection may take to be made: what was asked for, within bounds. */
export const connectSecondsOf = (wanted: number): number =>
  wanted > 0 ? Math.min(wanted, MOST_CONNECT_SECONDS) : CONNECT_SECONDS;
