import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  beforeWrites,
  createFirstRequests,
  type FirstRequests,
  isUnwrapping,
} from "../../../../scripts/bench/first-request.ts";
import type { Round } from "../../../../scripts/bench/rounds.ts";
import { respond } from "../../../../scripts/bench/world.ts";

/** The same counts as `npm run bench` prints: they are exact, so they hold on every machine. */

let first: FirstRequests;
beforeAll(async () => {
  first = await createFirstRequests();
});
afterAll(() => first.world.close());

/** Rounds before the first write, and calls in all; `kms`: how many of them unwrap a key. */
const BUDGETS = [
  ["KV read", { rounds: 4, calls: 15, kms: 8 }],
  ["KV write", { rounds: 4, calls: 16, kms: 8 }],
  ["token look-up", { rounds: 4, calls: 13, kms: 7 }],
  ["AppRole login", { rounds: 4, calls: 18, kms: 11 }],
  ["AppRole login, secret id with uses", { rounds: 4, calls: 18, kms: 11 }],
  ["AppRole login without a secret id", { rounds: 4, calls: 18, kms: 11 }],
  ["userpass login", { rounds: 4, calls: 18, kms: 11 }],
] as const;

const roundsOf = async (name: string): Promise<readonly Round[]> => {
  const request = first.requests.find((one) => one.name === name);
  if (!request) throw new Error(`nobody asks for a ${name}`);
  return first.roundsOf(request);
};

/** The rounds of the first KV read in a world that is not needed any longer. */
const firstReadOf = async ({ requests: [read], roundsOf: count, world }: FirstRequests): Promise<readonly Round[]> => {
  const rounds = read ? await count(read) : [];
  await world.close();
  return rounds;
};

describe("the first request of an environment", () => {
  it.each(BUDGETS)("waits for no more than it must: %s", async (name, budget) => {
    const rounds = await roundsOf(name);
    const calls = rounds.flat();
    const kms = calls.filter(isUnwrapping).length;

    expect({ rounds: beforeWrites(rounds).length, calls: calls.length, kms, made: rounds }).toEqual({
      ...budget,
      made: rounds,
    });
  });

  it("is asked of every request of the benchmark", () => {
    expect(first.requests.map(({ name, budget }) => [name, budget])).toEqual(BUDGETS);
  });

  it("reads the epoch before the configuration and the policies that it labels", async () => {
    const rounds = await roundsOf("KV read");
    const roundWith = (call: RegExp): number => rounds.findIndex((round) => round.some((one) => call.test(one)));

    expect(roundWith(/epoch#/)).toBe(0);
    expect(roundWith(/Query config/)).toBeGreaterThan(0);
    expect(roundWith(/Query policy/)).toBeGreaterThan(0);
  });

  it.each([
    ["does not wait longer", 3, 4],
    ["waits a round longer where there are more than four", 4, 5],
  ])("%s for a login whose path does not name its method, but guesses among few mounts", async (_, more, waits) => {
    const other = await createFirstRequests();
    const { world } = other;
    for (let at = 2; at < more; at += 1) await world.mount("auth", "cert", `auth/more-${at}/`);
    await world.mount("auth", "approle", "auth/machines/");
    const role = { role_id: "app", bind_secret_id: false, token_bound_cidrs: "127.0.0.0/8" };
    await world.call("POST", "auth/machines/role/app", { body: role });
    const login = (server = other.environment("login")) =>
      respond(server, "POST", "auth/machines/login", { body: { role_id: "app" } });
    expect((await login()).status).toBe(200);
    const rounds = beforeWrites(await other.rounds.of(() => login()));
    await world.close();

    expect({ rounds: rounds.length, made: rounds }).toEqual({ rounds: waits, made: rounds });
  });

  it("asks for keys of its own domains alone", async () => {
    const calls = (await roundsOf("KV read")).flat();
    const read = calls.flatMap((call) => call.match(/key#[^, ]+/g) ?? []);

    expect(read.sort()).toEqual(
      ["audit", "config", "identity", "kv:", "lease", "policy", "token"].map((family) => `key#${family}`),
    );
  });

  it("does not wait longer where there are many mounts", async () => {
    const other = await createFirstRequests();
    for (let at = 0; at < 8; at += 1) await other.world.mount("secret", "kv", `more-${at}/`, { version: "2" });
    const rounds = await firstReadOf(other);

    expect({ rounds: rounds.length, calls: rounds.flat().length, made: rounds }).toEqual({
      rounds: 4,
      calls: 15,
      made: rounds,
    });
  });

  it("waits a round longer where a page does not hold all policies", async () => {
    const other = await createFirstRequests();
    for (let at = 0; at < 60; at += 1)
      await other.world.call("POST", `sys/policies/acl/more-${at}`, {
        body: { policy: 'path "a" { policy = "read" }' },
      });
    const rounds = await firstReadOf(other);

    expect({ rounds: rounds.length, made: rounds }).toEqual({ rounds: 5, made: rounds });
  });

  it("works on the table of a release that kept no keys together", async () => {
    const other = await createFirstRequests();
    await other.forgetNewestKeys();
    const rounds = await firstReadOf(other);

    expect({ rounds: rounds.length, calls: rounds.flat().length, made: rounds }).toEqual({
      rounds: 6,
      calls: 20,
      made: rounds,
    });
  });

  it("unwraps what it uses once more after 15 minutes, side by side", async () => {
    const server = first.environment("kv");
    const read = first.requests.find(({ name }) => name === "KV read");
    await read?.run(server);
    server.store.drop();

    const rounds = await first.rounds.of(async () => read?.run(server));

    const kms = rounds.flat().filter(isUnwrapping).length;
    expect({ rounds: rounds.length, kms, made: rounds }).toEqual({ rounds: 3, kms: 6, made: rounds });
  });

  it("is the only one that makes these calls", async () => {
    const server = first.environment("kv");
    const read = first.requests.find(({ name }) => name === "KV read");
    await read?.run(server);

    const second = await first.rounds.of(async () => read?.run(server));

    expect(second).toEqual([[expect.stringMatching(/^BatchGetItem epoch#\d+, token#.*, entity#.*, rec#/)]]);
  });
});
