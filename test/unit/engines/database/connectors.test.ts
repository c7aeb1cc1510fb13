import { expect, it } from "@jest/globals";
import type { Connector } from "../../../../src/engines/database/connector.ts";
import { finderOf } from "../../../../src/engines/database/connectors.ts";

it("a connector that could not be loaded is loaded by the next use, and once from then on", async () => {
  const connector: Connector = {
    plugin: "redis-database-plugin",
    verifying: "",
    credentialTypes: ["password"],
    createsByDefault: true,
    settings: () => {
      throw new Error("not asked here");
    },
    shown: (details) => details,
    open: async () => {
      throw new Error("not asked here");
    },
  };
  let tries = 0;
  const find = finderOf({
    "redis-database-plugin": async () => {
      tries += 1;
      if (tries === 1) throw new Error("cannot load");
      return connector;
    },
  });

  await expect(find("redis-database-plugin")).rejects.toThrow("cannot load");
  for (let used = 0; used < 2; used += 1) expect(await find("redis-database-plugin")).toBe(connector);
  expect(tries).toBe(2);
  await expect(find("toString")).rejects.toThrow("unable to find the database plugin");
});
