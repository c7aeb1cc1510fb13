import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { ATTRIBUTES } from "../../../../src/contract/table.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { patience, runs } from "../../../support/runs.ts";

/** V75: what callers nobody knows leave in the table, who name ever more things that do not exist. */

const COUNT = runs(25, 10_000);

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
  for (const type of ["userpass", "approle", "aws"]) await server.call("POST", `sys/auth/${type}`, { body: { type } });
  await server.call("POST", "auth/approle/role/app", { body: {} });
});
afterAll(() => server.dynamo.close());

type Item = Record<string, { readonly S?: string; readonly N?: string }>;
const items = async (): Promise<readonly Item[]> => {
  const found: Item[] = [];
  let from: Record<string, never> | undefined;
  do {
    const command = new ScanCommand({ TableName: "zeroth-test", ...(from ? { ExclusiveStartKey: from } : {}) });
    const page = await server.dynamodb.send(command);
    found.push(...((page.Items ?? []) as Item[]));
    from = page.LastEvaluatedKey as typeof from;
  } while (from);
  return found;
};

const UNKNOWN: readonly (readonly [what: string, ask: (index: number) => Promise<unknown>])[] = [
  ["tokens", (n) => server.call("GET", "auth/token/lookup-self", { token: `hvs.unknown${n}` })],
  ["mounts", (n) => server.call("GET", `unknown${n}/x`, { token: null })],
  ["auth mounts", (n) => server.call("POST", `auth/unknown${n}/login`, { token: null, body: { a: "b" } })],
  ["wrapping tokens", (n) => server.call("POST", "sys/wrapping/unwrap", { token: null, body: { token: `hvs.w${n}` } })],
  [
    "wrapping tokens looked up",
    (n) => server.call("POST", "sys/wrapping/lookup", { token: null, body: { token: `hvs.w${n}` } }),
  ],
  [
    "roles of AWS",
    (n) =>
      server.call("POST", "auth/aws/login", { token: null, body: { role: `r${n}`, iam_http_request_method: "POST" } }),
  ],
  ["leases", (n) => server.call("POST", "sys/leases/lookup", { token: null, body: { lease_id: `db/creds/x/${n}` } })],
];

it.each(UNKNOWN)(
  "V75: unknown %s leave nothing",
  async (_what, ask) => {
    const before = (await items()).length;
    for (let index = 0; index < COUNT; index += 1) await ask(index);
    expect((await items()).length).toBe(before);
  },
  patience,
);

it.each([
  ["users", (n: number) => [`auth/userpass/login/nobody${n}`, { password: "x" }] as const],
  ["role ids", (n: number) => ["auth/approle/login", { role_id: `r${n}`, secret_id: "s" }] as const],
])(
  "V75: unknown %s leave a counter each, which the table removes by itself, and soon",
  async (_what, login) => {
    const keyOf = (item: Item) => `${item["pk"]?.S} ${item["sk"]?.S}`;
    const before = new Set((await items()).map(keyOf));
    for (let index = 0; index < COUNT; index += 1) {
      const [path, body] = login(index);
      await server.call("POST", path, { token: null, body });
    }
    const added = (await items()).filter((item) => !before.has(keyOf(item)));

    const now = server.clock.now() / 1000;
    expect(added.length).toBeLessThanOrEqual(COUNT);
    for (const item of added) {
      const ends = Number(item[ATTRIBUTES.timeToLive]?.N ?? Number.POSITIVE_INFINITY);
      expect([keyOf(item).replace(/#.*/, ""), ends - now <= 3600]).toEqual(["entity", true]);
    }
  },
  patience,
);
