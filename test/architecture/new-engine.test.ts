import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import type { Plugin } from "esbuild";
import { permissionsFor } from "../../lib/permissions.ts";
import { HOMES } from "../../src/catalog.ts";
import type { FunctionName } from "../../src/contract/functions.ts";
import { deployedFunctions } from "../../src/contract/homes.ts";
import { type Deployment, deploy, TABLE } from "../infra/support/deployment.ts";
import { type Ask, answerOf, eventOf, objectOf, recorded } from "../infra/support/events.ts";

/**
 * A new engine is a folder and one row of the catalog. This adds one that way (the folder is
 * `test/infra/fixture/toy-engine`, the row is written below) and uses it in the deployed shape: built functions, each
 * behind the rights of its role.
 */

const HOME = "keys";
const ROW = `  { kind: "secret", type: "toy", home: "${HOME}", leases: true, load: async () => (await import("./engines/toy/backend.ts")).toyEngine },\n`;
const FIRST_ROW = "export const builtInRows = (parts: BackendParts): readonly CatalogRow[] => [\n";
const folder = fileURLToPath(new URL("../infra/fixture/toy-engine/backend.ts", import.meta.url));

const withToy: Plugin = {
  name: "with-a-toy-engine",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /engines\/toy\/backend\.ts$/ }, () => ({ path: folder }));
    onLoad({ filter: /\/src\/catalog\.ts$/ }, async ({ path }) => {
      const [before, after, ...rest] = (await readFile(path, "utf8")).split(FIRST_ROW);
      if (after === undefined || rest.length > 0) throw new Error("the catalog is not where this test looks for it");
      return { loader: "ts", contents: `${before}${FIRST_ROW}${ROW}${after}` };
    });
  },
};
const toy = { kind: "secret", type: "toy", home: HOME, leases: true } as const;
const homes = [...HOMES, toy];
/** Without the backends that brought the function before. */
const elsewhere = HOMES.filter(({ home }) => home !== HOME);

let deployment: Deployment;
let root: string;
beforeAll(async () => {
  deployment = await deploy({ homes, plugins: [withToy] });
  root = String(objectOf((await deployment.functions.system.invoke({ zeroth: "init" })).result)["root_token"]);
});
afterAll(() => deployment.close());

const ask = async (name: FunctionName, given: Ask) =>
  answerOf((await deployment.functions[name].invoke(eventOf(given, root))).result);

describe("an engine added as a folder and one row", () => {
  it("brings its function into the deployment, which has none without it", () => {
    expect(deployedFunctions(elsewhere)).not.toContain(HOME);
    expect(deployedFunctions([...elsewhere, toy])).toContain(HOME);
  });

  it("gives its function the rights to its own mounts, and no other function any", () => {
    const before = permissionsFor(HOMES);
    const after = permissionsFor(homes);
    const changed = (["login", "kv", "dynamic", "policy", "wrapping", "system", "revoke"] as const).filter((name) => {
      const { forwardsTo: _, handsLeasesTo: __, ...rights } = after[name];
      const { forwardsTo: ___, handsLeasesTo: ____, ...were } = before[name];
      return JSON.stringify(rights) !== JSON.stringify(were);
    });

    expect(after[HOME].writes).toEqual(expect.arrayContaining(["data#toy:*", "list#toy:*"]));
    expect(after[HOME].domains).toContain("toy:*");
    expect(changed).toEqual([]);
  });

  it("is mounted, written, read and unmounted through the built functions, within the rights of their roles", async () => {
    const mounted = await ask("system", { event: "post-json", path: "sys/mounts/toy", body: { type: "toy" } });
    const written = await ask("kv", { event: "post-json", path: "toy/words/one", body: { word: "lever" } });
    const read = await ask("kv", { path: "toy/words/one" });
    const reached = deployment.lambda.invoked.at(-1)?.name;
    const removed = await ask("system", { method: "DELETE", path: "sys/mounts/toy" });

    expect([mounted.status, written.status, read.status, removed.status]).toEqual([204, 204, 200, 204]);
    expect(read.data).toEqual({ word: "revel" });
    expect(reached).toMatch(new RegExp(`:${HOME}$`));
    expect(deployment.denied).toEqual([]);
  });

  it("cannot reach what another engine stores", () => {
    expect(deployment.mayRead(HOME, "data#toy:1")).toBe(true);
    for (const foreign of ["data#database:1", "rec#kv:1#p", "data#auth-aws:1", "cubby#t", "data#system:1"])
      expect(deployment.mayRead(HOME, foreign)).toBe(false);
  });
});

const post = (path: string, body: object = {}) => ask("dynamic", { event: "post-json", path, body });

