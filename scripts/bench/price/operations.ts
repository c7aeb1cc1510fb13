import { makeServer } from "../../../test/support/make-server.ts";
import { type Consumed, consumptionOf } from "./consumption.ts";

/** What single operations consume in a warm environment, by a token with an entity. */

export interface Counted extends Consumed {
  /** Of audit lines, with the end of each line. */
  readonly bytes: number;
  readonly lines: number;
  readonly unwraps: number;
}

export interface Operations {
  readonly names: readonly string[];
  count(name: string): Promise<Counted>;
  /** Data keys that a new environment unwraps for its first KV read. */
  readonly keys: number;
  close(): Promise<void>;
}

export const createOperations = async (): Promise<Operations> => {
  const server = await makeServer();
  await server.call("POST", "sys/mounts/secret", { body: { type: "kv", options: { version: "2" } } });
  await server.call("POST", "sys/auth/userpass", { body: { type: "userpass" } });
  await server.call("POST", "sys/policies/acl/app", {
    body: { policy: 'path "*" { capabilities = ["create", "read", "update"] }' },
  });
  await server.call("POST", "auth/userpass/users/ada", { body: { password: "correct-horse", policies: "app" } });
  await server.call("POST", "secret/data/app", { body: { data: { value: "x".repeat(600) } } });
  const login = () =>
    server.call("POST", "auth/userpass/login/ada", { body: { password: "correct-horse" }, token: null });
  const { body } = await login();
  const token = String((body["auth"] as { client_token?: unknown }).client_token);

  const operations: Readonly<Record<string, () => Promise<unknown>>> = {
    "KV read": () => server.call("GET", "secret/data/app", { token }),
    "KV write, 600 B": () =>
      server.call("POST", "secret/data/app", { token, body: { data: { value: "y".repeat(600) } } }),
    "userpass login": login,
    "token create": () => server.call("POST", "auth/token/create", { token, body: { ttl: "1h" } }),
    "token lookup-self": () => server.call("GET", "auth/token/lookup-self", { token }),
    "wrapped KV read": () => server.call("GET", "secret/data/app", { token, headers: { "x-vault-wrap-ttl": "60" } }),
  };

  const once = async (operation: () => Promise<unknown>): Promise<Counted> => {
    const [calls, lines, unwraps] = [server.table.calls.length, server.auditLines.length, server.kms.calls.length];
    await operation();
    const printed = server.auditLines.slice(lines);
    return {
      ...consumptionOf(server.table.calls.slice(calls)),
      bytes: printed.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0),
      lines: printed.length,
      unwraps: server.kms.calls.length - unwraps,
    };
  };

  /** Twice: the first warms caches as a busy environment has them, the second counts. */
  const count: Operations["count"] = async (name) => {
    const operation = operations[name];
    if (!operation) throw new Error(`no operation ${name}`);
    await once(operation);
    return once(operation);
  };

  server.store.drop();
  const { unwraps: keys } = await once(() => server.call("GET", "secret/data/app", { token }));
  return { names: Object.keys(operations), count, keys, close: () => server.dynamo.close() };
};
