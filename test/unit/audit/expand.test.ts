import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { expandAudit } from "../../../src/audit/expand.ts";
import { longText, shortText } from "../../../src/audit/short-text.ts";
import { hasher } from "../../../src/audit/style.ts";
import { obey } from "../../../src/core/operator.ts";
import { isJsonObject, type JsonObject, parseJson } from "../../../src/std/json.ts";
import { makeServer, type TestServer } from "../../support/make-server.ts";

/** The built-in log next to that of a device with the same salt: expanded, the one is the other. */

const SALT = Buffer.alloc(32, 3).toString("base64");
let server: TestServer;
const standard: string[] = [];
const device: string[] = [];

/** The built-in device's lines of one request. */
const linesOf = async (request: () => Promise<unknown>): Promise<readonly string[]> => {
  const from = standard.length;
  await request();
  return standard.slice(from).filter((line) => !line.includes('"type":"checkpoint"'));
};

beforeAll(async () => {
  server = await makeServer({
    audit: {
      auditSink: {
        write: async (line) => {
          standard.push(line);
        },
      },
      openAuditFile: async () => ({
        write: async (line) => {
          device.push(line);
        },
      }),
    },
  });
  const { body } = await server.call("POST", "sys/audit/f", { body: { type: "file", options: { file_path: "f" } } });
  expect(body).toEqual({});
});
afterAll(() => server.dynamo.close());

/** Without hashes, which depend on the salt, and what only one of the two has. */
const comparable = (line: string): unknown => {
  const entry = parseJson(line);
  const plain = (value: unknown): unknown => {
    // Empty texts are hashed by a device, and not by the built-in one.
    if (typeof value === "string") return value.replace(/^$|hmac-sha256:[0-9a-f]{64}/g, "hashed");
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .map(([name, item]) => [name, plain(item)] as const)
        .filter(([name]) => name !== "chain" && name !== "device"),
    );
  };
  return plain(entry);
};

const unwrapped = async (): Promise<void> => {
  const { body } = await server.call("POST", "auth/token/create", { headers: { "x-vault-wrap-ttl": "60" } });
  const wrap = isJsonObject(body) && isJsonObject(body["wrap_info"]) ? body["wrap_info"] : {};
  const { status } = await server.call("POST", "sys/wrapping/unwrap", { token: String(wrap["token"]) });
  expect(status).toBe(200);
};

const login = async (): Promise<void> => {
  const { status } = await server.call("POST", "auth/userpass/login/ada", {
    token: null,
    body: { password: "hunter2" },
  });
  expect(status).toBe(200);
};

const deniedParameter = async (): Promise<void> => {
  const policy = 'path "s/data/*" { capabilities = ["update"] denied_parameters = { "options" = [] } }';
  await server.call("POST", "sys/policies/acl/narrow", { body: { policy } });
  const { body } = await server.call("POST", "auth/token/create", { body: { policies: ["narrow"] } });
  const auth = isJsonObject(body) && isJsonObject(body["auth"]) ? body["auth"] : {};
  const { status } = await server.call("POST", "s/data/a", {
    token: String(auth["client_token"]),
    body: { options: { cas: 1 }, data: {} },
  });
  expect(status).toBe(403);
};

