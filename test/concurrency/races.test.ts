import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { DYNAMODB_TEST_ENDPOINT } from "../../src/contract/environment.ts";
import { makeServer, type TestServer } from "../support/make-server.ts";
import { type Event, violations } from "./linearizable.ts";

/** Races over the whole product: on the embedded table always, on another DynamoDB where an endpoint is given. */

const endpoint = process.env[DYNAMODB_TEST_ENDPOINT];
const places = [
  { name: "embedded table" },
  ...(endpoint === undefined ? [] : [{ name: `DynamoDB at ${endpoint}`, endpoint }]),
];

const many = <T>(count: number, each: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => each(index)));

describe("the checker", () => {
  const write = (version: number, started: number, ended: number): Event => ({
    kind: "write",
    version,
    started,
    ended,
  });
  const read = (version: number, started: number, ended: number): Event => ({ kind: "read", version, started, ended });

  it("takes a history that could have happened", () => {
    expect(violations([write(1, 0, 2), read(0, 0, 1), write(2, 1, 5), read(1, 3, 4), read(2, 4, 6)])).toEqual([]);
  });

  it("finds a lost update", () => {
    expect(violations([write(1, 0, 2), write(1, 0, 3)])).not.toEqual([]);
  });

  it("finds a stale read", () => {
    expect(violations([write(1, 0, 1), write(2, 2, 3), read(1, 4, 5)])).not.toEqual([]);
  });

  it("finds a read from the future", () => {
    expect(violations([read(1, 0, 1), write(1, 2, 3)])).not.toEqual([]);
  });
});

describe.each(places)("races on the $name", (place) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await makeServer("endpoint" in place ? { endpoint: place.endpoint } : {});
    await server.call("POST", "sys/mounts/kv", { body: { type: "kv", options: { version: "2" } } });
  });
  afterAll(() => server.dynamo.close());

  const tokenFrom = async (body: object): Promise<string> => {
    const answer = await server.call("POST", "auth/token/create", { body });
    return (answer.body["auth"] as { client_token: string }).client_token;
  };
  const lives = async (token: string): Promise<boolean> =>
    (await server.call("GET", "auth/token/lookup-self", { token })).status === 200;

  it("keeps the history of 50 clients checking and setting one key linearisable", async () => {
    let now = 0;
    const history: Event[] = [];
    const readVersion = async (): Promise<number> => {
      const started = ++now;
      const answer = await server.call("GET", "kv/data/counter");
      const metadata = answer.data["metadata"] as { version?: number } | undefined;
      const version = metadata?.version ?? 0;
      history.push({ kind: "read", started, ended: ++now, version });
      return version;
    };
    await many(50, async (client) => {
      for (let written = false; !written; ) {
        const cas = await readVersion();
        const started = ++now;
        const answer = await server.call("POST", "kv/data/counter", { body: { data: { client }, options: { cas } } });
        written = answer.status === 200;
        if (written) history.push({ kind: "write", started, ended: ++now, version: Number(answer.data["version"]) });
        else expect(answer.text).toContain("check-and-set parameter did not match the current version");
      }
    });

    expect(violations(history)).toEqual([]);
    expect(history.filter(({ kind }) => kind === "write")).toHaveLength(50);
  });

  it("gives a wrapped answer to exactly one of 1,000 who unwrap at once", async () => {
    const wrapped = await server.call("POST", "sys/wrapping/wrap", {
      body: { a: "b" },
      headers: { "X-Vault-Wrap-TTL": "300" },
    });
    const { token } = wrapped.body["wrap_info"] as { token: string };

    const answers = await many(1000, () => server.call("POST", "sys/wrapping/unwrap", { token }));

    expect(answers.filter(({ status }) => status === 200).map(({ data }) => data)).toEqual([{ a: "b" }]);
    const others = answers.filter(({ status }) => status !== 200).map(({ status, text }) => `${status} ${text}`);
    expect(new Set(others)).toEqual(new Set(['400 {"errors":["wrapping token is not valid or does not exist"]}\n']));
  });

  it("lets a token of 5 uses through exactly 5 times", async () => {
    const token = await tokenFrom({ policies: ["default"], num_uses: 5, ttl: "1h" });

    const answers = await many(60, () => server.call("GET", "auth/token/lookup-self", { token }));

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(answers.filter(({ status }) => status !== 200).every(({ status }) => status === 403)).toBe(true);
  });

  it("lets no renewal bring back a token that is being revoked", async () => {
    for (let trial = 0; trial < 10; trial++) {
      const token = await tokenFrom({ policies: ["default"], ttl: "1h" });
      const renewals = many(5, () => server.call("POST", "auth/token/renew-self", { token }));
      await server.call("POST", "auth/token/revoke", { body: { token } });
      await renewals;

      expect(await lives(token)).toBe(false);
    }
  });

  it("leaves no child alive that was made while its parent was being revoked", async () => {
    for (let trial = 0; trial < 10; trial++) {
      const parent = await tokenFrom({ policies: ["root"], ttl: "1h" });
      const births = many(5, () => server.call("POST", "auth/token/create", { token: parent, body: { ttl: "30m" } }));
      await server.call("POST", "auth/token/revoke", { body: { token: parent } });
      const children = (await births).flatMap(({ status, body }) =>
        status === 200 ? [(body["auth"] as { client_token: string }).client_token] : [],
      );

      for (const child of children) expect(await lives(child)).toBe(false);
    }
  });

  it("refuses every descendant of a deep tree at once", async () => {
    const tokens = [await tokenFrom({ policies: ["root"], ttl: "1h" })];
    for (let depth = 0; depth < 20; depth++) {
      const made = await server.call("POST", "auth/token/create", { token: tokens.at(-1) ?? "", body: { ttl: "1h" } });
      tokens.push((made.body["auth"] as { client_token: string }).client_token);
    }
    const [root = ""] = tokens;

    await server.call("POST", "auth/token/revoke", { body: { token: root } });

    for (const token of tokens) expect(await lives(token)).toBe(false);
  });
});
