import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { builtInRows } from "../../src/catalog.ts";
import { AnyObject, type BackendContext, invalidRequest } from "../../src/framework/index.ts";
import { NEARBY } from "../../src/outgoing/index.ts";
import { type Endpoint, send } from "../support/every-path.ts";
import { type Body, mutatedBodies, pairedBodies } from "../support/field-values.ts";
import { furnishKeyEngines, type KeyEngines, MOUNTS } from "../support/key-engines.ts";
import { formsOf, type Material, materialOf, type Sieve, sieveOf } from "../support/key-material.ts";
import { makeServer, type TestServer } from "../support/make-server.ts";
import { patience, runs } from "../support/runs.ts";

/**
 * The engines that hold keys, asked everything: each path with good input, with every two options in combinations, and
 * with good input of which two options are spoiled (V74). No answer is a 5xx; and a key that is not exportable never
 * leaves: no answer, log line, audit line or item of the table holds a part of any key, in any form.
 */

let server: TestServer;
let engines: KeyEngines;
let materials: readonly Material[];
let sieve: Sieve;
/** What came out, by where. */
const heard: { readonly where: string; readonly text: string }[] = [];

/** What would make a key exportable, or end it: answers may hold such keys, and a key that is gone answers nothing. */
const UNASKED = new Set(["exportable", "allow_plaintext_backup", "deletion_allowed", "exported"]);
const failures: string[] = [];

const play = async (endpoint: Endpoint, data: Body): Promise<void> => {
  const asked = Object.fromEntries(Object.entries(data).filter(([name]) => !UNASKED.has(name)));
  const { status, headers, text } = await send(server, endpoint, server.root, asked);
  heard.push({ where: `${endpoint.name} ${status}`, text: `${JSON.stringify(headers)}\n${text}` });
  if (status >= 500) failures.push(`${endpoint.name} ${JSON.stringify(asked)}: ${status} ${text}`);
};

