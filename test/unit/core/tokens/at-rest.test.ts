import { createHash } from "node:crypto";
import { type AttributeValue, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { patience, runs } from "../../../support/runs.ts";

/** What a reader of the table learns of tokens (C20), and what a holder of accessors does (C21). */

const LOGINS = runs(30, 10_000);

interface Held {
  readonly token: string;
  readonly accessor: string;
}

let server: TestServer;
const held: Held[] = [];
const secretIds: string[] = [];

const authOf = (body: Readonly<Record<string, unknown>>): Held => {
  const auth = body["auth"] as { client_token: string; accessor: string };
  return { token: auth.client_token, accessor: auth.accessor };
};

beforeAll(async () => {
  server = await makeServer();
  await server.call("POST", "sys/auth/approle", { body: { type: "approle" } });
  await server.call("POST", "auth/approle/role/app", { body: { token_policies: "default" } });
  const role = String((await server.call("GET", "auth/approle/role/app/role-id")).data["role_id"]);
  for (let index = 0; index < LOGINS; index += 1) {
    const made = await server.call("POST", "auth/approle/role/app/secret-id");
    const secret = String(made.data["secret_id"]);
    secretIds.push(secret);
    const login = { role_id: role, secret_id: secret };
    held.push(authOf((await server.call("POST", "auth/approle/login", { token: null, body: login })).body));
  }
  for (const body of [{}, { type: "batch", policies: ["default"] }, { ttl: "1h", policies: ["default"] }]) {
    held.push(authOf((await server.call("POST", "auth/token/create", { body })).body));
  }
  const wrapped = await server.call("POST", "sys/wrapping/wrap", {
    headers: { "x-vault-wrap-ttl": "1h" },
    body: { a: "b" },
  });
  const wrap = wrapped.body["wrap_info"] as { token: string; accessor: string };
  held.push({ token: wrap.token, accessor: wrap.accessor });
  await server.call("POST", "cubbyhole/mine", { token: held[0]?.token ?? "", body: { a: "b" } });
}, patience);
afterAll(() => server.dynamo.close());

/** Every byte of the table as text, and once more with binary values as hex. */
const dump = async (): Promise<string> => {
  const texts: string[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const command = new ScanCommand({ TableName: "zeroth-test", ...(from ? { ExclusiveStartKey: from } : {}) });
    const page = await server.dynamodb.send(command);
    for (const item of page.Items ?? []) {
      for (const [name, value] of Object.entries(item)) {
        texts.push(name, value.S ?? value.N ?? "");
        if (value.B) texts.push(Buffer.from(value.B).toString("latin1"), Buffer.from(value.B).toString("hex"));
      }
    }
    from = page.LastEvaluatedKey;
  } while (from);
  return texts.join("\n");
};

/** Forms in which somebody would look for a text, digests that need no key among them. */
const formsOf = (text: string): readonly string[] => {
  const bytes = Buffer.from(text);
  const body = text.replace(/^hv[a-z]\./, "");
  return [
    text,
    body,
    body.slice(0, 12),
    body.slice(-12),
    bytes.toString("hex"),
    Buffer.from(body).toString("hex"),
    ...[0, 1, 2].map((skip) =>
      Buffer.from(body)
        .subarray(skip, skip + 15)
        .toString("base64"),
    ),
    encodeURIComponent(text),
    ...["md5", "sha1", "sha256", "sha512"].flatMap((name) =>
      [text, body].flatMap((one) => {
        const digest = createHash(name).update(one).digest();
        return [
          digest.toString("hex"),
          digest.toString("base64"),
          digest.toString("base64url"),
          digest.toString("latin1"),
        ];
      }),
    ),
  ];
};

describe("C20: a dump of the table", () => {
  it(
    "holds no token, accessor or secret id in any form, and no digest of one that anybody could make",
    async () => {
      const table = await dump();
      expect(table.length).toBeGreaterThan(10_000);
      const secrets = [...held.flatMap(({ token, accessor }) => [token, accessor]), ...secretIds];
      const found = secrets.flatMap((secret) =>
        formsOf(secret).filter((form) => form.length >= 10 && table.includes(form)),
      );
      expect(found).toEqual([]);
    },
    patience,
  );

  it("is searched well: what is in it in the clear is found", async () => {
    expect(await dump()).toContain("token#");
  });

  it("is keyed by whole tokens: the beginning of one finds nothing", async () => {
    const token = held[0]?.token ?? "";
    for (const part of [token.slice(0, -1), token.slice(0, 20), `${token}x`, token.toUpperCase(), "hvs.", "hvs.*"]) {
      const answer = await server.call("GET", "auth/token/lookup-self", { token: part });
      expect([part === token, answer.status]).toEqual([false, 403]);
    }
  });
});

describe("C21: an accessor", () => {
  it("opens nothing as a token, in any header or field that takes one", async () => {
    for (const { accessor } of held.slice(-5).filter((one) => one.accessor !== "")) {
      const answers = [
        await server.call("GET", "auth/token/lookup-self", { token: accessor }),
        await server.call("GET", "auth/token/lookup-self", { token: `hvs.${accessor}` }),
        await server.call("GET", "auth/token/lookup-self", {
          token: null,
          headers: { authorization: `Bearer ${accessor}` },
        }),
        await server.call("POST", "auth/token/lookup", { body: { token: accessor } }),
        await server.call("POST", "auth/token/renew", { body: { token: accessor } }),
        await server.call("POST", "sys/wrapping/unwrap", { token: accessor }),
        await server.call("POST", "sys/wrapping/unwrap", { body: { token: accessor } }),
      ];
      for (const { status, data } of answers) {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(data).toEqual({});
      }
    }
  });

  it("is not made of its token: one id chosen twice has two accessors", async () => {
    const id = "c21-chosen-twice";
    const body = { id, policies: ["default"] };
    const one = authOf((await server.call("POST", "auth/token/create", { body })).body);
    await server.call("POST", "auth/token/revoke", { body: { token: id } });
    const two = authOf((await server.call("POST", "auth/token/create", { body })).body);

    expect([one.token, two.token]).toEqual([id, id]);
    expect(one.accessor).not.toBe(two.accessor);
  });

  it("shares nothing with the token, and tells none: accessor answers hold no token id", async () => {
    for (const { token, accessor } of held.filter((one) => one.accessor !== "")) {
      for (let at = 0; at + 8 <= accessor.length; at += 1) {
        expect(token.includes(accessor.slice(at, at + 8))).toBe(false);
      }
    }
    const { token, accessor } = held[0] ?? { token: "", accessor: "" };
    const looked = await server.call("POST", "auth/token/lookup-accessor", { body: { accessor } });
    expect([looked.status, looked.data["id"], looked.text.includes(token)]).toEqual([200, "", false]);
  });
});

describe("C19: token ids", () => {
  it("hold at least 160 bits after the prefix, those of root tokens Vault's 142, and begin like no other", () => {
    const bodies = held.map(({ token }) => token).filter((token) => token.startsWith("hvs."));
    expect(bodies.length).toBeGreaterThan(20);
    for (const body of bodies.map((token) => token.slice(4))) {
      const root = body.length === 24;
      expect(body).toMatch(root ? /^[0-9A-Za-z]+$/ : /^[0-9A-Za-z_-]+$/);
      expect(body.length * Math.log2(root ? 62 : 64)).toBeGreaterThanOrEqual(root ? 142 : 160);
    }
    expect(bodies.filter((token) => token.length === 28)).toHaveLength(1);
    expect(new Set(bodies.map((token) => token.slice(4, 12))).size).toBe(bodies.length);
  });
});
