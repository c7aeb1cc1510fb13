import { field } from "../../../framework/index.ts";

/** The fields of `connection_details` that every SQL connection has, and what they are held to. */

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
