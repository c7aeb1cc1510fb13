import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import fc from "fast-check";
import { createKiller, type Killer } from "../../../support/crash.ts";
import { type Answered, anotherEnvironment, makeServer, type TestServer } from "../../../support/make-server.ts";
import { runs } from "../../../support/runs.ts";

/**
 * A use of a secret id and the token it gives are one transaction: whatever races, dies or refuses, there are as many
 * tokens as uses that are gone, and a change of the role or the secret id holds for the next login in every process.
 */

let server: TestServer;
let killer: Killer;
let count = 0;
beforeAll(async () => {
  killer = createKiller();
  server = await makeServer({ crash: killer.crash });
  await server.call("POST", "sys/auth/approle", { body: { type: "approle" } });
});
afterEach(() => server.call("DELETE", "identity/mfa/login-enforcement/codes"));
afterAll(() => server.dynamo.close());

interface Role {
  readonly name: string;
  /** Makes a secret id of so many uses. */
  issue(uses: number): Promise<string>;
  login(secret: string): Promise<Answered>;
  /** Uses left; 0: the secret id is gone. */
  left(secret: string): Promise<number>;
}

const makeRole = async (fields: object = {}): Promise<Role> => {
  count += 1;
  const name = `app-${count}`;
  const at = `auth/approle/role/${name}`;
  await server.call("POST", at, { body: { role_id: name, ...fields } });
  return {
    name,
    issue: async (num_uses) =>
      String((await server.call("POST", `${at}/secret-id`, { body: { num_uses } })).data["secret_id"]),
    login: (secret_id) =>
      server.call("POST", "auth/approle/login", { token: null, body: { role_id: name, secret_id } }),
    left: async (secret_id) =>
      Number(
        (await server.call("POST", `${at}/secret-id/lookup`, { body: { secret_id } })).data["secret_id_num_uses"] ?? 0,
      ),
  };
};

const tokens = async (): Promise<number> => (await server.core.tokens.accessors()).length;
const errorsOf = ({ status, body }: Answered): readonly unknown[] => [status, body["errors"]];
const WRONG = [400, ["invalid role or secret ID"]];

describe("a use of a secret id", () => {
  it.each([
    ["before", 1, 0],
    ["after", 0, 1],
  ] as const)("is spent exactly if the token was made: the process dies %s that", async (when, left, made) => {
    const role = await makeRole();
    const secret = await role.issue(1);
    const existing = await tokens();
    killer.kill("login.token", when);
    expect((await role.login(secret)).status).toBe(500);
    expect([await role.left(secret), (await tokens()) - existing]).toEqual([left, made]);
    expect((await role.login(secret)).status).toBe(left === 1 ? 200 : 400);
    expect((await tokens()) - existing).toBe(1);
  });

  it("gives one token each, however many log in at once in two processes", async () => {
    const other = anotherEnvironment(server);
    const elsewhere = async (role_id: string, secret_id: string) =>
      other.handle({
        method: "POST",
        path: "/v1/auth/approle/login",
        query: "",
        headers: {},
        body: Buffer.from(JSON.stringify({ role_id, secret_id })),
        sourceAddress: "127.0.0.1",
      });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        async (uses, pairs, isBatch) => {
          const role = await makeRole({ token_type: isBatch ? "batch" : "service" });
          const secret = await role.issue(uses);
          const existing = await tokens();
          const answers = await Promise.all(
            Array.from({ length: pairs }, () => [role.login(secret), elsewhere(role.name, secret)]).flat(),
          );
          const good = answers.filter(({ status }) => status === 200).length;
          expect(good).toBe(Math.min(uses, pairs * 2));
          expect(await role.left(secret)).toBe(uses - good);
          expect((await tokens()) - existing).toBe(isBatch ? 0 : good);
        },
      ),
      { numRuns: runs(6, 200) },
    );
  });

  it.each([
    ["before", 1],
    ["after", 0],
  ] as const)("is spent before codes that are shown: the process dies %s that", async (when, left) => {
    const role = await makeRole();
    const secret = await role.issue(2);
    const existing = await tokens();
    killer.kill("login.pay", when);
    const show = () =>
      server.call("POST", "auth/approle/login", {
        token: null,
        body: { role_id: role.name, secret_id: secret },
        headers: { "x-vault-mfa": "any:000000" },
      });
    expect((await show()).status).toBe(500);
    expect([await role.left(secret), await tokens()]).toEqual([left + 1, existing]);
    expect((await show()).status).toBe(200);
    expect([await role.left(secret), (await tokens()) - existing]).toEqual([left, 1]);
  });

  it("is left where a batch token could not be sealed", async () => {
    const role = await makeRole({ token_type: "batch" });
    const secret = await role.issue(1);
    const sealing = jest.spyOn(server.core.store, "sealText").mockRejectedValueOnce(new Error("no key"));
    expect((await role.login(secret)).status).toBe(500);
    sealing.mockRestore();
    expect(await role.left(secret)).toBe(1);
    expect((await role.login(secret)).status).toBe(200);
  });

  it("is left where the name was locked out before the token was made", async () => {
    await server.call("POST", "sys/auth/approle/tune", { body: { user_lockout_config: { lockout_threshold: "1" } } });
    const role = await makeRole();
    const secret = await role.issue(1);
    server.table.before = once(/TransactWrite/, async () => {
      await role.login("wrong");
    });
    expect(errorsOf(await role.login(secret))).toEqual([403, ["permission denied"]]);
    expect(await role.left(secret)).toBe(1);
    await server.call("POST", "sys/auth/approle/tune", { body: { user_lockout_config: { lockout_threshold: "5" } } });
  });

  it("is left where a lease-count rule has no room for the token", async () => {
    const role = await makeRole();
    const secret = await role.issue(1);
    const rule = { body: { path: "auth/approle/", role: role.name, max_leases: 1 } };
    expect((await server.call("POST", "sys/quotas/lease-count/few", rule)).status).toBe(204);
    expect((await role.login(await role.issue(0))).status).toBe(200);
    expect((await role.login(secret)).status).toBe(429);
    expect(await role.left(secret)).toBe(1);
    await server.call("DELETE", "sys/quotas/lease-count/few");
    expect((await role.login(secret)).status).toBe(200);
  });

  it("is spent by a login whose codes are wrong, and by one that waits for them", async () => {
    const role = await makeRole();
    const secret = await role.issue(3);
    await role.login(secret);
    const method = await server.call("POST", "identity/mfa/method/totp", { body: { issuer: "Zeroth", qr_size: 0 } });
    const id = String(method.data["method_id"]);
    const body = { mfa_method_ids: [id], auth_method_types: ["approle"] };
    expect((await server.call("POST", "identity/mfa/login-enforcement/codes", { body })).status).toBe(204);
    const shown = await server.call("POST", "auth/approle/login", {
      token: null,
      body: { role_id: role.name, secret_id: secret },
      headers: { "x-vault-mfa": `${id}:000000` },
    });
    expect([shown.status, await role.left(secret)]).toEqual([403, 1]);
    const waits = await role.login(secret);
    expect(waits.status).toBe(200);
    expect(await role.left(secret)).toBe(0);
  });

  it("is spent by a login that its role's policies refuse", async () => {
    const role = await makeRole({ token_policies: ["response-wrapping"] });
    const secret = await role.issue(2);
    expect((await role.login(secret)).status).toBe(400);
    expect(await role.left(secret)).toBe(1);
  });
});

