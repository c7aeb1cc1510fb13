import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { respond } from "../../../../scripts/bench/world.ts";
import { builtInRows } from "../../../../src/catalog.ts";
import { NEARBY } from "../../../../src/outgoing/index.ts";
import type { Server } from "../../../../src/server.ts";
import type { MountId } from "../../../../src/std/brand.ts";
import { anotherEnvironment, makeServer, type TestServer } from "../../../support/make-server.ts";

/**
 * A removed mount's keys are emptied. Environments that have not heard of the removal, and requests that began before
 * it, must not take that for a loss: they answer as everybody else does.
 */

const ROWS = builtInRows({ aws: () => Promise.reject(new Error("nobody logs in here")), reach: NEARBY });

let server: TestServer;
let other: Server;
beforeEach(async () => {
  server = await makeServer();
  other = anotherEnvironment(server, ROWS);
  // Keys of what is mounted from now on are not among those it begins with.
  await hears();
});
afterEach(() => server.dynamo.close());

const ask = (method: string, path: string, body?: unknown) =>
  respond(other, method, path, { token: server.root, body });
const make = (path: string, body: object) => server.call("POST", path, { body });

const remove = async (path: string): Promise<void> => {
  expect((await server.call("DELETE", path)).status).toBe(204);
};

/** The other environment knows the configuration, and no key of the mounts in it. */
const hears = async (): Promise<void> => {
  expect((await ask("GET", "sys/mounts")).status).toBe(200);
};

describe("an environment that has not heard of a removal", () => {
  it.each([
    ["version 1", { type: "kv" }, "m/a"],
    ["version 2", { type: "kv", options: { version: "2" } }, "m/data/a"],
  ])(
    "finds no route to a mount of %s whose keys it never had, and the one made in its place",
    async (_, mount, path) => {
      await make("sys/mounts/m", mount);
      await hears();
      await remove("sys/mounts/m");

      expect((await ask("GET", path)).status).toBe(404);

      await make("sys/mounts/m", mount);
      await hears();
      await remove("sys/mounts/m");
      await make("sys/mounts/m", mount);
      expect((await ask("POST", path, { data: { a: 1 } })).status).toBeLessThan(300);
      expect((await ask("GET", path)).status).toBe(200);
    },
  );

  it("finds the mount made in the place of one whose keys are too old here", async () => {
    await make("sys/mounts/m", { type: "kv" });
    await make("m/a", { a: 1 });
    expect((await ask("GET", "m/a")).status).toBe(200);
    server.clock.advance(16 * 60_000);
    await remove("sys/mounts/m");
    await make("sys/mounts/m", { type: "kv" });

    expect((await ask("GET", "m/a")).status).toBe(404);
    await make("m/a", { a: 2 });
    expect((await ask("GET", "m/a")).status).toBe(200);
  });

  it("logs in at the method that was enabled again", async () => {
    await make("sys/auth/up", { type: "userpass" });
    await hears();
    await remove("sys/auth/up");
    expect((await ask("POST", "auth/up/login/ada", { password: "x" })).status).toBe(404);

    await make("sys/auth/up", { type: "userpass" });
    await hears();
    await remove("sys/auth/up");
    await make("sys/auth/up", { type: "userpass" });
    await make("auth/up/users/ada", { password: "x" });
    expect((await ask("POST", "auth/up/login/ada", { password: "x" })).status).toBe(200);
  });
});

const idOf = async (path: string): Promise<MountId> => {
  const mount = server.core.config.mountFor(await server.core.config.snapshot(), path);
  if (!mount) throw new Error("there is no such mount");
  return mount.info.id;
};

/** Does something once, before the first call that asks for a mount's keys. */
const beforeKeys = (mount: MountId, operation: string, what: () => Promise<void>): void => {
  let begun = false;
  server.table.before = async (call) => {
    if (begun || call.operation !== operation || !JSON.stringify(call.input).includes(`key#${mount}`)) return;
    begun = true;
    await what();
  };
};

describe("a request during a removal", () => {
  it("finds no route where the mount's keys were emptied after it was routed", async () => {
    await make("sys/mounts/m", { type: "kv" });
    await make("m/a", { a: 1 });
    expect((await ask("GET", "m/a")).status).toBe(200);
    await server.call("POST", "sys/rotate");
    await make("m/b", { b: 1 });
    // Its name is sealed with a key that only the handler meets.
    beforeKeys(await idOf("m/"), "BatchGetItem", () => remove("sys/mounts/m"));

    const answered = await ask("GET", "m?list=true");
    expect([answered.status, answered.text]).toEqual([404, expect.stringContaining("no handler for route")]);
  });

  it("is refused as before where a mount that is there has lost its keys", async () => {
    await make("sys/mounts/m", { type: "kv" });
    await hears();
    await server.core.store.shred(await idOf("m/"));

    expect((await ask("GET", "m/a")).status).toBe(500);
    expect((await ask("GET", "m?list=true")).status).toBe(500);
  });
});

describe("a request that the table does not answer", () => {
  it("fails for that alone, and asks for no configuration", async () => {
    await make("sys/mounts/m", { type: "kv" });
    expect((await ask("GET", "m/a")).status).toBe(404);
    let asked = 0;
    server.table.before = () => {
      asked += 1;
      throw Object.assign(new Error("the table does not exist"), { name: "ResourceNotFoundException" });
    };

    expect((await ask("GET", "m/a")).status).toBeGreaterThanOrEqual(500);
    expect(asked).toBe(1);
  });
});

describe("a rotation of all keys during a removal", () => {
  it("leaves out a mount that is gone by then", async () => {
    for (const name of ["l", "m", "n"]) await make(`sys/mounts/${name}`, { type: "kv" });
    beforeKeys(await idOf("m/"), "Query", () => remove("sys/mounts/m"));

    expect((await server.call("POST", "sys/rotate")).status).toBe(204);
    expect((await server.call("GET", "sys/key-status")).data["term"]).toBe(2);
  });

  it("fails where a mount that is there has lost its keys", async () => {
    await make("sys/mounts/m", { type: "kv" });
    await server.core.store.shred(await idOf("m/"));

    expect((await server.call("POST", "sys/rotate")).status).toBe(500);
  });
});
