import { afterEach, expect, test } from "@jest/globals";
import {
  type ClientSettings,
  type ClientSurroundings,
  ConnectionError,
  ResponseError,
} from "../../../src/client/index.ts";
import { JsonNumber } from "../../../src/std/json.ts";
import { Sensitive } from "../../../src/std/sensitive.ts";
import type { Timer } from "../../../src/std/timer.ts";
import { data, json, type Line, scripted } from "./scripted-server.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});
const against = async (
  lines: readonly Line[],
  settings?: Partial<ClientSettings>,
  own?: Partial<ClientSurroundings>,
) => {
  const made = await scripted(lines, settings, own);
  open.push(made);
  return made;
};
const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (cause: unknown) => cause,
  );

test("a call carries what Vault's clients send", async () => {
  const { client, seen } = await against([data({})], { namespace: "/team/", userAgent: "mine" });
  await client.call({
    method: "PUT",
    path: "/secret//data/my app/ü:1/",
    body: { a: 1 },
    token: new Sensitive("hvs.abc"),
    wrapTtl: "300",
  });
  expect(seen[0]).toMatchObject({
    method: "PUT",
    url: "/v1/secret/data/my%20app/%C3%BC:1",
    body: '{"a":1}',
    headers: {
      "x-vault-request": "true",
      "x-vault-token": "hvs.abc",
      "x-vault-namespace": "team/",
      "x-vault-wrap-ttl": "300s",
      "content-type": "application/json",
      "content-length": "7",
      "user-agent": "mine",
    },
  });
});

test("a list is a GET, unless the verb is wanted", async () => {
  const { client, seen } = await against([data({ keys: [] })]);
  await client.call({ method: "LIST", path: "secret/metadata/" });
  await client.call({ method: "SCAN", path: "secret/metadata/", query: { limit: "5" } });
  await client.with({ listVerb: true }).call({ method: "PATCH", path: "secret/metadata", body: {} });
  expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "GET /v1/secret/metadata?list=true",
    "GET /v1/secret/metadata?limit=5&scan=true",
    "PATCH /v1/secret/metadata",
  ]);
  expect(seen[2]?.headers["content-type"]).toBe("application/merge-patch+json");
});

test("numbers stay as the server wrote them", async () => {
  const { client } = await against([
    (response) => response.end('{"lease_duration":3600,"data":{"big":12345678901234567890,"float":1.0}}'),
  ]);
  const { secret } = await client.call({ method: "GET", path: "secret/app" });
  expect(secret?.lease_duration).toBe(3600);
  expect(secret?.data).toEqual({ big: new JsonNumber("12345678901234567890"), float: new JsonNumber("1.0") });
});

test("a refusal reads as Vault's own client prints it", async () => {
  const { client, address } = await against([json(400, { errors: ["missing role", "and more"] })]);
  const refused = await failure(client.call({ method: "PUT", path: "auth/aws/login", namespace: "ns" }));
  expect(refused).toBeInstanceOf(ResponseError);
  expect(refused).toMatchObject({
    status: 400,
    errors: ["missing role", "and more"],
    message: `Error making API request.\n\nNamespace: ns/\nURL: PUT ${address}/v1/auth/aws/login\nCode: 400. Errors:\n\n* missing role\n* and more`,
  });
});

test("what comes with a 404 is kept", async () => {
  const { client } = await against([json(404, { data: { metadata: { version: 2 } }, errors: [] })]);
  const refused = await failure(client.call({ method: "GET", path: "secret/data/app" }));
  expect(refused).toMatchObject({ status: 404, errors: [], secret: { data: { metadata: { version: 2 } } } });
});

test.each([
  [429, 3],
  [412, 3],
  [500, 3],
  [503, 3],
  [501, 1],
  [400, 1],
  [404, 1],
])("a status of %d is tried %d times", async (status, tries) => {
  const { client, seen, waits } = await against([json(status, { errors: ["no"] })]);
  await failure(client.call({ method: "GET", path: "secret/app" }));
  expect(seen).toHaveLength(tries);
  expect(waits).toEqual([750, 1125].slice(0, tries - 1));
});

test("the server's own wait goes before ours, in seconds and as a date, up to a minute", async () => {
  const asks = ["7", "Mon, 30 Nov 2026 06:00:09 GMT", "86400"].map((header) =>
    json(503, { errors: [] }, { "retry-after": header }),
  );
  const { client, waits } = await against([...asks, data({})], { retry: { retries: 5, minWait: 1, maxWait: 1 } });
  await client.call({ method: "GET", path: "secret/app" });
  expect(waits).toEqual([7000, 9000, 60_000]);
});

test("an abort ends a call that waits for its next try", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const timer: Timer = (ms) => {
    if (ms === 5000) setImmediate(() => stop.abort(reason));
    return () => undefined;
  };
  const { client } = await against([json(503, { errors: [] }, { "retry-after": "5" })], {}, { timer });
  expect(await failure(client.call({ method: "GET", path: "secret/app", signal: stop.signal }))).toBe(reason);
});

test("an abort ends a call that waits for its answer", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const { client } = await against([() => stop.abort(reason)]);
  expect(await failure(client.call({ method: "GET", path: "secret/app", signal: stop.signal }))).toBe(reason);
});

test("a redirect within the server is followed once, with the same verb and body", async () => {
  const { client, seen } = await against([
    (response) => response.writeHead(307, { location: "/v1/sys/there" }).end(),
    data({ ok: true }),
  ]);
  const { secret } = await client.call({ method: "PUT", path: "sys/here", body: { a: 1 } });
  expect(secret?.data).toEqual({ ok: true });
  expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
    ["PUT", "/v1/sys/here", '{"a":1}'],
    ["PUT", "/v1/sys/there", '{"a":1}'],
  ]);
});

test("a redirect to another port, host or scheme never gets the token", async () => {
  const other = await against([data({})]);
  for (const location of [`${other.address}/v1/x`, other.address.replace("http:", "https:"), "//127.0.0.1:1/v1/x"]) {
    const { client } = await against([(response) => response.writeHead(301, { location }).end()]);
    const refused = await failure(client.call({ method: "GET", path: "x", token: new Sensitive("hvs.canary") }));
    expect(refused).toBeInstanceOf(ConnectionError);
    expect(String(refused)).toContain("a token is never sent to another host");
  }
  expect(other.seen).toEqual([]);
});

test("a passed-on request goes as it is, and its answer comes as a stream", async () => {
  const { client, seen } = await against([json(403, { errors: ["no"] }, { "x-mine": "yes" })]);
  const answer = await client.send({
    method: "OPTIONS",
    target: "/v1/secret/metadata/a%2Fb?x=1",
    headers: { "x-vault-token": "t", connection: "x-drop", "x-drop": "1", host: "app" },
  });
  expect(answer.status).toBe(403);
  expect(answer.headers["x-mine"]).toBe("yes");
  expect((await answer.body.toArray()).join("")).toBe('{"errors":["no"]}');
  expect(seen[0]).toMatchObject({ method: "OPTIONS", url: "/v1/secret/metadata/a%2Fb?x=1" });
  expect(seen[0]?.headers).not.toHaveProperty("x-drop");
  expect(seen[0]?.headers.host).not.toBe("app");
});
