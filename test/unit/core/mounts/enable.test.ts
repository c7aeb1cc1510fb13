import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { VaultError } from "../../../../src/framework/index.ts";
import { createOutsideWorld, leasedBackend } from "../../../support/leased-backend.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { rowsWith } from "../leases/support.ts";

const world = createOutsideWorld();
let server: TestServer;
let refuseMount = false;

beforeEach(async () => {
  refuseMount = false;
  const picky = {
    kind: "secret",
    type: "picky",
    home: "dynamic",
    leases: true,
    load: async () => ({
      ...leasedBackend(world),
      type: "picky",
      onMount: async (cx: Parameters<NonNullable<ReturnType<typeof leasedBackend>["onMount"]>>[0]) => {
        await cx.storage.write([{ op: "put", address: cx.storage.at("first"), body: { made: true }, when: "absent" }]);
        if (refuseMount) throw new VaultError("invalid_request", { wire: "not here" });
      },
    }),
  } as const;
  server = await makeServer({ rows: [...rowsWith(world), picky] });
});
afterEach(() => server.dynamo.close());

const enable = (path: string, type = "kv") => server.call("POST", `sys/mounts/${path}`, { body: { type } });

const mounted = async (): Promise<readonly string[]> =>
  Object.keys((await server.call("GET", "sys/mounts")).data).filter((path) => path.startsWith("t"));

describe("enabling", () => {
  it("lets one of two racing calls win if one path is inside the other", async () => {
    const answers = await Promise.all([enable("t/a"), enable("t"), enable("t/a/b"), enable("t/b")]);

    const paths = await mounted();

    expect(answers.filter(({ status }) => status === 204)).toHaveLength(paths.length);
    for (const a of paths) for (const b of paths) expect(a === b || !a.startsWith(b)).toBe(true);
  });

  it("lets one of many racing calls for one path win", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => enable("t")));

    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(7);
  });

  it("lets the backend refuse, and leaves nothing behind", async () => {
    refuseMount = true;

    const refused = await enable("t", "picky");

    expect(refused.status).toBe(400);
    expect(refused.text).toContain("not here");
    expect(await mounted()).toEqual([]);
    expect(server.table.calls.some(({ input }) => JSON.stringify(input).includes("data#picky:"))).toBe(true);
    expect((await enable("t")).status).toBe(204);
  });

  it("holds on the very next request in another environment", async () => {
    await enable("t");

    const read = await server.call("GET", "t/nothing");

    expect(read.body).toEqual({ errors: [] });
  });

  it.each([
    [
      "a version where there are none",
      { type: "leased", options: { version: "2" } },
      "does not allow setting a version",
    ],
    ["a version nobody made", { type: "kv", options: { version: "3" } }, "nil backend of type"],
    [
      "config that is not an object",
      { type: "kv", config: { force_no_cache: "yes" } },
      "unable to convert given mount config",
    ],
    ["lifetimes below zero", { type: "kv", config: { max_lease_ttl: "-1h" } }, "unable to parse max TTL of -1h"],
    ["names of the prototype", { type: "__proto__" }, "plugin not found in the catalog"],
  ])("refuses %s", async (_what, body, text) => {
    const refused = await server.call("POST", "sys/mounts/t", { body });

    expect(refused.status).toBe(400);
    expect(refused.text).toContain(text);
  });

  it("keeps tuning from undoing a change made meanwhile", async () => {
    await enable("t");
    const tune = (body: object) => server.call("POST", "sys/mounts/t/tune", { body });

    await Promise.all([tune({ description: "d" }), tune({ default_lease_ttl: "1h" }), tune({ max_lease_ttl: "2h" })]);

    const { data } = await server.call("GET", "sys/mounts/t/tune");
    expect(data).toMatchObject({ description: "d", default_lease_ttl: 3600, max_lease_ttl: 7200 });
  });
});
