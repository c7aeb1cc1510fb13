import { expect, it } from "@jest/globals";
import { fragile } from "../../../support/fragile.ts";

fragile("../../src/core/leases/sweeper.ts", { createSweeper: () => ({ sweep: async () => "swept" }) });

const { makeServer } = await import("../../../support/make-server.ts");

it("the sweeper is looked for again after it could not be loaded", async () => {
  const { core, dynamo } = await makeServer();

  await expect(core.leases.sweep(0)).rejects.toThrow("cannot load");
  expect(await core.leases.sweep(0)).toBe("swept");
  await dynamo.close();
});
