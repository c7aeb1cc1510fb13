import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { CLEAR_NAMES } from "../../../src/audit/clear-names.ts";
import { publicKeyOf, publicLine } from "../../../src/engines/ssh/openssh/public-key.ts";
import { shapeOf } from "../../../src/framework/parse.ts";
import { makeServer, type TestServer } from "../../support/make-server.ts";

/**
 * Every operation of every backend that runs without an outside world, with canaries for all its fields: as text, in a
 * list, in an object, and as a number. None may be found in a line of the log, in any spelling.
 */

const CANARY = "zs3ntinel-9f1c";
const NO_ID = "00000000-0000-4000-8000-000000000000";
const NUMBER = 987654321987;

/** Would end the test, or wait for somebody. */
const SKIPPED = new Set(["seal", "step-down", "remount"]);

/** Vault shows these as they are: names, paths asked about, and what was made to be shown with a token. */
const SHOWN = /^(paths?|policies|token_policies|identity_policies|policy|display_name|meta|metadata|entity_alias)$/;

const spellings = (text: string): readonly string[] => {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [text, text.toUpperCase(), bytes.toString("hex"), encodeURIComponent(text), ...base64];
};

let server: TestServer;
let token: string;

const setUp = async (): Promise<void> => {
  server = await makeServer();
  await server.call("POST", "sys/mounts/kv1", { body: { type: "kv" } });
  await server.call("POST", "sys/mounts/kv2", { body: { type: "kv", options: { version: "2" } } });
  await server.call("POST", "sys/mounts/ssh", { body: { type: "ssh" } });
  await server.call("POST", "sys/auth/userpass", { body: { type: "userpass" } });
  await server.call("POST", "sys/auth/approle", { body: { type: "approle" } });
  token = await newToken();
};

const METHODS = {
  create: "POST",
  read: "GET",
  update: "POST",
  patch: "PATCH",
  delete: "DELETE",
  list: "LIST",
  scan: "SCAN",
} as const;

/** A canary in every field: as text, then as list, object or number in turn. Numbers that may be shown are none. */
const bodies = (names: readonly string[]): readonly object[] => {
  const shapes = [[CANARY], { inner: CANARY, more: [CANARY] }, NUMBER];
  const mixed = names.map((name, index) => {
    const value = shapes[index % shapes.length];
    return [name, value === NUMBER && CLEAR_NAMES.has(name) ? CANARY : value];
  });
  return [Object.fromEntries(names.map((name) => [name, CANARY])), Object.fromEntries(mixed)];
};

const newToken = async (): Promise<string> => {
  const made = await server.call("POST", "auth/token/create", { body: { policies: ["root"] } });
  return (made.body["auth"] as { client_token: string }).client_token;
};

const sweep = async (): Promise<number> => {
  let count = 0;
  const { mounts } = await server.core.config.snapshot();
  for (const mount of mounts.values()) {
    const { type, options, path } = mount.info;
    const backend = await server.core.catalog.find(mount.kind, type, options);
    for (const row of backend?.paths ?? []) {
      if (SKIPPED.has(row.template)) continue;
      const below = row.template.replace(/\{\w+:uuid\}/g, NO_ID).replace(/\{[^}]+\}/g, "name");
      for (const [operation, op] of Object.entries(row.ops)) {
        if (operation === "create" && row.ops.update) continue;
        const fields = Object.keys(shapeOf(op?.input) ?? { password: 1, value: 1, data: 1 });
        const names = [...fields.filter((name) => !SHOWN.test(name)), "unknown"];
        const method = METHODS[operation as keyof typeof METHODS];
        const isWrite = method === "POST" || method === "PATCH";
        for (const body of isWrite ? bodies(names) : [undefined]) {
          const query = isWrite ? "" : `?${names.map((name) => `${name}=${CANARY}`).join("&")}`;
          const headers = { "X-Secret": CANARY, Cookie: CANARY, "X-Vault-MFA": `m:${CANARY}` };
          const ask = () =>
            server.call(method, `${path}${below}${query}`, { token, headers, ...(body ? { body } : {}) });
          // Some of these requests end the token.
          if ((await ask()).status === 403) {
            token = await newToken();
            await ask();
          }
          count += 1;
        }
      }
    }
  }
  return count;
};

