import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Bench, countCalls, createBench } from "../../../../scripts/bench/operations.ts";

/** The same counts as `npm run bench` prints: they are exact, so they hold on every machine. */

let bench: Bench;
beforeAll(async () => {
  bench = await createBench();
});
afterAll(() => bench.world.close());

/** What an operation may call once warm; whatever is not named, KMS among it, not at all. */
const BUDGETS: readonly (readonly [operation: string, calls: Readonly<Record<string, number>>])[] = [
  ["KV read, latest", { dynamodb: 1 }],
  ["KV read, an older version", { dynamodb: 1 }],
  ["KV write, new", { dynamodb: 2 }],
  ["KV write, next version", { dynamodb: 2 }],
  ["KV list", { dynamodb: 2 }],
  ["token look-up", { dynamodb: 1 }],
  ["capabilities-self", { dynamodb: 1 }],
  ["token create", { dynamodb: 2 }],
  ["wrap", { dynamodb: 2 }],
  ["unwrap", { dynamodb: 2 }],
  ["userpass login", { dynamodb: 2 }],
  ["AppRole login, single-use secret id", { dynamodb: 2 }],
  ["transit encrypt", { dynamodb: 1 }],
  ["transit encrypt, batch of 1,000", { dynamodb: 1 }],
  ["transit decrypt", { dynamodb: 1 }],
  ["transit sign, P-256", { dynamodb: 1 }],
  ["pki issue, P-256", { dynamodb: 2 }],
  ["pki issue, not kept", { dynamodb: 1 }],
  ["pki sign, P-256", { dynamodb: 2 }],
  ["totp code", { dynamodb: 1 }],
  ["totp check", { dynamodb: 2 }],
  ["AWS login, IAM role", { dynamodb: 2, sts: 1 }],
  ["AWS login, hybrid node remembered", { dynamodb: 2, sts: 1 }],
  ["AWS login, hybrid node not remembered", { dynamodb: 2, sts: 1, ssm: 1 }],
  ["KV metadata read", { dynamodb: 1 }],
  ["KV patch", { dynamodb: 2 }],
  ["KV delete, latest", { dynamodb: 2 }],
  ["KV delete, by number", { dynamodb: 2 }],
  ["KV undelete", { dynamodb: 2 }],
  ["KV v1 read", { dynamodb: 1 }],
  ["KV v1 write, again", { dynamodb: 2 }],
  ["KV v1 write, new", { dynamodb: 2 }],
  ["cubbyhole read", { dynamodb: 1 }],
  ["cubbyhole write", { dynamodb: 3 }],
  ["token renew-self", { dynamodb: 2 }],
  ["token renew-self, of a role", { dynamodb: 3 }],
  ["KV read, a token with uses", { dynamodb: 2 }],
  ["token look-up by accessor", { dynamodb: 2 }],
  ["token revoke-self", { dynamodb: 6 }],
  ["wrapping look-up", { dynamodb: 1 }],
  ["wrapping look-up, in the body", { dynamodb: 1 }],
  ["unwrap, in the body", { dynamodb: 2 }],
  ["token renew-self, userpass login", { dynamodb: 3 }],
  ["token renew-self, jwt login", { dynamodb: 3 }],
  ["token renew-self, AppRole login", { dynamodb: 3 }],
  ["secret id", { dynamodb: 2 }],
  ["secret id, wrapped", { dynamodb: 3 }],
  ["userpass login with a code", { dynamodb: 5 }],
  ["userpass login that waits for a code", { dynamodb: 2 }],
  ["code of a login that waits", { dynamodb: 5 }],
  ["database credentials", { dynamodb: 6 }],
  ["lease renew, database", { dynamodb: 3 }],
  ["lease look-up", { dynamodb: 1 }],
  ["lease revoke, database", { dynamodb: 4 }],
];

describe("a warm operation makes no more calls than budgeted", () => {
  it.each(BUDGETS)("%s", async (name, budget) => {
    const operation = bench.operations.find((one) => one.name === name);
    if (!operation) throw new Error("there is no such operation");

    const { calls, made } = await countCalls(bench, operation);

    expect({ calls, made }).toEqual({ calls: budget, made });
  });

  it("is asked of every operation of the benchmark", () => {
    expect(bench.operations.map(({ name, budget }) => [name, budget])).toEqual(BUDGETS);
  });
});
