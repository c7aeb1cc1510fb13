import { DeleteItemCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { namedDomains, permissionsFor } from "../../lib/permissions.ts";
import { HOMES } from "../../src/catalog.ts";
import type { FunctionName } from "../../src/contract/functions.ts";
import { homeOfPath } from "../../src/contract/routes.ts";
import type { Server } from "../../src/server.ts";
import { newestKeysKey } from "../../src/storage/keys.ts";
import { type Figure, figure } from "./figures.ts";
import { SECRET } from "./operations.ts";
import { createRounds, type Round, type Rounds } from "./rounds.ts";
import { type Asked, ask, createWorld, textAt, type World } from "./world.ts";

/**
 * The first request of a new environment: a process that remembers nothing, with the backends and the domains of its
 * function, over a table in use. The caller is an entity with policies of its own, which is what takes longest to find
 * out about.
 */

interface FirstRequest {
  readonly name: string;
  /** `rounds`: before its first write. `kms`: of the calls, those that unwrap a key. */
  readonly budget: { readonly rounds: number; readonly calls: number; readonly kms: number };
  readonly function: FunctionName;
  readonly run: (server: Server) => Promise<unknown>;
}

export interface FirstRequests {
  readonly world: World;
  readonly rounds: Rounds;
  readonly requests: readonly FirstRequest[];
  /** The token that the requests present. */
  readonly token: string;
  /** An environment of a function that has served nothing. */
  environment(name: FunctionName): Server;
  /** Makes the table one of a release that kept no newest keys together. */
  forgetNewestKeys(): Promise<void>;
  /** The rounds of one request, made by such an environment. */
  roundsOf(request: FirstRequest): Promise<readonly Round[]>;
}

const WRITES = /^(?:Put|Update|Delete|TransactWrite|BatchWrite)/;

/** Rounds before the first that writes: what a request does then waits for what it read, whoever makes it. */
export const beforeWrites = (rounds: readonly Round[]): readonly Round[] => {
  const first = rounds.findIndex((round) => round.some((call) => WRITES.test(call)));
  return first < 0 ? rounds : rounds.slice(0, first);
};

export const isUnwrapping = (call: string): boolean => call.startsWith("Decrypt");

const PASSWORD = "a long enough password";

const policy = (path: string): string => `path "${path}" { capabilities = ["create", "read", "update"] }`;

const furnish = async (world: World) => {
  await world.mount("secret", "kv", "secret/", { version: "2" });
  await world.mount("auth", "approle", "auth/approle/");
  await world.call("POST", "sys/policies/acl/token", { body: { policy: policy("auth/token/*") } });
  await world.call("POST", "sys/policies/acl/entity", { body: { policy: policy("secret/*") } });
  await world.call("POST", "secret/data/app", { body: SECRET });
  await world.call("POST", "auth/approle/role/app", { body: { token_policies: ["token"] } });
  const role = textAt(await world.call("GET", "auth/approle/role/app/role-id"), "data", "role_id");
  const secret = textAt(await world.call("POST", "auth/approle/role/app/secret-id", { body: {} }), "data", "secret_id");
  const login = { role_id: role, secret_id: secret };
  const open = { bind_secret_id: false, token_bound_cidrs: "127.0.0.0/8", role_id: "open" };
  await world.call("POST", "auth/approle/role/open", { body: open });
  await world.mount("auth", "userpass", "auth/userpass/");
  await world.call("POST", "auth/userpass/users/alice", { body: { password: PASSWORD } });
  const made = await world.call("POST", "auth/approle/login", { token: "", body: login });
  const entity = textAt(made, "auth", "entity_id");
  await world.call("POST", `identity/entity/id/${entity}`, { body: { policies: ["entity"] } });
  const again = await world.call("POST", "auth/approle/role/app/secret-id", { body: { num_uses: 1000 } });
  return { token: textAt(made, "auth", "client_token"), login, counted: textAt(again, "data", "secret_id") };
};

export const createFirstRequests = async (): Promise<FirstRequests> => {
  const rounds = createRounds();
  const world = await createWorld(rounds.watch);
  const { token, login, counted } = await furnish(world);
  const rights = permissionsFor(HOMES);

  const environment = (name: FunctionName): Server =>
    world.another({
      hosted: (row, path) => (homeOfPath(path) ?? row.home) === name,
      domainsAllowed: namedDomains(rights[name]),
    });

  const request = (
    at: Pick<FirstRequest, "name" | "function" | "budget">,
    method: string,
    path: string,
    asked: Asked = {},
  ): FirstRequest => ({ ...at, run: (server) => ask(server, method, path, { token, ...asked }) });

  return {
    world,
    rounds,
    token,
    environment,
    requests: [
      request({ name: "KV read", function: "kv", budget: { rounds: 4, calls: 15, kms: 8 } }, "GET", "secret/data/app"),
      request(
        { name: "KV write", function: "kv", budget: { rounds: 4, calls: 16, kms: 8 } },
        "POST",
        "secret/data/app",
        { body: SECRET },
      ),
      request(
        { name: "token look-up", function: "login", budget: { rounds: 4, calls: 13, kms: 7 } },
        "GET",
        "auth/token/lookup-self",
      ),
      request(
        { name: "AppRole login", function: "login", budget: { rounds: 4, calls: 18, kms: 11 } },
        "POST",
        "auth/approle/login",
        { token: "", body: login },
      ),
      request(
        { name: "AppRole login, secret id with uses", function: "login", budget: { rounds: 4, calls: 18, kms: 11 } },
        "POST",
        "auth/approle/login",
        { token: "", body: { ...login, secret_id: counted } },
      ),
      request(
        { name: "AppRole login without a secret id", function: "login", budget: { rounds: 4, calls: 18, kms: 11 } },
        "POST",
        "auth/approle/login",
        { token: "", body: { role_id: "open" } },
      ),
      request(
        { name: "userpass login", function: "login", budget: { rounds: 4, calls: 18, kms: 11 } },
        "POST",
        "auth/userpass/login/alice",
        { token: "", body: { password: PASSWORD } },
      ),
    ],
    forgetNewestKeys: async () => {
      const [credentials] = world.embedded.accounts;
      const { requestHandler } = world.embedded.dynamo;
      const stock = new DynamoDBClient({
        region: world.embedded.region,
        requestHandler,
        ...(credentials && { credentials }),
      });
      const { Items = [] } = await stock.send(new ScanCommand({ TableName: world.tableName }));
      for (const { pk, sk } of Items)
        if (pk && sk?.S === newestKeysKey("").sk)
          await stock.send(new DeleteItemCommand({ TableName: world.tableName, Key: { pk, sk } }));
    },
    roundsOf: async ({ function: name, run }) => {
      // The code is loaded by then, as in an environment whose start is over.
      await run(environment(name));
      const server = environment(name);
      return rounds.of(() => run(server));
    },
  };
};

/** Rounds and calls of each; with `show`, which call belongs to which round. They are exact. */
export const measureFirstRequests = async (show: boolean): Promise<readonly Figure[]> => {
  const first = await createFirstRequests();
  const figures: Figure[] = [];
  for (const request of first.requests) {
    const { name, budget } = request;
    const rounds = await first.roundsOf(request);
    const calls = rounds.flat();
    const own = [
      figure(`first request: ${name}`, beforeWrites(rounds).length, "rounds", budget.rounds),
      figure(`first request: ${name}`, calls.length, "calls", budget.calls),
      figure(`first request: ${name}`, calls.filter(isUnwrapping).length, "KMS calls", budget.kms),
    ];
    figures.push(...own);
    if (!show && own.every(({ ok }) => ok)) continue;
    console.error(`first request: ${name}`);
    for (const [at, round] of rounds.entries()) console.error(`  ${at + 1}. ${round.join("; ")}`);
  }
  await first.world.close();
  return figures;
};