/** Where a needle is: its surroundings, and the path of the request. */
const found = (needles: readonly string[]): readonly string[] =>
  server.auditLines.flatMap((line) =>
    needles
      .map((needle) => line.indexOf(needle))
      .filter((at) => at >= 0)
      .map((at) => `${/"path":"[^"]*"/.exec(line)?.[0]}: ${line.slice(Math.max(0, at - 60), at + 40)}`),
  );

describe("the audit log", () => {
  beforeAll(setUp);
  afterAll(() => server.dynamo.close());

  it("holds no canary after a request of every kind", async () => {
    expect(await sweep()).toBeGreaterThan(300);
    expect(found([...spellings(CANARY), String(NUMBER)])).toEqual([]);
  });

  it("holds none of the tokens that were used and made", async () => {
    const wrapped = await server.call("GET", "auth/token/lookup-self", { headers: { "X-Vault-Wrap-TTL": "60" } });
    const inside = (wrapped.body["wrap_info"] as { token: string }).token;
    await server.call("POST", "sys/wrapping/lookup", { body: { token: inside } });
    await server.call("POST", "sys/wrapping/unwrap", { token: inside });
    await server.call("POST", "auth/token/lookup", { body: { token } });
    await server.call("GET", "auth/token/lookup-self", { token: `${token}x` });
    await server.call("POST", "auth/token/revoke", { body: { token } });

    expect(found([server.root, token, inside, inside.slice(0, 24)])).toEqual([]);
  });

  it("holds no one-time password and no private key, made here or brought along", async () => {
    const otp = { key_type: "otp", default_user: "ann", cidr_list: "10.0.0.0/8" };
    await server.call("POST", "ssh/roles/otp", { body: otp });
    const key = String((await server.call("POST", "ssh/creds/otp", { body: { ip: "10.1.2.3" } })).data["key"]);
    await server.call("POST", "ssh/verify", { token: null, body: { otp: key } });
    await server.call("POST", "ssh/verify", { token: null, body: { otp: key } });
    await server.call("DELETE", "ssh/config/ca");
    const pair = generateKeyPairSync("ed25519");
    const brought = String(pair.privateKey.export({ type: "pkcs8", format: "pem" }));
    const public_key = publicLine(publicKeyOf(pair.privateKey));
    expect((await server.call("POST", "ssh/config/ca", { body: { private_key: brought, public_key } })).status).toBe(
      204,
    );
    await server.call("POST", "ssh/config/ca", { body: { private_key: brought, public_key: "x" } });
    const ca = { key_type: "ca", allow_user_certificates: true, allowed_users: "*", default_user: "ann" };
    await server.call("POST", "ssh/roles/ca", { body: ca });
    const issued = await server.call("POST", "ssh/issue/ca", { body: { key_type: "ed25519" } });
    const lines = [brought, String(issued.data["private_key"])].flatMap((text) => text.split("\n").slice(1, -2));

    expect(lines.length).toBeGreaterThan(4);
    expect(found([key, ...lines])).toEqual([]);
  });

  it("holds no password, stored secret, role's secret id or wrong credential", async () => {
    await server.call("POST", "kv1/a", { body: { password: "hunter2-kv1", pin: 739110403622 } });
    await server.call("GET", "kv1/a");
    await server.call("POST", "kv2/data/a", {
      body: { data: { password: "hunter2-kv2", deep: [{ pin: 739110403622 }] } },
    });
    await server.call("GET", "kv2/data/a");
    await server.call("POST", "cubbyhole/a", { body: { password: "hunter2-cubby" } });
    await server.call("GET", "cubbyhole/a");
    await server.call("POST", "auth/userpass/users/ann", { body: { password: "hunter2-user" } });
    await server.call("POST", "auth/userpass/login/ann", { token: null, body: { password: "hunter2-user" } });
    await server.call("POST", "auth/userpass/login/ann", { token: null, body: { password: "hunter2-wrong" } });
    await server.call("POST", "auth/approle/role/r", { body: {} });
    const made = await server.call("POST", "auth/approle/role/r/secret-id", { body: {} });

    expect(found(["hunter2", "739110403622", String(made.data["secret_id"])])).toEqual([]);
  });

  it("is one readable line for each record", () => {
    for (const line of server.auditLines) {
      expect(line).not.toMatch(/[\n\r]/);
      expect(() => JSON.parse(line)).not.toThrow();
    }
  });
});
