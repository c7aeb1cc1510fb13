import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Endpoint, everyEndpoint, mountEverything } from "../support/every-path.ts";
import { type CallOptions, makeServer, type TestServer } from "../support/make-server.ts";

/**
 * What another site can make a browser send without asking: a GET, or a POST of a form or of plain text, with all
 * cookies. Over every path table: the server knows a caller by a token in a header alone, which such a request cannot
 * have, so it changes nothing.
 */

const WRITES = /^(?:Put|Update|Delete)Item$|^TransactWriteItems$|^BatchWriteItem$/;

const FAILED_LOGIN = /"pk":\{"S":"entity#lock(?:out|ed)#/;

let server: TestServer;
let endpoints: readonly Endpoint[];
beforeAll(async () => {
  server = await makeServer();
  await mountEverything(server);
  endpoints = await everyEndpoint(server);
});
afterAll(() => server.dynamo.close());

const fieldsOf = ({ fields }: Endpoint): Readonly<Record<string, string>> =>
  Object.fromEntries(fields.map(({ name }) => [name, name === "type" ? "kv" : "kv/*"]));

/** As a browser sends it for a page of another origin. */
const asBrowser = (extra: CallOptions): CallOptions => ({
  ...extra,
  token: null,
  headers: {
    origin: "https://elsewhere.example",
    referer: "https://elsewhere.example/",
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "no-cors",
    cookie: `token=${server.root}; vault_token=${server.root}; x-vault-token=${server.root}`,
    ...extra.headers,
  },
});

const SHAPES: readonly (readonly [string, string, (endpoint: Endpoint) => CallOptions])[] = [
  ["a form", "POST", (endpoint) => ({ form: fieldsOf(endpoint) })],
  ["plain text", "POST", (endpoint) => ({ body: fieldsOf(endpoint), headers: { "content-type": "text/plain" } })],
  ["a GET", "GET", () => ({})],
];

describe("S54: from another origin", () => {
  it("no request to a path that needs a token gets by, nor writes anything", async () => {
    const wrong: string[] = [];
    const open = new Set(endpoints.filter(({ access }) => access === "unauthenticated").map(({ path }) => path));
    const closed = new Map(endpoints.filter(({ path }) => !open.has(path)).map((one) => [one.path, one]));
    for (const [index, endpoint] of [...closed.values()].entries()) {
      // A form and plain text in turn: one reader of bodies serves all paths.
      for (const [, method, shape] of [SHAPES[index % 2], SHAPES[2]].filter((one) => one !== undefined)) {
        server.table.calls.length = 0;
        const { status } = await server.call(method, endpoint.path, asBrowser(shape(endpoint)));
        const writes = server.table.calls.filter(({ operation }) => WRITES.test(operation));
        if (status < 400 || status >= 500 || writes.length > 0) wrong.push(`${method} ${endpoint.path}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(closed.size).toBeGreaterThan(200);
  });

  it.each(SHAPES)(
    "%s to a path that needs no token counts a failed login, and writes nothing else",
    async (...given) => {
      const [, method, shape] = given;
      const strayed: string[] = [];
      const open = endpoints.filter(({ access }) => access === "unauthenticated");
      for (const endpoint of open) {
        server.table.calls.length = 0;
        await server.call(method, endpoint.path, asBrowser(shape(endpoint)));
        const writes = server.table.calls.filter(({ operation }) => WRITES.test(operation));
        if (!writes.every(({ input }) => FAILED_LOGIN.test(JSON.stringify(input)))) strayed.push(endpoint.name);
      }
      expect(strayed).toEqual([]);
      expect(open.length).toBeGreaterThan(10);
    },
  );
});
