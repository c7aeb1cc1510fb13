import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Endpoint, everyEndpoint, mountEverything, send } from "../../../support/every-path.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** I9, F24: every request leaves one line for itself and one for its answer, whatever it holds and whatever fails. */

let server: TestServer;
let endpoints: readonly Endpoint[];
let powerless: string;

beforeAll(async () => {
  server = await makeServer();
  await mountEverything(server);
  endpoints = await everyEndpoint(server);
  const made = await server.call("POST", "auth/token/create", {
    body: { policies: ["nothing"], no_default_policy: true },
  });
  powerless = String((made.body["auth"] as { client_token: string }).client_token);
});
afterAll(() => server.dynamo.close());

const entries = (from: number) =>
  server.auditLines
    .slice(from)
    .map((line) => JSON.parse(line) as { type: string; request: { id: string }; error?: string; auth: object })
    .filter(({ type }) => type !== "checkpoint");

/** The types of the lines a request left, and whether they are about one request. */
const linesOf = async (request: () => Promise<unknown>): Promise<readonly string[]> => {
  const from = server.auditLines.length;
  await request();
  const lines = entries(from);
  return new Set(lines.map((line) => line.request.id)).size > 1 ? ["several"] : lines.map(({ type }) => type);
};

const PAIR = ["request", "response"];

/** Would stop the server, or end the root token, for the requests after it. */
const ENDS = /sys\/seal$|revoke-self$/;

/** Refused as no request at all, before anything is routed. */
const isRouted = ({ method, path }: Endpoint): boolean => !(path.endsWith("/") && /POST|PATCH/.test(method));

const malformed = fc.oneof(
  fc.constant(null),
  fc.constant({ a: [1] }),
  fc.constant([[{}]]),
  fc.constant("nonsense"),
  fc.constant(-1.5),
  fc.string({ maxLength: 20 }),
);

describe("I9, F24: one pair of audit lines", () => {
  it.each([
    ["no token", () => null],
    ["an invented token", () => "hvs.invented"],
    ["a token without rights", () => powerless],
    ["the root token", () => server.root],
  ])("for malformed requests on every path with %s", async (_who, token) => {
    const values = fc.sample(malformed, { numRuns: endpoints.length, seed: 7 });
    const wrong: string[] = [];
    for (const [index, endpoint] of endpoints.entries()) {
      if (ENDS.test(endpoint.path) || !isRouted(endpoint)) continue;
      const data = Object.fromEntries(endpoint.fields.map(({ name }) => [name, values[index]]));
      const types = await linesOf(() => send(server, endpoint, token(), data));
      if (JSON.stringify(types) !== JSON.stringify(PAIR)) wrong.push(`${endpoint.name}: ${types.join()}`);
    }
    expect(wrong).toEqual([]);
  });

  it("for HEAD by root, an unknown path, an unknown operation and help", async () => {
    expect(await linesOf(() => server.call("HEAD", "sys/mounts"))).toEqual(PAIR);
    expect(await linesOf(() => server.call("GET", "nowhere/at/all"))).toEqual(PAIR);
    expect(await linesOf(() => server.call("DELETE", "sys/mounts"))).toEqual(PAIR);
    expect(await linesOf(() => server.call("GET", "sys/mounts?help=1"))).toEqual(PAIR);
  });

  it("when the look whether the entry exists fails, with the operation as far as known", async () => {
    await server.call("POST", "auth/approle/role/there", { body: {} });
    const before = server.table.calls.length;
    server.table.before = () => {
      if (server.table.calls.length > before + 1)
        throw Object.assign(new Error("no"), { name: "AccessDeniedException" });
    };
    const from = server.auditLines.length;
    const answered = await server.call("POST", "auth/approle/role/other", { body: {} });
    server.table.before = () => undefined;
    const lines = entries(from);
    expect(answered.status).toBe(500);
    expect(lines.map(({ type, error }) => [type, error])).toEqual(PAIR.map((type) => [type, "internal"]));
  });
});

describe("who has no right", () => {
  it("learns no field's type, and spends no read of the entry", async () => {
    const wrong: string[] = [];
    for (const endpoint of endpoints.filter(({ splits, method }) => splits && method === "POST")) {
      const bad = Object.fromEntries(endpoint.fields.map(({ name }) => [name, { a: [1] }]));
      const refused = await send(server, endpoint, powerless, bad);
      const before = server.table.calls.length;
      await send(server, endpoint, powerless, {});
      const reads = server.table.calls.length - before;
      if (refused.status !== 403 || reads !== 1) wrong.push(`${endpoint.name}: ${refused.status}, ${reads} calls`);
    }
    expect(wrong).toEqual([]);
  });

  it("is refused before what a create or an update alone would be", async () => {
    const policy = 'path "auth/approle/role/*" { capabilities = ["update"] }';
    await server.call("PUT", "sys/policies/acl/updates", { body: { policy } });
    const made = await server.call("POST", "auth/token/create", { body: { policies: ["updates"] } });
    const token = String((made.body["auth"] as { client_token: string }).client_token);
    const answered = await server.call("POST", "auth/approle/role/unborn", { token, body: { token_ttl: "nonsense" } });
    expect(answered.status).toBe(403);
  });
});
