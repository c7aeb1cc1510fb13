import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeMount } from "../../../../src/core/config/initialize.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { runs } from "../../../support/runs.ts";

/** V33: whoever has no token, or one without rights, cannot tell a mount that exists from one that does not. */

const COUNT = runs(8, 200);
const METHODS = ["GET", "LIST", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
const name = (kind: "real" | "none", index: number): string => `${kind}${String(index).padStart(4, "0")}`;

let server: TestServer;
let powerless: string;
beforeAll(async () => {
  server = await makeServer();
  for (let index = 0; index < COUNT; index += 1) {
    const type = index % 2 === 0 ? "kv" : "database";
    const mounts = [
      makeMount(server.core.random, { kind: "secret", type, path: `${name("real", index)}/` }),
      makeMount(server.core.random, { kind: "auth", type: "approle", path: `auth/${name("real", index)}/` }),
    ];
    for (const mount of mounts) await server.core.config.putMount(mount, "absent");
  }
  const body = { policies: ["nothing"], no_default_policy: true };
  const made = await server.call("POST", "auth/token/create", { body });
  powerless = String((made.body["auth"] as { client_token: string }).client_token);
});
afterAll(() => server.dynamo.close());

/** Everything a caller sees, without the id of the request and the name asked for. */
const seen = async (method: string, path: string, asked: string, token: string | null) => {
  const headers = method === "PATCH" ? { "content-type": "application/merge-patch+json" } : {};
  const body = /^P/.test(method) ? { body: { a: "b" } } : {};
  const answer = await server.call(method, path, { token, headers, ...body });
  const text = answer.text.replaceAll(asked, "NAME").replace(/"request_id":"[^"]*"/, "");
  return JSON.stringify([answer.status, answer.headers, text]);
};

const PATHS = (at: string): readonly string[] => [
  at,
  `${at}/`,
  `${at}/x`,
  `${at}/data/x`,
  `${at}/creds/x`,
  `auth/${at}/role/x`,
  `auth/${at}`,
  `sys/mounts/${at}`,
  `sys/auth/${at}/tune`,
  `sys/internal/ui/mounts/${at}/x`,
];

describe.each([
  ["without a token", () => null],
  ["with an invented token", () => "hvs.CAESIJinventedinventedinvented"],
  ["with a token without rights", () => powerless],
])("V33: %s", (_who, token) => {
  it("a mount that exists answers byte for byte as one that does not", async () => {
    const told: string[] = [];
    for (let index = 0; index < COUNT; index += 1) {
      const [real, none] = [name("real", index), name("none", index)];
      const method = METHODS[index % METHODS.length] ?? "GET";
      for (const [at, path] of PATHS(real).entries()) {
        const other = PATHS(none)[at] ?? "";
        for (const one of index < 1 ? METHODS : [method]) {
          if (/^P/.test(one) && path.endsWith("/")) continue;
          const answers = [await seen(one, path, real, token()), await seen(one, other, none, token())];
          if (answers[0] !== answers[1]) told.push(`${one} ${path}: ${answers.join(" but ")}`);
        }
      }
    }
    expect(told).toEqual([]);
  });
});

it("V33: the two are told apart by who may, so that the test sees something", async () => {
  const [real, none] = [name("real", 0), name("none", 0)];
  expect(await seen("GET", `sys/mounts/${real}`, real, server.root)).not.toBe(
    await seen("GET", `sys/mounts/${none}`, none, server.root),
  );
});
