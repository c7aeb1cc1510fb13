import { ScanCommand } from "@aws-sdk/client-dynamodb";
import type { AwsAuthParts } from "../../../src/auth/aws/backend.ts";
import { userpassAuth } from "../../../src/auth/userpass/backend.ts";
import { createPasswords } from "../../../src/auth/userpass/passwords.ts";
import { builtInRows } from "../../../src/catalog.ts";
import type { CatalogRow } from "../../../src/core/catalog.ts";
import { createOutsideWorld, leasedRow, type OutsideWorld } from "../../support/leased-backend.ts";
import { type Answered, anotherEnvironment, callsOf, makeServer } from "../../support/make-server.ts";
import { everySchedule, type Schedule } from "./schedules.ts";

/** A server, another process on the same table, and what both are asked for. */

const noAws = (): AwsAuthParts => {
  throw new Error("these tests know no AWS");
};
/** The hash costs nothing here. */
const people = () => userpassAuth(createPasswords({ derive: async (password) => Buffer.alloc(32, password) }));

const rowsWith = (outside: OutsideWorld): readonly CatalogRow[] => [
  ...builtInRows({ aws: noAws }).map((row) => (row.type === "userpass" ? { ...row, load: async () => people() } : row)),
  leasedRow(outside),
];

const SETUP = [
  ["sys/mounts/db", { type: "leased" }],
  ["sys/mounts/kv", { type: "kv", options: { version: "2" } }],
  ["sys/mounts/totp", { type: "totp" }],
  ["sys/mounts/ssh", { type: "ssh" }],
  ["sys/auth/approle", { type: "approle" }],
  ["sys/auth/userpass", { type: "userpass" }],
  [
    "sys/policies/acl/app",
    {
      policy: `path "db/*" { capabilities = ["read"] } path "sys/leases/*" { capabilities = ["update"] }
        path "auth/token/create" { capabilities = ["update"] } path "kv/*" { capabilities = ["create", "read", "update", "patch", "delete"] }`,
    },
  ],
] as const;

const authIn = ({ body }: Answered) =>
  body["auth"] as { readonly client_token: string; readonly entity_id: string; readonly metadata: object };
export const tokenIn = (answer: Answered): string => authIn(answer).client_token;
export const entityIn = (answer: Answered): string => authIn(answer).entity_id;
export const metadataIn = (answer: Answered): object => authIn(answer).metadata;

export const makeWorld = async () => {
  const outside = createOutsideWorld();
  const server = await makeServer({ rows: rowsWith(outside) });
  let count = 0;
  /** A request to another process on the same table. */
  const elsewhere = callsOf(anotherEnvironment(server, rowsWith(outside)), server.root);
  for (const [path, body] of SETUP) {
    const made = await server.call("POST", path, { body });
    if (made.status > 299) throw new Error(made.text);
  }
  // Warm, and the sweeper has left its mark.
  await elsewhere("GET", "auth/token/lookup-self");
  await server.core.leases.sweep(server.clock.now() + 60_000);

  const keys = async (): Promise<readonly string[]> => {
    const { Items = [] } = await server.dynamodb.send(new ScanCommand({ TableName: server.table.tableName }));
    return Items.map(({ pk, sk }) => `${pk?.S} ${sk?.S}`);
  };

  const made = async (body: object = {}): Promise<string> =>
    tokenIn(
      await server.call("POST", "auth/token/create", { body: { policies: ["app", "default"], ttl: "1h", ...body } }),
    );

  return {
    server,
    outside,
    elsewhere,
    everyWay: (set: () => Promise<Schedule>): Promise<void> => everySchedule(server.table, set),
    /** Answers what the table has later and not now, by key. */
    sinceNow: async (): Promise<() => Promise<readonly string[]>> => {
      const before = new Set(await keys());
      return async () => (await keys()).filter((key) => !before.has(key));
    },
    /** A name that nothing has yet. */
    next: (): string => `n${++count}`,
    /** A token that may use the mounts. */
    made,
    lives: async (token: string): Promise<boolean> =>
      (await server.call("GET", "auth/token/lookup-self", { token })).status === 200,
  };
};

export type World = Awaited<ReturnType<typeof makeWorld>>;