/** What uses keys comes before what changes them, what revokes and deletes last: all of it meets what it is about. */
const rank = (name: string): number => {
  if (name.startsWith("delete ")) return 4;
  if (/revoke|replace|root\/rotate|tidy|trim/.test(name)) return 3;
  if (/ config|\/config|rotate|\/issuer\/\{issuer_ref\}$|\/key\/|\/roles\//.test(name)) return 2;
  return Number(!/encrypt|decrypt|rewrap|datakey|sign|verify|hmac|issue\/|code/.test(name));
};

/** Making such a key takes a processor for seconds. */
const SLOW = /rsa-(?:3072|4096)\/rotate$/;

/** Rows of all pairs that are played; a long run plays all. */
const ROWS = runs(6, 2000);
const MUTATIONS = runs(6, 500);

/** The operations of one template, each about another object, take turns. */
const playPairs = async (endpoints: readonly Endpoint[], seed: number): Promise<void> => {
  const turn = (index: number): Endpoint | undefined => endpoints[index % endpoints.length];
  const [first] = endpoints;
  if (!first || first.fields.length === 0) return;
  const paired = pairedBodies(first, engines.good(first));
  const step = Math.max(1, Math.floor(paired.count / ROWS));
  for (let row = seed % step; row < paired.count; row += step) {
    const endpoint = turn(row);
    if (endpoint) await play(endpoint, pairedBodies(endpoint, engines.good(endpoint)).at(row));
  }
  for (const endpoint of endpoints.slice(0, MUTATIONS)) {
    const count = Math.ceil(MUTATIONS / endpoints.length);
    const bodies = fc.sample(mutatedBodies(endpoint, engines.good(endpoint)), { numRuns: count, seed });
    for (const body of bodies) await play(endpoint, body);
  }
};

const table = async (): Promise<string> => {
  const texts: string[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await server.dynamodb.send(
      new ScanCommand({ TableName: "zeroth-test", ...(from ? { ExclusiveStartKey: from as never } : {}) }),
    );
    for (const item of page.Items ?? []) {
      for (const { S, N, B } of Object.values(item)) texts.push(S ?? N ?? (B ? Buffer.from(B).toString("latin1") : ""));
    }
    from = page.LastEvaluatedKey;
  } while (from);
  return texts.join("\n");
};

beforeAll(async () => {
  server = await makeServer();
  engines = await furnishKeyEngines(server);
  materials = (await Promise.all(MOUNTS.map((mount) => materialOf(server, mount)))).flat();
  sieve = sieveOf(materials);
  const templates = [...new Set(engines.endpoints.map(({ name }) => name))].sort(
    (one, other) => rank(one) - rank(other),
  );
  for (const [seed, name] of templates.entries()) {
    const endpoints = engines.endpoints.filter((endpoint) => endpoint.name === name && !SLOW.test(endpoint.path));
    for (const endpoint of endpoints) await play(endpoint, engines.good(endpoint));
    await playPairs(endpoints, seed + 74);
  }
}, patience);
afterAll(() => server.dynamo.close());

it("V74: no combination of options at any path of an engine that holds keys is a 5xx", () => {
  expect(heard.length).toBeGreaterThan(500);
  expect(failures).toEqual([]);
});

describe("keys that are not exportable", () => {
  it("are many, of every type, and hundreds of requests were served", () => {
    const kinds = materials.map(({ name }) => name.replace(/(?<=\/).*(?= )/, "…"));
    expect([...new Set(kinds)].sort()).toEqual([
      "pki/… d",
      "pki/… dp",
      "pki/… dq",
      "pki/… p",
      "pki/… q",
      "pki/… qi",
      "totp/… key",
      "transit/… d",
      "transit/… dp",
      "transit/… dq",
      "transit/… hmac",
      "transit/… key",
      "transit/… p",
      "transit/… q",
      "transit/… qi",
    ]);
    expect(materials.length).toBeGreaterThan(60);
    const served = heard.filter(({ where }) => /(?:200|204)$/.test(where));
    // However many more are refused: the long run adds requests of options that do not go together.
    expect(served.length).toBeGreaterThan(300);
  });

  it("are in no answer", () => {
    const leaks = heard.flatMap(({ where, text }) => sieve.in(text).map((name) => `${where}: ${name}`));
    expect(leaks).toEqual([]);
  });

  it("are in no audit line, log line or event", () => {
    const lines = [...server.auditLines, ...server.logLines, JSON.stringify(server.events)];
    expect(server.auditLines.length).toBeGreaterThan(heard.length);
    expect([...new Set(lines.flatMap((line) => sieve.in(line)))]).toEqual([]);
  });

  it("are in the table under seal alone", async () => {
    expect(sieve.in(await table())).toEqual([]);
  });
});

describe("a leak would be found", () => {
  it("of any key, in any form, in an answer, a line or an item", () => {
    const missed: string[] = [];
    for (const { name, bytes } of materials) {
      for (const form of formsOf(bytes)) {
        if (!sieve.in(`{"errors":["cannot use ${form} here"]}`).includes(name)) missed.push(name);
      }
    }
    expect(missed).toEqual([]);
  });

  it("as a PEM that is escaped in JSON, wherever the key is in it", () => {
    for (const { name, bytes } of materials) {
      for (const header of [26, 27, 28]) {
        const body = Buffer.concat([Buffer.alloc(header, 7), bytes, Buffer.alloc(9)]).toString("base64");
        const pem = `-----BEGIN PRIVATE KEY-----\n${body.replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
        expect(sieve.in(JSON.stringify({ data: { private_key: pem } }))).toContain(name);
      }
    }
  });

  it("when an engine answers one, logs one, or refuses with one", async () => {
    const rows = builtInRows({ aws: () => Promise.reject(new Error("nobody logs in")), reach: NEARBY }).map((row) => {
      if (row.type !== "transit") return row;
      return {
        ...row,
        load: async (options: Readonly<Record<string, string>>) => {
          const backend = await row.load(options);
          const paths = backend.paths.map((path) => {
            if (path.template !== "keys/{name}" || !path.ops.read) return path;
            const secretOf = async (cx: BackendContext): Promise<Buffer> => {
              const [name = ""] = await cx.storage.list("version/");
              const entry = await cx.storage.get(cx.storage.at(`version/${name}1`));
              return Buffer.from(entry?.secrets?.["key"]?.reveal() ?? []);
            };
            const { read } = path.ops;
            const handle: typeof read.handle = async (_, cx) => {
              const secret = await secretOf(cx);
              cx.log("a key was read", { key: secret.toString("hex") });
              return { data: { key: secret.toString("base64") } };
            };
            const refuse: typeof read.handle = async (_, cx) => {
              throw invalidRequest(`cannot delete ${[...(await secretOf(cx))].join(" ")}`);
            };
            const ops = {
              ...path.ops,
              read: { ...read, answers: AnyObject, handle },
              delete: { ...read, handle: refuse },
            };
            return { ...path, ops };
          });
          return { ...backend, paths };
        },
      };
    });
    const leaky = await makeServer({ rows });
    try {
      await leaky.call("POST", "sys/mounts/transit", { body: { type: "transit" } });
      await leaky.call("POST", "transit/keys/k", { body: {} });
      const own = sieveOf(await materialOf(leaky, "transit/"));
      const { status, text } = await leaky.call("GET", "transit/keys/k");
      const refusal = await leaky.call("DELETE", "transit/keys/k");

      expect([status, refusal.status]).toEqual([200, 400]);
      expect(own.in(text)).toHaveLength(1);
      expect(own.in(refusal.text)).toHaveLength(1);
      expect(own.in(leaky.logLines.join("\n"))).toHaveLength(1);
    } finally {
      await leaky.dynamo.close();
    }
  });
});
