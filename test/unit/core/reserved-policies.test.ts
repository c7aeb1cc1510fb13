import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { approleAuth } from "../../../src/auth/approle/backend.ts";
import { userpassAuth } from "../../../src/auth/userpass/backend.ts";
import { createPasswords } from "../../../src/auth/userpass/passwords.ts";
import type { CatalogRow } from "../../../src/core/catalog.ts";
import { makeMount } from "../../../src/core/config/initialize.ts";
import { foldsOf } from "../../../src/framework/index.ts";
import { isJsonObject } from "../../../src/std/json.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { type Answered, makeServer, type TestServer } from "../../support/make-server.ts";

/** No role or user of an auth method makes a root token, however its policies are spelled. */

let server: TestServer;

beforeAll(async () => {
  const passwords = createPasswords({ cost: { n: 16, r: 1, p: 1 } });
  server = await makeServer({
    rows: [
      ...[userpassAuth(passwords), approleAuth()].map(
        (backend): CatalogRow => ({
          kind: "auth",
          type: backend.type,
          home: "login",
          folds: foldsOf(backend.paths),
          load: async () => backend,
        }),
      ),
    ],
  });
  for (const type of ["userpass", "approle"]) {
    await server.core.config.putMount(makeMount(systemRandom, { kind: "auth", type, path: `auth/${type}/` }), "absent");
  }
});
afterAll(() => server.dynamo.close());

const SPELLINGS = [
  "root",
  "ROOT",
  " root",
  "root\t",
  "root\0",
  "root\u200b",
  "\uff52\uff4f\uff4f\uff54",
  "r\u043e\u043et",
  "default,root",
];
const cases = ["token_policies", "policies"].flatMap((field) => SPELLINGS.map((name) => [field, name] as const));

const tokenOf = ({ body }: Answered): string | null => {
  const auth = body["auth"];
  const token = isJsonObject(auth) ? auth["client_token"] : undefined;
  return typeof token === "string" ? token : null;
};
/** What only root may do here. */
const asRoot = async (token: string | null): Promise<number> =>
  (await server.call("GET", "sys/policies/acl/default", { token })).status;

describe("V36: policies spelled like root", () => {
  it.each(cases)("in %s of a user, %j", async (field, name) => {
    await server.call("POST", "auth/userpass/users/alice", { body: { password: "right", [field]: [name] } });
    const answer = await server.call("POST", "auth/userpass/login/alice", { token: null, body: { password: "right" } });
    expect([200, 400]).toContain(answer.status);
    expect(await asRoot(tokenOf(answer))).toBe(403);
  });

  it.each(cases)("in %s of an AppRole, %j", async (field, name) => {
    const bound = { role_id: "app", bind_secret_id: false, secret_id_bound_cidrs: "127.0.0.0/8" };
    await server.call("POST", "auth/approle/role/app", { body: { ...bound, [field]: [name] } });
    const answer = await server.call("POST", "auth/approle/login", { token: null, body: { role_id: "app" } });
    expect([200, 400]).toContain(answer.status);
    expect(await asRoot(tokenOf(answer))).toBe(403);
  });
});
