import { shellWord } from "../../client/shell-word.ts";
import { decoded } from "../../routes.ts";

/**
 * Credentials of a database as its programs take them. Every form quotes and escapes by the rules of who reads it:
 * a shell, a URL, a JDBC driver. Pure text: nothing here connects.
 */

export type Family = "postgresql" | "mysql" | "redis" | "mongodb";

export interface Server {
  readonly family: Family;
  readonly host: string;
  /** Empty: the usual one. */
  readonly port: string;
  /** Empty: none. */
  readonly database: string;
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

interface Form {
  readonly name: string;
  readonly text: (server: Server, login: Login) => string;
}

/** One part of a URL. Half a surrogate pair has no encoding and becomes U+FFFD. */
export const urlPart = (text: string): string =>
  encodeURIComponent(text.replaceAll(/[\uD800-\uDFFF]/gu, "\uFFFD")).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const hostPart = (host: string): string => (host.includes(":") && !host.startsWith("[") ? `[${host}]` : host);
const authority = ({ host, port }: Server): string => `${hostPart(host)}${port === "" ? "" : `:${port}`}`;

const url =
  (scheme: string) =>
  (server: Server, { username, password }: Login): string =>
    `${scheme}://${urlPart(username)}:${urlPart(password)}@${authority(server)}/${urlPart(server.database)}`;

const jdbc =
  (scheme: string) =>
  (server: Server, { username, password }: Login): string =>
    `jdbc:${scheme}://${authority(server)}/${urlPart(server.database)}?user=${urlPart(username)}&password=${urlPart(password)}`;

/** Given by the environment: arguments of a program are seen by everybody on its machine. */
const withEnvironment = (variables: readonly (readonly [string, string])[], command: readonly string[]): string =>
  [
    ...variables.filter(([, value]) => value !== "").map(([name, value]) => `${name}=${shellWord(value)}`),
    ...command,
  ].join(" ");

const option = (name: string, value: string): readonly string[] =>
  value === "" ? [] : [`${name}=${shellWord(value)}`];

const psql = ({ host, port, database }: Server, { username, password }: Login): string =>
  withEnvironment(
    [
      ["PGHOST", host],
      ["PGPORT", port],
      ["PGDATABASE", database],
      ["PGUSER", username],
      ["PGPASSWORD", password],
    ],
    ["psql"],
  );

const mysql = ({ host, port, database }: Server, { username, password }: Login): string =>
  withEnvironment(
    [["MYSQL_PWD", password]],
    [
      "mysql",
      ...option("--host", host),
      ...option("--port", port),
      ...option("--user", username),
      ...option("--database", database),
    ],
  );

const redisCli = ({ host, port }: Server, { username, password }: Login): string =>
  withEnvironment(
    [["REDISCLI_AUTH", password]],
    [
      "redis-cli",
      "-h",
      shellWord(host),
      ...(port === "" ? [] : ["-p", shellWord(port)]),
      "--user",
      shellWord(username),
    ],
  );

const URL_ONLY = "URL";

export const FORMS: Readonly<Record<Family, readonly Form[]>> = {
  postgresql: [
    { name: "psql", text: psql },
    { name: "JDBC", text: jdbc("postgresql") },
    { name: URL_ONLY, text: url("postgresql") },
  ],
  mysql: [
    { name: "mysql", text: mysql },
    { name: "JDBC", text: jdbc("mysql") },
    { name: URL_ONLY, text: url("mysql") },
  ],
  redis: [
    { name: "redis-cli", text: redisCli },
    { name: URL_ONLY, text: url("redis") },
  ],
  mongodb: [
    { name: "mongosh", text: (server, login) => `mongosh ${shellWord(url("mongodb")(server, login))}` },
    { name: URL_ONLY, text: url("mongodb") },
  ],
};

const FAMILIES: readonly (readonly [RegExp, Family])[] = [
  [/postgres|redshift/, "postgresql"],
  [/mysql|maria/, "mysql"],
  [/redis|valkey/, "redis"],
  [/mongo/, "mongodb"],
];

/** By a plugin's name or a connection's address, such as `postgresql-database-plugin`. */
export const familyOf = (name: string): Family | undefined => FAMILIES.find(([pattern]) => pattern.test(name))?.[1];

const ADDRESS =
  /^[\w+.-]+:\/\/(?:[^/]*@)?(?<host>\[[^\]]*\]|[^:/?,]*)(?::(?<port>\d+))?[^/?]*(?:\/(?<database>[^?]*))?/;
/** Go's MySQL driver: `user:password@tcp(host:port)/database`. */
const GO_MYSQL = /@\w*\((?<host>\[[^\]]*\]|[^:)]*)(?::(?<port>\d+))?\)(?:\/(?<database>[^?]*))?/;

/** Where a connection of the engine leads, without whoever it logs in as; nothing is guessed beyond the address. */
export const serverOf = (connectionUrl: string): Omit<Server, "family"> => {
  const found = (ADDRESS.exec(connectionUrl) ?? GO_MYSQL.exec(connectionUrl))?.groups;
  const host = (found?.["host"] ?? "").replace(/^\[(.*)\]$/, "$1");
  return { host, port: found?.["port"] ?? "", database: decoded(found?.["database"] ?? "") };
};
