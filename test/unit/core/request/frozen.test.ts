import { afterEach, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** F37: an environment is frozen in the middle of a request and thawed ten minutes later, when others went on. */

let server: TestServer;
afterEach(() => server.dynamo.close());

/** Holds the next write of the table back until it is let go; everything else goes on. */
const frozenAt = (operation: RegExp) => {
  let freeze = false;
  let thaw: () => void = () => undefined;
  let reached: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    reached = resolve;
  });
  server.table.before = async (call) => {
    if (!freeze || !operation.test(call.operation)) return;
    freeze = false;
    reached();
    await new Promise<void>((resolve) => {
      thaw = resolve;
    });
  };
  return {
    /** Starts a request that stops before its next write. */
    start: async <T>(act: () => Promise<T>): Promise<{ readonly answer: Promise<T> }> => {
      freeze = true;
      const answer = act();
      await arrived;
      return { answer };
    },
    thaw: () => thaw(),
  };
};

const WRITES = /^(?:PutItem|UpdateItem|DeleteItem|TransactWriteItems)$/;
const TEN_MINUTES = 600_000;

describe("F37: a request that was frozen before its write", () => {
  it("writes no secret over what was written meanwhile", async () => {
    server = await makeServer();
    await server.call("POST", "sys/mounts/kv", { body: { type: "kv", options: { version: "2" } } });
    await server.call("POST", "kv/data/a", { body: { data: { by: "first" } } });
    const ice = frozenAt(WRITES);
    const body = { data: { by: "frozen" }, options: { cas: 1 } };
    const { answer } = await ice.start(() => server.call("POST", "kv/data/a", { body }));
    await server.call("POST", "kv/data/a", { body: { data: { by: "other" }, options: { cas: 1 } } });
    server.clock.advance(TEN_MINUTES);
    ice.thaw();

    expect((await answer).status).toBe(400);
    expect((await server.call("GET", "kv/data/a")).data["data"]).toEqual({ by: "other" });
  });

  it("brings back no token that was revoked meanwhile", async () => {
    server = await makeServer();
    const made = await server.call("POST", "auth/token/create", { body: { policies: ["default"], ttl: "1h" } });
    const { client_token: token } = made.body["auth"] as { client_token: string };
    const ice = frozenAt(WRITES);
    const { answer } = await ice.start(() => server.call("POST", "auth/token/renew-self", { token }));
    expect((await server.call("POST", "auth/token/revoke", { body: { token } })).status).toBe(204);
    server.clock.advance(TEN_MINUTES);
    ice.thaw();
    await answer;

    expect((await server.call("GET", "auth/token/lookup-self", { token })).status).toBe(403);
    expect((await server.call("POST", "auth/token/renew-self", { token })).status).toBe(403);
  });

  it("opens no wrapped answer that somebody opened meanwhile", async () => {
    server = await makeServer();
    const headers = { "x-vault-wrap-ttl": "1h" };
    const wrapped = await server.call("POST", "sys/wrapping/wrap", { headers, body: { a: "b" } });
    const { token } = wrapped.body["wrap_info"] as { token: string };
    const ice = frozenAt(WRITES);
    const { answer } = await ice.start(() => server.call("POST", "sys/wrapping/unwrap", { token }));
    const other = await server.call("POST", "sys/wrapping/unwrap", { token });
    server.clock.advance(TEN_MINUTES);
    ice.thaw();

    expect([other.status, (await answer).status].sort()).toEqual([200, 400]);
  });

  it("undoes no change of a policy or a role that was made meanwhile without its knowing", async () => {
    server = await makeServer();
    await server.call("POST", "sys/auth/approle", { body: { type: "approle" } });
    await server.call("POST", "auth/approle/role/app", { body: { token_ttl: "10m" } });
    const ice = frozenAt(WRITES);
    const { answer } = await ice.start(() =>
      server.call("POST", "auth/approle/role/app", { body: { token_max_ttl: "1h" } }),
    );
    await server.call("POST", "auth/approle/role/app", { body: { token_ttl: "5m" } });
    server.clock.advance(TEN_MINUTES);
    ice.thaw();
    const { status } = await answer;
    const { data } = await server.call("GET", "auth/approle/role/app");

    expect(data["token_ttl"]).toBe(300);
    expect([status, data["token_max_ttl"]]).toEqual(status < 300 ? [status, 3600] : [status, 0]);
  });
});
