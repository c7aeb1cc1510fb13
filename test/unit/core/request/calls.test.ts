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
