import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { HOMES } from "../../src/catalog.ts";
import type { FunctionName } from "../../src/contract/functions.ts";
import { deployedFunctions } from "../../src/contract/homes.ts";
import { homeOfPath } from "../../src/contract/routes.ts";
import { bodyFor, filled, opsOf } from "../contract/contract.ts";
import { makeServer } from "../support/make-server.ts";
import { type Deployment, deploy } from "./support/deployment.ts";
import { type Ask, answerOf, eventOf, objectOf, recorded } from "./support/events.ts";

/**
 * Each operation of core's own backends, by their path tables, in the function that serves it and behind the rights of
 * its role: none may ask AWS for what its function has no right to (F4).
 */

interface Played {
  readonly name: FunctionName;
  readonly ask: Ask;
}

/** They end the token, the server or the mounts that the others need. */
const LEFT_OUT = new Set(["sys/seal", "auth/token/revoke-self", "auth/token/revoke", "auth/token/revoke-orphan"]);
const METHODS: Readonly<Record<string, string>> = { read: "GET", list: "GET", delete: "DELETE", patch: "PATCH" };
const CORE = [
  ["secret", "system", "sys/"],
  ["secret", "identity", "identity/"],
  ["secret", "cubbyhole", "cubbyhole/"],
  ["auth", "token", "auth/token/"],
] as const;
/** Reading and changing come before removing, so that there is something to read, change and remove. */
const ORDER = ["create", "update", "patch", "read", "list", "delete"];

const everyOperation = async (): Promise<readonly Played[]> => {
  const server = await makeServer();
  const played: Played[] = [];
  for (const [kind, type, mount] of CORE) {
    const backend = await server.core.catalog.find(kind, type, {});
    for (const path of backend?.paths ?? []) {
      for (const [verb, op] of opsOf(path)) {
        const at = `${mount}${filled(path)}`;
        const name = homeOfPath(at);
        if (name === undefined || LEFT_OUT.has(at)) continue;
        const body = ["create", "update", "patch"].includes(verb) ? { body: bodyFor(op), event: "post-json" } : {};
        const asked = verb === "list" ? `${at}?list=true` : at;
        played.push({ name, ask: { ...body, path: asked, method: METHODS[verb] ?? "POST" } });
      }
    }
  }
  await server.dynamo.close();
  return played.sort((a, b) => orderOf(a) - orderOf(b));
};

const orderOf = ({ ask }: Played): number => ORDER.findIndex((verb) => (METHODS[verb] ?? "POST") === ask.method);

let deployment: Deployment;
let root: string;
let operations: readonly Played[];
beforeAll(async () => {
  operations = await everyOperation();
  deployment = await deploy();
  root = String(objectOf((await deployment.functions.system.invoke({ zeroth: "init" })).result)["root_token"]);
});
afterAll(() => deployment.close());

describe("the rights of the functions", () => {
  it("are enough for each operation of core's backends, however often it is asked", async () => {
    const refused: string[] = [];
    const statuses: unknown[] = [];
    for (const { name, ask } of [...operations, ...operations]) {
      const before = deployment.denied.length;
      const { status } = answerOf((await deployment.functions[name].invoke(eventOf(ask, root))).result);
      statuses.push(status);
      if (deployment.denied.length > before) refused.push(`${name} ${ask.method} ${ask.path}`);
    }

    expect(refused).toEqual([]);
    expect(operations.length).toBeGreaterThan(150);
    // They reach the handlers: most of what is asked with fields of the right types succeeds.
    expect(statuses.filter((status) => Number(status) < 300).length).toBeGreaterThan(operations.length / 2);
  }, 240_000);

  it("are enough for what the schedule does with all that was left", async () => {
    const before = deployment.denied.length;
    for (const name of deployedFunctions(HOMES)) await deployment.functions[name].invoke(recorded("schedule"), 60_000);

    expect(deployment.denied.slice(before)).toEqual([]);
  });
});