describe("the built-in log, expanded", () => {
  const stories: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["a mount", () => server.call("POST", "sys/mounts/s", { body: { type: "kv", options: { version: "2" } } })],
    [
      "a write",
      () => server.call("POST", "s/data/a", { body: { data: { password: "hunter2", deep: [1, null, ""] } } }),
    ],
    ["a read", () => server.call("GET", "s/data/a")],
    ["a listing", () => server.call("LIST", "s/metadata")],
    ["a wrapped answer", () => server.call("GET", "s/data/a", { headers: { "x-vault-wrap-ttl": "60" } })],
    ["a secret that is not there", () => server.call("GET", "s/data/none")],
    ["a denied request", () => server.call("GET", "s/data/a", { token: "hvs.invented" })],
    ["a request without a token", () => server.call("GET", "s/data/a", { token: null })],
    ["a login that fails", () => server.call("POST", "auth/token/none", { token: null, body: { password: "x" } })],
    [
      "a new token",
      () => server.call("POST", "auth/token/create", { body: { ttl: "1h", policies: ["a"], meta: { a: "b" } } }),
    ],
    ["a batch token", () => server.call("POST", "auth/token/create", { body: { type: "batch" } })],
    ["a path nobody has", () => server.call("GET", "nowhere/at/all")],
    ["a field that is wrong", () => server.call("POST", "auth/token/create", { body: { num_uses: "hunter2" } })],
    ["a wrapped token, unwrapped", unwrapped],
    ["an auth method", () => server.call("POST", "sys/auth/userpass", { body: { type: "userpass" } })],
    ["a user", () => server.call("POST", "auth/userpass/users/ada", { body: { password: "hunter2" } })],
    ["a login", login],
    [
      "a wrong password",
      () => server.call("POST", "auth/userpass/login/ada", { token: null, body: { password: "x" } }),
    ],
    ["a policy that denies a parameter", deniedParameter],
    [
      "an operator's order",
      () => obey(server.core, "generate-root", { operator: "arn:aws:iam::123456789012:role/ops" }),
    ],
    [
      "a header that is shown from the response on",
      () =>
        server.call("POST", "sys/config/auditing/request-headers/x-app", {
          body: { hmac: false },
          headers: { "x-app": "1" },
        }),
    ],
    ["a header that is shown", () => server.call("GET", "s/data/a", { headers: { "x-app": "1" } })],
    [
      "a header that is no longer shown in the response",
      () => server.call("DELETE", "sys/config/auditing/request-headers/x-app", { headers: { "x-app": "1" } }),
    ],
    ["help", () => server.call("GET", "sys/mounts?help=1")],
    ["a lookup", () => server.call("GET", "auth/token/lookup-self")],
  ];

  it.each(stories)("is Vault's log, member by member: %s", async (_what, story) => {
    const before = device.length;
    const compact = await linesOf(story);
    const { lines, others, alone } = expandAudit(compact);

    expect(lines.map(comparable)).toEqual(device.slice(before).map(comparable));
    expect([others, alone]).toEqual([0, 0]);
  });

  it("has hashes as a device with its salt would", () => {
    const hash = hasher(SALT);
    const compact = `#${Buffer.from(hash("value").slice("hmac-sha256:".length), "hex").toString("base64url")}`;

    expect(longText(compact)).toBe(hash("value"));
  });

  it("tells a text from a hash whatever it is", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `#${text}`),
        ),
        (text) => {
          expect(longText(shortText(text))).toBe(text);
        },
      ),
    );
  });

  it("counts a response whose request is elsewhere, and prints what it says", async () => {
    const [, response = ""] = await linesOf(() => server.call("GET", "s/data/a"));
    const { lines, alone } = expandAudit([response]);

    expect(alone).toBe(1);
    expect(lines[0]).toContain('"response":{');
  });

  it("joins lines that other lines came between, and a response before its request", async () => {
    const [request = "", response = ""] = await linesOf(() => server.call("GET", "s/data/a"));
    const [other = ""] = await linesOf(() => server.call("GET", "sys/mounts"));
    const entryOf = (lines: readonly string[]): JsonObject => {
      const found = expandAudit(lines).lines.find((line) => line.includes('"type":"response"')) ?? "";
      const entry = parseJson(found);
      return isJsonObject(entry) ? entry : {};
    };

    expect(entryOf([response, other, request])).toEqual(entryOf([request, response]));
  });

  it("leaves out checkpoints and what is not an audit line, and keeps lines of former releases as they are", async () => {
    const former: { readonly lines: readonly string[] } = JSON.parse(
      readFileSync(new URL("former-log.json", import.meta.url), "utf8"),
    );
    await server.core.audit.flush();
    const checkpoints = standard.filter((line) => line.includes('"type":"checkpoint"'));
    const kept = former.lines.filter((line) => !line.includes('"type":"checkpoint"'));

    expect(expandAudit(["START RequestId: 1", "[]", '"x"', "", ...former.lines, ...checkpoints])).toEqual({
      lines: kept,
      others: 4,
      alone: 0,
    });
  });
});

describe("the built-in log", () => {
  it("says all of a response whose request only another device has", async () => {
    let broken = false;
    const taken: string[] = [];
    const audit = {
      auditSink: {
        write: async (line: string) => {
          if (broken) throw new Error("stdout is gone");
          taken.push(line);
        },
      },
      openAuditFile: async () => ({
        write: async (line: string) => {
          if (line.includes('"type":"request"')) broken = false;
        },
      }),
    };
    const other = await makeServer({ audit });
    await other.call("POST", "sys/audit/f", { body: { type: "file", options: { file_path: "f" } } });
    taken.length = 0;
    broken = true;
    await other.call("GET", "auth/token/lookup-self");
    await other.dynamo.close();
    const [line = ""] = taken;

    expect(taken).toHaveLength(1);
    expect(line).toContain('"path":"auth/token/lookup-self"');
    expect(expandAudit(taken).alone).toBe(0);
  });
});