/** Something that happens once, right before the first call that matches. */
function once(call: RegExp, work: () => Promise<void>) {
  let done = false;
  return async (made: { readonly operation: string }): Promise<void> => {
    if (done || !call.test(made.operation)) return;
    done = true;
    await work();
  };
}

describe("what a process remembers of a role id", () => {
  it("saves reads: a login makes one, and one write", async () => {
    const role = await makeRole();
    // The first makes the entity, the second learns who it is.
    for (let time = 0; time < 2; time += 1) await role.login(await role.issue(1));
    const secret = await role.issue(1);
    const before = server.table.calls.length;
    expect((await role.login(secret)).status).toBe(200);
    const made = server.table.calls.slice(before).map(({ operation }) => operation);
    expect(made).toEqual(["BatchGetItem", "TransactWriteItems"]);
  });

  it.each([
    ["the role is gone", (role: Role) => server.call("DELETE", `auth/approle/role/${role.name}`)],
    [
      "the role was made again under its name and role id",
      async (role: Role) => {
        await server.call("DELETE", `auth/approle/role/${role.name}`);
        await server.call("POST", `auth/approle/role/${role.name}`, { body: { role_id: role.name } });
      },
    ],
    [
      "the role id belongs to another role",
      async (role: Role) => {
        await server.call("POST", `auth/approle/role/${role.name}/role-id`, { body: { role_id: `${role.name}-old` } });
        await server.call("POST", `auth/approle/role/${role.name}-b`, { body: { role_id: role.name } });
      },
    ],
    [
      "the secret id is destroyed",
      (role: Role, secret: string) =>
        server.call("POST", `auth/approle/role/${role.name}/secret-id/destroy`, { body: { secret_id: secret } }),
    ],
  ])("decides nothing: the next login is refused when %s", async (_, change) => {
    const role = await makeRole();
    const secret = await role.issue(0);
    expect((await role.login(secret)).status).toBe(200);
    await change(role, secret);
    expect(errorsOf(await role.login(secret))).toEqual(WRONG);
  });

  it("follows a role id that another role has now", async () => {
    const [one, two] = [await makeRole(), await makeRole()];
    const secret = await two.issue(0);
    await one.login(await one.issue(0));
    await server.call("POST", `auth/approle/role/${one.name}/role-id`, { body: { role_id: `${one.name}-old` } });
    await server.call("POST", `auth/approle/role/${two.name}/role-id`, { body: { role_id: one.name } });
    const { status, body } = await one.login(secret);
    expect(status).toBe(200);
    expect(body["auth"]).toMatchObject({ metadata: { role_name: two.name } });
  });
});
