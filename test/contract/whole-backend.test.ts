import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Plugin } from "esbuild";
import { HOMES } from "../../src/catalog.ts";
import { metricOfSignal } from "../../src/contract/metrics.ts";
import { ATTRIBUTES } from "../../src/contract/table.ts";
import { wholeEngine } from "../infra/fixture/whole-engine/backend.ts";
import { deploy, TABLE } from "../infra/support/deployment.ts";
import { answerOf, eventOf, objectOf, recorded } from "../infra/support/events.ts";
import { makeServer } from "../support/make-server.ts";

/**
 * Everything a backend can have, tried on an engine that has it all: once in one process, once as built functions
 * behind the rights of their roles. What works in one and not in the other fails here.
 */

interface Shape {
  ask(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: unknown; data: Readonly<Record<string, unknown>> }>;
  /** The schedule wakes everybody once. */
  tick(): Promise<void>;
  signals(): readonly string[];
  /** Partition keys of the engine's mounts that are in the table. */
  left(): Promise<readonly string[]>;
  denied(): readonly string[];
  close(): Promise<void>;
}

const HOME = "dynamic";
const FIRST_ROW = "export const builtInRows = (parts: BackendParts): readonly CatalogRow[] => [\n";
const ROW = `  { kind: "secret", type: "whole", home: "${HOME}", onUnmount: true, load: async () => (await import("./engines/whole/backend.ts")).wholeEngine },\n`;
const folder = fileURLToPath(new URL("../infra/fixture/whole-engine/backend.ts", import.meta.url));

const withWhole: Plugin = {
  name: "with-the-whole-engine",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /engines\/whole\/backend\.ts$/ }, () => ({ path: folder }));
    onLoad({ filter: /\/src\/catalog\.ts$/ }, async ({ path }) => {
      const [before, after, ...rest] = (await readFile(path, "utf8")).split(FIRST_ROW);
      if (after === undefined || rest.length > 0) throw new Error("the catalog is not where this test looks for it");
      return { loader: "ts", contents: `${before}${FIRST_ROW}${ROW}${after}` };
    });
  },
};

/** Partition keys of the mount's items. Its wrapped keys stay as emptied items (decision 21): those hold nothing. */
const leftIn = async (client: DynamoDBClient, table: string): Promise<readonly string[]> => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
  return Items.flatMap((item) => {
    const pk = item["pk"]?.S ?? "";
    const emptied = pk.startsWith("key#") && item[ATTRIBUTES.body] === undefined;
    return pk.includes("#whole:") && !emptied ? [pk] : [];
  });
};

const inProcess = async (): Promise<Shape> => {
  const row = { kind: "secret", type: "whole", home: HOME, onUnmount: true, load: async () => wholeEngine } as const;
  const server = await makeServer({ rows: [row] });
  return {
    ask: (method, path, body) => server.call(method, path, body ? { body } : {}),
    tick: async () => {
      server.clock.advance(1000);
      await server.core.schedule.tick(server.clock.now() + 50_000);
    },
    signals: () => server.events.flatMap((event) => (event.kind === "backend" ? [metricOfSignal(event.name)] : [])),
    left: () => leftIn(server.dynamodb, "zeroth-test"),
    denied: () => [],
    close: () => server.dynamo.close(),
  };
};

const deployed = async (): Promise<Shape> => {
  const homes = [...HOMES, { kind: "secret", type: "whole", home: HOME } as const];
  const deployment = await deploy({ homes, plugins: [withWhole] });
  const { functions } = deployment;
  const made = await functions.system.invoke({ zeroth: "init" });
  const root = String(objectOf(made.result)["root_token"]);
  const [account] = deployment.aws.accounts;
  const { url } = await deployment.aws.listen({ host: "127.0.0.1", port: 0 });
  const client = new DynamoDBClient({
    region: deployment.aws.region,
    endpoint: url,
    credentials: { accessKeyId: account?.accessKeyId ?? "", secretAccessKey: account?.secretAccessKey ?? "" },
  });
  return {
    ask: async (method, path, body) => {
      const to = path.startsWith("sys/") ? functions.system : functions.kv;
      const event = eventOf({ method, path, ...(body ? { event: "post-json", body } : {}) }, root);
      return answerOf((await to.invoke(event)).result);
    },
    tick: async () => {
      for (const name of ["login", "dynamic", "system", "revoke"] as const) {
        await functions[name].invoke(recorded("schedule"), 60_000);
      }
    },
    signals: () =>
      functions[HOME]
        .output()
        .split("\n")
        .filter((line) => line.startsWith('{"_aws"'))
        .flatMap((line) => Object.keys(objectOf(JSON.parse(line)))),
    left: () => leftIn(client, TABLE),
    denied: () => deployment.denied,
    close: async () => {
      client.destroy();
      await deployment.close();
    },
  };
};

describe.each([
  ["in one process", inProcess],
  ["as built functions behind their roles", deployed],
])("everything a backend can have, %s", (_, make) => {
  let shape: Shape;
  beforeAll(async () => {
    shape = await make();
    expect((await shape.ask("POST", "sys/mounts/w", { type: "whole" })).status).toBe(204);
  });
  afterAll(() => shape.close());

  const read = async () => (await shape.ask("GET", "w/keys/one")).data;

  it("keeps records with secret bytes, and counts what it declares", async () => {
    expect((await shape.ask("POST", "w/keys/one", {})).status).toBe(204);
    expect((await read())["fingerprint"]).toMatch(/^[0-9a-f]{64}$/);
    expect((await shape.left()).some((pk) => pk.startsWith("rec#whole:"))).toBe(true);
    expect(shape.signals()).toContain("KeyMade");
  });

  it("remembers in memory until the mount is tuned, moved, or the keys rotate", async () => {
    const { fingerprint } = await read();
    expect(await read()).toMatchObject({ fingerprint, cached: true });
    for (const [path, body] of [
      ["sys/mounts/w/tune", { default_lease_ttl: "1h" }],
      ["sys/rotate", {}],
    ] as const) {
      await shape.ask("POST", path, body);
      expect(await read()).toMatchObject({ fingerprint, cached: false });
      expect(await read()).toMatchObject({ fingerprint, cached: true });
    }
    await shape.ask("POST", "sys/remount", { from: "w", to: "v" });
    await shape.tick();
    await shape.ask("POST", "sys/remount", { from: "v", to: "w" });
    await shape.tick();
    expect(await read()).toMatchObject({ fingerprint, cached: false });
  });

  it("does its work by the clock", async () => {
    const before = Number((await read())["runs"]);
    // Built functions read the wall clock: its second passes while the ticks go round.
    while (Number((await read())["runs"]) <= before) await shape.tick();

    expect(shape.signals()).toContain("WorkDone");
  });

  it("has its last word when its mount goes, and leaves nothing behind", async () => {
    expect([202, 204]).toContain((await shape.ask("DELETE", "sys/mounts/w")).status);
    await shape.tick();
    await shape.tick();

    expect(shape.signals()).toContain("TakenDown");
    expect(await shape.left()).toEqual([]);
    expect((await shape.ask("GET", "sys/mounts/w")).status).toBe(400);
  });

  it("needed no right that its function lacks", () => {
    expect(shape.denied()).toEqual([]);
  });
});
