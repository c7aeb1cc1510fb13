import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type Endpoint, everyEndpoint, mountEverything, send } from "../../../support/every-path.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { runs } from "../../../support/runs.ts";

/** V65: what a caller sends, in any field of any path and of any type, comes back in no error and no warning. */

// Up to a megabyte in a long run; 4 kB show the same much sooner. The front door takes 20,000 texts in one body.
const LONG = "n".repeat(runs(4_000, 1_000_000));
const MANY = Array.from({ length: runs(400, 9_000) }, (_, n) => `n${n}`);
const LONGEST_ECHO = /n{65}/;
const MOST_CHARACTERS = 1024;

const VALUES: Readonly<Record<string, unknown>> = {
  text: LONG,
  "list of one": [LONG],
  "list of many": MANY,
  "many behind commas": MANY.join(","),
  "map of one": { [LONG]: LONG },
  "map of many": Object.fromEntries(MANY.map((name) => [name, "n"])),
};

let server: TestServer;
let endpoints: readonly Endpoint[];
beforeAll(async () => {
  server = await makeServer();
  await mountEverything(server);
  endpoints = await everyEndpoint(server);
});
afterAll(() => server.dynamo.close());

const ends = ({ path }: Endpoint): boolean => /revoke-self$|^sys\/(?:seal|step-down)$/.test(path);
const writes = ({ method }: Endpoint): boolean => method === "POST" || method === "PATCH";

/** What of an answer is text about the request; stored data may be as long as it is. */
const told = (body: Readonly<Record<string, unknown>>): string =>
  JSON.stringify([body["errors"] ?? [], body["warnings"] ?? []]);

const faultOf = async (endpoint: Endpoint, token: string | null, data: Readonly<Record<string, unknown>>) => {
  const { status, body } = await send(server, endpoint, token, data);
  const text = told(body);
  if (text.length <= MOST_CHARACTERS && !LONGEST_ECHO.test(text)) return [];
  return [`${token === null ? "stranger" : "root"} ${endpoint.name} ${status} ${text.length}: ${text.slice(0, 200)}`];
};

/**
 * The value in each field by itself. Where a stranger is refused before a field is read, all fields at once show the
 * same.
 */
const asked = (
  { access, fields }: Endpoint,
  value: unknown,
): readonly (readonly [string | null, Readonly<Record<string, unknown>>])[] => {
  const each = fields.map(({ name }) => ({ [name]: value }));
  const strange = access === "unauthenticated" ? each : [Object.assign({}, ...each)];
  return [...strange.map((data) => [null, data] as const), ...each.map((data) => [server.root, data] as const)];
};

it.each(Object.entries(VALUES))("V65: a %s in any field of any path", async (_kind, value) => {
  const wrong: string[] = [];
  for (const endpoint of endpoints.filter(writes)) {
    for (const [token, data] of asked(endpoint, value)) {
      const found = await faultOf(endpoint, token, data);
      wrong.push(...found.map((text) => `${Object.keys(data)}: ${text}`));
    }
  }
  expect(wrong).toEqual([]);
});

it("V65: a long text in any field of a query", async () => {
  const wrong: string[] = [];
  for (const endpoint of endpoints.filter((endpoint) => !writes(endpoint) && !ends(endpoint))) {
    for (const [token, data] of asked(endpoint, LONG)) wrong.push(...(await faultOf(endpoint, token, data)));
  }
  expect(wrong).toEqual([]);
});

it("V65: fields that no path knows, one with a long name and many with short ones", async () => {
  const many = Object.fromEntries(MANY.map((name) => [name, "n"]));
  const wrong: string[] = [];
  for (const endpoint of endpoints.filter((endpoint) => !ends(endpoint))) {
    for (const token of [null, server.root]) {
      wrong.push(...(await faultOf(endpoint, token, { [LONG]: "n" })));
      if (writes(endpoint)) wrong.push(...(await faultOf(endpoint, token, many)));
    }
  }
  expect(wrong).toEqual([]);
});

it("V65: long names in a path", async () => {
  // As long as a path may be, and longer.
  const lengths = [900, 4000];
  const wrong: string[] = [];
  for (const endpoint of endpoints) {
    if (!/nobody|nowhere/.test(endpoint.path)) continue;
    for (const name of lengths.map((length) => "n".repeat(length))) {
      const path = endpoint.path.replaceAll("nobody", name).replaceAll("nowhere", name);
      for (const token of [null, server.root]) wrong.push(...(await faultOf({ ...endpoint, path }, token, {})));
    }
  }
  const name = "n".repeat(900);
  for (const path of [name, `${name}/${name}`, `sys/${name}`, `auth/${name}/login`, `sys/mounts/${name}/tune`]) {
    for (const method of ["GET", "POST", "LIST", "DELETE"]) {
      const endpoint = { method, path, name: path.slice(0, 20), access: undefined, fields: [], splits: false };
      for (const token of [null, server.root]) wrong.push(...(await faultOf(endpoint, token, {})));
    }
  }
  expect(wrong).toEqual([]);
});