const issue = async () => {
  const made = await ask("kv", { event: "post-json", path: "toy/tickets", body: {} });
  return { id: String(made.body["lease_id"]), number: String(made.data["number"]) };
};
const isValid = async (number: string) => (await ask("kv", { path: `toy/tickets/${number}` })).status === 200;
const sweep = async () => objectOf((await deployment.functions.revoke.invoke(recorded("sweep"), 18_000)).result);
const orders = () => deployment.lambda.invoked.filter(({ event }) => "zerothEnd" in objectOf(event));
/** Neither `dynamic` nor `revoke` runs the engine's code. It keeps its tickets, so it can be asked which of them live. */
describe("a lease of such an engine", () => {
  beforeAll(async () => {
    await ask("system", { event: "post-json", path: "sys/mounts/toy", body: { type: "toy" } });
  });
  afterEach(() => {
    deployment.refuse = undefined;
    expect(deployment.denied).toEqual([]);
  });

  it("is ended by keys when it is revoked, before that is answered", async () => {
    const { id, number } = await issue();
    expect(await isValid(number)).toBe(true);

    const revoked = await post("sys/leases/revoke", { lease_id: id });

    expect(revoked.status).toBe(204);
    expect(await isValid(number)).toBe(false);
    expect(orders().at(-1)?.name).toMatch(/:keys$/);
    expect((await post("sys/leases/lookup", { lease_id: id })).status).toBe(400);
  });

  it("is ended by the sweeper's order when its time has come, and by no order before", async () => {
    const { id, number } = await issue();
    const other = await issue();
    expect((await post("sys/leases/revoke", { lease_id: id, sync: false })).status).toBe(202);
    expect(await isValid(number)).toBe(true);

    const swept = await sweep();
    const [given] = orders().slice(-1);
    const tag = String((objectOf(given?.event)["zerothEnd"] as unknown[])[0]);
    await deployment.functions.keys.invoke({ zerothEnd: [tag, "A".repeat(22)] });

    expect(swept).toMatchObject({ failed: 0 });
    expect(await isValid(number)).toBe(false);
    expect(await isValid(other.number)).toBe(true);
  });

  it("does not end by an order while it lives", async () => {
    const { id, number } = await issue();
    const before = orders().length;
    // Refused by keys once, so that the order is seen and the lease lives on, due a minute later.
    deployment.refuse = (name) => (name === "keys" ? 429 : undefined);
    expect((await post("sys/leases/revoke", { lease_id: id })).status).toBe(400);
    deployment.refuse = undefined;
    const order = orders()[before]?.event;

    const { result } = await deployment.functions.keys.invoke(order);

    expect(result).toEqual({ zerothEnded: true });
    expect(await isValid(number)).toBe(true);
    expect((await post("sys/leases/revoke", { lease_id: id })).status).toBe(204);
    expect(await isValid(number)).toBe(false);
  });

  it("says why it is stuck where keys is out of reach, and where its backend refuses", async () => {
    const { id, number } = await issue();
    deployment.refuse = (name) => (name === "keys" ? 429 : undefined);
    const away = await post("sys/leases/revoke", { lease_id: id });
    deployment.refuse = undefined;
    const shown = await post("sys/leases/lookup", { lease_id: id });
    await ask("kv", { event: "post-json", path: "toy/words/stuck", body: { word: "x" } });
    const refused = await post("sys/leases/revoke", { lease_id: id });
    const later = await post("sys/leases/lookup", { lease_id: id });

    expect(away.text).toContain("the function that serves its mount is unavailable");
    expect(shown.data).toMatchObject({ state: "retrying", revoke_attempts: 1 });
    expect(refused.text).toContain("the ticket is stuck");
    expect(later.data).toMatchObject({
      revoke_attempts: 2,
      revoke_error: expect.stringContaining("the ticket is stuck"),
    });
    expect(await isValid(number)).toBe(true);
  });

  it("goes by force even if keys is out of reach", async () => {
    deployment.refuse = (name) => (name === "keys" ? 429 : undefined);
    const forced = await post("sys/leases/revoke-force/toy/tickets");
    deployment.refuse = undefined;

    expect(forced.status).toBe(204);
    expect((await ask("dynamic", { path: "sys/leases/lookup/toy/?list=true" })).status).toBe(404);
  });

  it("that DynamoDB's TTL removed is handed over by the next pass of the sweeper", async () => {
    const mount = await ask("system", { event: "post-json", path: "sys/mounts/late", body: { type: "toy" } });
    const made = await ask("kv", { event: "post-json", path: "late/tickets", body: {} });
    const number = String(made.data["number"]);
    const batch: unknown[] = [];
    const unsubscribe = deployment.aws.dynamo.subscribe(TABLE, async (records) => {
      batch.push(...records);
    });
    deployment.advanceTableClock(3 * 86_400);
    await deployment.aws.dynamo.expire();
    unsubscribe();

    const { result } = await deployment.functions.revoke.invoke({ Records: batch }, 60_000);
    await sweep();

    expect(mount.status).toBe(204);
    expect(result).toEqual({ batchItemFailures: [] });
    expect((await ask("kv", { path: `late/tickets/${number}` })).status).toBe(404);
  });

  it("is ended before its mount goes", async () => {
    const again = await ask("system", { event: "post-json", path: "sys/mounts/short", body: { type: "toy" } });
    await ask("kv", { event: "post-json", path: "short/tickets", body: {} });

    const removing = await ask("system", { method: "DELETE", path: "sys/mounts/short" });
    await sweep();
    await deployment.functions.system.invoke(recorded("schedule"), 60_000);
    const gone = await ask("system", { path: "sys/mounts/short" });

    expect([again.status, removing.status]).toEqual([204, 202]);
    expect(gone.status).toBe(400);
  });
});

describe("an order to end leases", () => {
  it.each([
    ["with another member", { zerothEnd: ["A".repeat(22)], force: true }],
    ["of no lease", { zerothEnd: [] }],
    ["of more leases than one order may name", { zerothEnd: Array.from({ length: 26 }, () => "A".repeat(22)) }],
    ["that names keys of the table", { zerothEnd: ["lease#x"] }],
    ["inside an event of the gateway", { ...recorded("post-json"), zerothEnd: ["A".repeat(22)] }],
  ])("is none %s", async (_, event) => {
    const { result } = await deployment.functions.keys.invoke(event);
    expect(result).not.toEqual({ zerothEnded: true });
  });

  it("is obeyed by no other function", async () => {
    for (const name of ["kv", "login", "dynamic", "policy", "wrapping", "system"] as const) {
      const { result } = await deployment.functions[name].invoke({ zerothEnd: ["A".repeat(22)] });
      expect(answerOf(result).status).toBe(400);
    }
  });
});
