import { awsOperations } from "./aws-operations.ts";
import { leaseOperations } from "./everyday/leases.ts";
import { loginOperations } from "./everyday/logins.ts";
import { secretOperations } from "./everyday/secrets.ts";
import { tokenOperations as everydayTokens } from "./everyday/tokens.ts";
import { keyOperations } from "./key-operations.ts";
import type { Operation } from "./operation.ts";
import { type Asked, type Calls, createWorld, tally, textAt, type World } from "./world.ts";

/** The operations of the benchmark, and the world they run in. */

const POLICY = `
path "plain/*" { capabilities = ["create", "read", "update", "delete"] }
path "database/*" { capabilities = ["read"] }
path "sys/leases/*" { capabilities = ["update"] }
path "auth/token/lookup-accessor" { capabilities = ["update"] }
path "auth/approle/role/app/secret-id" { capabilities = ["update"] }
path "secret/*" { capabilities = ["create", "read", "update", "patch", "delete", "list"] }
path "auth/token/create" { capabilities = ["create", "update"] }
path "sys/wrapping/*" { capabilities = ["create", "update"] }
path "transit/*" { capabilities = ["create", "update"] }
path "pki/*" { capabilities = ["update"] }
path "totp/code/*" { capabilities = ["read", "update"] }`;

/** A secret of about one kilobyte. */
export const SECRET = { data: { password: "p".repeat(950) } };

const has = (world: World, type: string): boolean => world.rows.some((row) => row.kind === "auth" && row.type === type);

/** Mounts, a policy, secrets, and a token as a login gives one: without a parent. */
const furnish = async (world: World): Promise<string> => {
  await world.mount("secret", "kv", "secret/", { version: "2" });
  await world.call("POST", "sys/policies/acl/app", { body: { policy: POLICY } });
  for (const name of ["app", "app/one", "app/two"]) await world.call("POST", `secret/data/${name}`, { body: SECRET });
  await world.call("POST", "secret/data/app", { body: SECRET });
  const made = await world.call("POST", "auth/token/create-orphan", { body: { policies: ["app"], ttl: "1h" } });
  return textAt(made, "auth", "client_token");
};

const kvOperations = (world: World, token: string): readonly Operation[] => {
  const plain = (name: string, dynamodb: number, method: string, path: string, asked: Asked = {}): Operation => ({
    name,
    budget: { dynamodb },
    run: () => world.call(method, path, { token, ...asked }),
  });
  return [
    plain("KV read, latest", 1, "GET", "secret/data/app"),
    plain("KV read, an older version", 1, "GET", "secret/data/app?version=1"),
    {
      name: "KV write, new",
      budget: { dynamodb: 2 },
      run: (_, round) => world.call("POST", `secret/data/new-${round}`, { token, body: SECRET }),
    },
    plain("KV write, next version", 2, "POST", "secret/data/app", { body: SECRET }),
    plain("KV list", 2, "LIST", "secret/metadata/app/"),
  ];
};

const tokenOperations = (world: World, token: string): readonly Operation[] => {
  const wrapped = async () => {
    const headers = { "x-vault-wrap-ttl": "60" };
    return textAt(await world.call("POST", "sys/wrapping/wrap", { body: { a: "1" }, headers }), "wrap_info", "token");
  };
  return [
    {
      name: "token look-up",
      budget: { dynamodb: 1 },
      run: () => world.call("GET", "auth/token/lookup-self", { token }),
    },
    {
      name: "capabilities-self",
      budget: { dynamodb: 1 },
      run: () => world.call("POST", "sys/capabilities-self", { token, body: { paths: ["secret/data/app"] } }),
    },
    {
      name: "token create",
      budget: { dynamodb: 2 },
      run: () => world.call("POST", "auth/token/create", { token, body: { ttl: "10m" } }),
    },
    { name: "wrap", budget: { dynamodb: 2 }, run: wrapped },
    {
      name: "unwrap",
      budget: { dynamodb: 2 },
      prepare: wrapped,
      run: (wrapping) => world.call("POST", "sys/wrapping/unwrap", { token: wrapping }),
    },
  ];
};

const userpassOperations = async (world: World): Promise<readonly Operation[]> => {
  await world.mount("auth", "userpass", "auth/userpass/");
  const body = { password: "a long enough password" };
  await world.call("POST", "auth/userpass/users/alice", { body: { ...body, token_policies: ["app"] } });
  return [
    {
      name: "userpass login",
      budget: { dynamodb: 2 },
      run: () => world.call("POST", "auth/userpass/login/alice", { token: "", body }),
    },
  ];
};

const appRoleOperations = async (world: World): Promise<readonly Operation[]> => {
  await world.mount("auth", "approle", "auth/approle/");
  await world.call("POST", "auth/approle/role/app", { body: { token_policies: ["app"], secret_id_num_uses: 1 } });
  const roleId = textAt(await world.call("GET", "auth/approle/role/app/role-id"), "data", "role_id");
  return [
    {
      name: "AppRole login, single-use secret id",
      budget: { dynamodb: 2 },
      prepare: async () =>
        textAt(await world.call("POST", "auth/approle/role/app/secret-id", { body: {} }), "data", "secret_id"),
      run: (secretId) =>
        world.call("POST", "auth/approle/login", { token: "", body: { role_id: roleId, secret_id: secretId } }),
    },
  ];
};

export interface Bench {
  readonly world: World;
  /** A token with the policy every operation needs. */
  readonly token: string;
  readonly operations: readonly Operation[];
}

/** A world with everything the operations need. Operations of methods that are not built in are left out. */
export const createBench = async (): Promise<Bench> => {
  const world = await createWorld();
  const token = await furnish(world);
  const operations = [
    ...kvOperations(world, token),
    ...tokenOperations(world, token),
    ...(has(world, "userpass") ? await userpassOperations(world) : []),
    ...(has(world, "approle") ? await appRoleOperations(world) : []),
    ...(await keyOperations(world, token)),
    ...(has(world, "aws") ? await awsOperations(world) : []),
    ...(await secretOperations(world, token)),
    ...(await everydayTokens(world, token)),
    ...(has(world, "userpass") && has(world, "approle") && has(world, "jwt")
      ? await loginOperations(world, token)
      : []),
    ...(await leaseOperations(world, token)),
  ];
  return { world, token, operations };
};

export interface Counted {
  readonly calls: Calls;
  /** `dynamodb BatchGetItem`, … in their order. */
  readonly made: readonly string[];
}

/** Runs before the one that is counted. */
const WARM_UP = 2;

/** The calls of one warm run. */
export const countCalls = async ({ world }: Bench, operation: Operation): Promise<Counted> => {
  for (let round = 0; round < WARM_UP; round++) {
    await operation.run((await operation.prepare?.(round)) ?? "", round);
  }
  const prepared = (await operation.prepare?.(WARM_UP)) ?? "";
  const calls = await world.callsOf(() => operation.run(prepared, WARM_UP));
  return { calls: tally(calls), made: calls.map(({ service, operation: name }) => `${service} ${name}`.trim()) };
};
