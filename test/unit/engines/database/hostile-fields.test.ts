import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ConfigInput } from "../../../../src/engines/database/configs.ts";
import { creationOf } from "../../../../src/engines/database/mongodb/statements.ts";
import * as mysql from "../../../../src/engines/database/mysql/sql-text.ts";
import { DIALECT } from "../../../../src/engines/database/postgresql/sql-text.ts";
import { rulesOf } from "../../../../src/engines/database/redis/rules.ts";
import { RoleInput } from "../../../../src/engines/database/roles.ts";
import * as sql from "../../../../src/engines/database/sql/statements.ts";
import { StaticRoleInput } from "../../../../src/engines/database/static-roles.ts";
import { PUBLIC } from "../../../../src/outgoing/index.ts";
import { processorTime } from "../../../support/processor-time.ts";
import { type DatabaseServer, makeDatabaseServer } from "./support/database-server.ts";

/** Fields take texts and lists of any length; what reads them must not take more than a length's worth of time. */

const SIZE = 60_000;
const PARTS = [
  "a",
  "*",
  ",",
  "{{",
  "$a",
  "$$",
  "/*",
  "'",
  '"',
  "\\",
  "E'",
  "`",
  "#",
  "%",
  "=",
  " ",
  "0 ",
  "1,",
  "(",
  ";",
  "host=a,",
  "@",
  "a@",
];

/** What `postgres` reads of `connection_details`. */
const DETAILS = [
  "connection_url",
  "username",
  "password",
  "max_open_connections",
  "max_connection_lifetime",
  "username_template",
  "password_authentication",
  "tls_ca",
  "private_key",
];

let server: DatabaseServer;
beforeAll(async () => {
  const nowhere = { url: "postgresql://{{username}}:{{password}}@db.example.com/x" };
  server = await makeDatabaseServer(nowhere, { reach: PUBLIC, config: { verify_connection: false } });
});
afterAll(() => server.close());

const BODIES = {
  "db/config/big": {
    body: {
      plugin_name: "postgresql-database-plugin",
      connection_url: "postgresql://{{username}}:{{password}}@db.example.com/x",
      verify_connection: false,
    },
    fields: [...Object.keys(ConfigInput.shape), ...DETAILS],
  },
  "db/config/other": {
    body: {
      plugin_name: "mysql-database-plugin",
      connection_url: "{{username}}:{{password}}@tcp(db.example.com)/x",
      verify_connection: false,
    },
    fields: [
      ...Object.keys(ConfigInput.shape),
      ...DETAILS,
      "tls_certificate_key",
      "tls_server_name",
      "tls_skip_verify",
    ],
  },
  "db/config/redis": {
    body: {
      plugin_name: "redis-database-plugin",
      host: "redis.example.com",
      port: 6379,
      username: "u",
      password: "p",
      verify_connection: false,
    },
    fields: ["host", "port", "username", "password", "tls", "ca_cert", "persistence_mode", "username_template"],
  },
  "db/config/mongo": {
    body: {
      plugin_name: "mongodb-database-plugin",
      connection_url: "mongodb://{{username}}:{{password}}@db.example.com/x",
      verify_connection: false,
    },
    fields: ["connection_url", "username", "password", "write_concern", "tls_ca", "tls_certificate_key"],
  },
  "db/roles/big": {
    body: { db_name: "main", creation_statements: "SELECT 1" },
    fields: Object.keys(RoleInput.shape),
  },
  "db/static-roles/big": {
    body: { db_name: "main", username: "u", rotation_period: "1h" },
    fields: Object.keys(StaticRoleInput.shape),
  },
} as const;

const MOST_MS = 500;

describe("a field of the database engine", () => {
  const all = Object.entries(BODIES).flatMap(([path, { fields }]) => fields.map((field) => [path, field] as const));

  it.each(all)("%s %s takes long texts and lists in little time, and never with a 5xx", async (path, field) => {
    const { body } = BODIES[path as keyof typeof BODIES];
    const texts = PARTS.map((part) => part.repeat(Math.floor(SIZE / part.length)));
    const lists = [Array(20_000).fill("a"), Array(20_000).fill("*a*"), Array(2000).fill("{{random 8}}")];
    for (const value of [...texts, ...lists]) {
      const took = await processorTime(MOST_MS * 4, async () => {
        const { status } = await server.call("POST", path, { body: { ...body, [field]: value } });
        expect([field, String(value).slice(0, 4), status < 500 || status === 502]).toEqual([
          field,
          String(value).slice(0, 4),
          true,
        ]);
      });
      expect(took).toBeLessThan(MOST_MS * 4);
    }
  });
});

const DIALECTS = [
  [
    (texts: readonly string[]) => sql.statementsOf(texts, DIALECT),
    (text: string, values: Readonly<Record<string, string>>) => sql.fill(text, values, DIALECT),
  ],
  [mysql.statementsOf, mysql.fill],
] as const;

describe("statements of Redis and MongoDB", () => {
  it.each([...PARTS, "+", "~", "+a|", '"+get",', '{"a":', "["])("of many %p are read in little time", async (part) => {
    const text = part.repeat(Math.floor((SIZE * 5) / part.length));
    const took = await processorTime(MOST_MS * 2, () => {
      for (const read of [rulesOf, creationOf])
        for (const given of [text, JSON.stringify([text]), JSON.stringify({ db: text, roles: [text] })])
          try {
            read([given]);
          } catch (cause) {
            expect(cause).toHaveProperty("name", "DatabaseFailure");
          }
    });
    expect(took).toBeLessThan(MOST_MS * 2);
  });
});

describe("statements", () => {
  it.each(PARTS)("of many %p are cut and filled in little time", async (part) => {
    const text = part.repeat(Math.floor((SIZE * 5) / part.length));
    for (const [split, put] of DIALECTS) {
      const took = await processorTime(MOST_MS * 2, () => {
        try {
          for (const statement of split([text])) put(statement, { name: "n", password: "p" });
        } catch (cause) {
          expect(cause).toHaveProperty("name", "DatabaseFailure");
        }
      });
      expect(took).toBeLessThan(MOST_MS * 2);
    }
  });
});
