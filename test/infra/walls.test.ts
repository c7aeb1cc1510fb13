import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { namedDomains, permissionsFor } from "../../lib/permissions.ts";
import { dynamoDbLike, kmsLike } from "../../src/aws-clients/stock.ts";
import { builtInRows, HOMES } from "../../src/catalog.ts";
import type { FunctionName } from "../../src/contract/functions.ts";
import { initialize } from "../../src/core/config/initialize.ts";
import { createEmbeddedAws, type EmbeddedAws } from "../../src/local/aws/index.ts";
import { buildServer, type Server } from "../../src/server.ts";
import { systemRandom } from "../../src/std/random.ts";
import { systemClock } from "../../src/std/time.ts";
import { defineTable } from "../../src/storage/index.ts";
import { statementsByFunction } from "./support/policies.ts";
import { type RoleWall, startRoleWall } from "./support/role-wall.ts";
import { makeTemplates } from "./support/stacks.ts";

/**
 * What a function's role stops when its code does not: the whole product, every backend and no limit of its own, runs
 * under the rights of one function. That is the most an attacker gets who runs code inside it.
 */

const TABLE = "zeroth";
const SECRET = "correct-horse-battery";
const TOTP_KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

let aws: EmbeddedAws;
let token: string;
let keyId: string;
const walls: RoleWall[] = [];
const clients: { destroy(): void }[] = [];
const statements = statementsByFunction(makeTemplates().stateless);

const permissions = permissionsFor(HOMES);

/** `name`: as the function is deployed, which asks for the keys of its own domains alone. Absent: the whole product. */
const productAt = (endpoint: string, name?: FunctionName): Server => {
  const [account] = aws.accounts;
  if (!account) throw new Error("the embedded AWS has no account");
  const { accessKeyId, secretAccessKey } = account;
  const options = { region: aws.region, endpoint, credentials: { accessKeyId, secretAccessKey } };
  const dynamodb = new DynamoDBClient(options);
  const kms = new KMSClient(options);
  clients.push(dynamodb, kms);
  return buildServer({
    dynamodb: dynamoDbLike(dynamodb),
    kms: kmsLike(kms),
    tableName: TABLE,
    keyId,
    domainsAllowed: name && namedDomains(permissions[name]),
    clock: systemClock,
    random: systemRandom,
    rows: builtInRows({ aws: () => Promise.reject(new Error("nobody logs in here")) }),
    auditSink: { write: async () => undefined },
    log: () => undefined,
  });
};

const ask = async (server: Server, method: string, path: string, body?: unknown) => {
  const answer = await server.handle({
    method,
    path: `/v1/${path}`,
    query: "",
    headers: { "x-vault-token": [token] },
    body: body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(body)),
    sourceAddress: "127.0.0.1",
  });
  return { status: answer.status, text: Buffer.from(answer.body).toString("utf8") };
};

/**
 * The whole product under the rights of one function, and what its role refused. `whole`: it asks for keys that the
 * function would not ask for, as a fault might.
 */
const under = async (name: FunctionName, whole = true) => {
  const refused: string[] = [];
  const wall = await startRoleWall({ aws, statements: statements[name] ?? [], denied: (what) => refused.push(what) });
  walls.push(wall);
  return { server: whole ? productAt(wall.url) : productAt(wall.url, name), refused };
};

beforeAll(async () => {
  aws = await createEmbeddedAws({ clock: systemClock, tableClock: systemClock, random: systemRandom });
  const { url } = await aws.listen({ host: "127.0.0.1", port: 0 });
  const [account] = aws.accounts;
  const credentials = { accessKeyId: account?.accessKeyId ?? "", secretAccessKey: account?.secretAccessKey ?? "" };
  const admin = { region: aws.region, endpoint: url, credentials };
  const kms = new KMSClient(admin);
  const dynamodb = new DynamoDBClient(admin);
  clients.push(kms, dynamodb);
  keyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? "";
  await defineTable(dynamodb, TABLE);
  const everything = productAt(url);
  token = (await initialize(everything.core)).reveal();
  await ask(everything, "POST", "sys/mounts/db", { type: "database" });
  await ask(everything, "POST", "sys/mounts/kv", { type: "kv", options: { version: "2" } });
  await ask(everything, "POST", "sys/auth/people", { type: "userpass" });
  for (const type of ["transit", "pki", "totp"]) await ask(everything, "POST", `sys/mounts/${type}`, { type });
  await ask(everything, "POST", "totp/keys/k", { key: TOTP_KEY });
  await ask(everything, "POST", "transit/keys/k", {});
  await ask(everything, "POST", "kv/data/app", { data: { password: SECRET } });
  await ask(everything, "POST", "auth/people/users/anna", { password: SECRET });
  const config = {
    plugin_name: "postgresql-database-plugin",
    connection_url: "postgresql://{{username}}:{{password}}@db/x",
  };
  const { status } = await ask(everything, "POST", "db/config/main", {
    ...config,
    username: "u",
    password: SECRET,
    verify_connection: false,
  });
  expect(status).toBeLessThan(300);
});

afterAll(async () => {
  await Promise.all(walls.map((wall) => wall.close()));
  for (const client of clients) client.destroy();
  await aws.close();
});

describe("the roles of the functions", () => {
  it.each<[FunctionName, string]>([
    ["kv", "kv/data/app"],
    ["dynamic", "db/config/main"],
    ["login", "auth/people/users/anna"],
    ["keys", "totp/code/k"],
    ["keys", "transit/keys/k"],
  ])("let %s read %s, which is its own", async (name, path) => {
    const { server, refused } = await under(name, false);

    const answer = await ask(server, "GET", path);

    expect(refused).toEqual([]);
    expect(answer.status).toBe(200);
  });

  it.each<[FunctionName, string]>([
    ["kv", "db/config/main"],
    ["kv", "auth/people/users/anna"],
    ["kv", "totp/code/k"],
    ["kv", "transit/keys/k"],
    ["dynamic", "totp/code/k"],
    ["dynamic", "transit/keys/k"],
    ["login", "totp/code/k"],
    ["system", "totp/code/k"],
    ["system", "transit/keys/k"],
    ["revoke", "transit/keys/k"],
    ["challenges", "transit/keys/k"],
    ["challenges", "kv/data/app"],
    ["keys", "kv/data/app"],
    ["keys", "db/config/main"],
    ["keys", "auth/people/users/anna"],
    ["dynamic", "kv/data/app"],
    ["dynamic", "auth/people/users/anna"],
    ["login", "kv/data/app"],
    ["login", "db/config/main"],
    ["policy", "kv/data/app"],
    ["policy", "db/config/main"],
    ["wrapping", "kv/data/app"],
    ["wrapping", "db/config/main"],
    ["revoke", "kv/data/app"],
    ["revoke", "auth/people/users/anna"],
  ])("stop %s at the wall of %s, whatever its code does", async (name, path) => {
    const { server, refused } = await under(name);

    const answer = await ask(server, "GET", path);

    expect(refused).not.toEqual([]);
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.text).not.toContain(SECRET);
  });
});
