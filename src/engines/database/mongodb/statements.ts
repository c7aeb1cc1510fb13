import { isJsonObject } from "../../../std/json.ts";
import { DatabaseFailure } from "../failure.ts";

/**
 * Statements of MongoDB: one JSON object each, `{"db": "admin", "roles": ["read", {"role": "readWrite", "db": "app"}]}`.
 * What is sent are documents made of these values, so nothing in them can become another command.
 * Source: Vault documentation, "MongoDB database secrets engine".
 */

export type Role = string | { readonly role: string; readonly db: string };

export const ADMIN = "admin";
const MOST_ROLES = 256;

const refuse = (why: string): never => {
  throw new DatabaseFailure("statement", why);
};

/** Names of databases as the server takes them. Source: MongoDB documentation, "Naming Restrictions". */
const DATABASE = /^[^/\\. "$*<>:|?\0]{1,63}$/;

const databaseOf = (value: unknown): string | undefined => {
  if (value === undefined || value === "") return undefined;
  return typeof value === "string" && (DATABASE.test(value) || value === "$external")
    ? value
    : refuse("db of the statement is not the name of a database");
};

const fromBase64 = (text: string): string =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64").toString("utf8") : text;

const objectOf = (statement: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(fromBase64(statement.trim()));
    if (isJsonObject(value)) return value;
  } catch {
    // Refused below: the parser's text may quote the statement.
  }
  return refuse('a statement must be a JSON object like {"db": "admin", "roles": ["read"]}');
};

const one = (statements: readonly string[], kind: string): Readonly<Record<string, unknown>> | undefined => {
  const [first, ...more] = statements.filter((text) => text.trim() !== "");
  if (more.length > 0) return refuse(`expected 0 or 1 ${kind} statements, got ${more.length + 1}`);
  return first === undefined ? undefined : objectOf(first);
};

const roleOf = (value: unknown): Role => {
  if (typeof value === "string" && value !== "") return value;
  if (isJsonObject(value) && typeof value["role"] === "string" && value["role"] !== "") {
    const db = databaseOf(value["db"]);
    return db === undefined ? value["role"] : { role: value["role"], db };
  }
  return refuse("a role of the creation statement is neither a name nor {role, db}");
};

/** What a role's creation statement asks for. Throws `DatabaseFailure`. */
export const creationOf = (statements: readonly string[]): { readonly db: string; readonly roles: readonly Role[] } => {
  const statement = one(statements, "creation") ?? refuse("empty creation statements");
  const { roles } = statement;
  if (!Array.isArray(roles) || roles.length === 0) return refuse("roles array is required in creation statement");
  if (roles.length > MOST_ROLES) return refuse(`more than ${MOST_ROLES} roles in the creation statement`);
  return { db: databaseOf(statement["db"]) ?? ADMIN, roles: roles.map(roleOf) };
};

/** The database that a revocation or rotation statement names, where there is one. Throws `DatabaseFailure`. */
export const databaseIn = (statements: readonly string[], kind: "revocation" | "rotation"): string | undefined => {
  const statement = one(statements, kind);
  return statement && (databaseOf(statement["db"]) ?? ADMIN);
};
