import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { patience, runs } from "../../../support/runs.ts";
import { type Stage, setStage } from "./support.ts";

/** V54: a revocation of many leases that fails half-way says so, forgets none, and is finished by asking again. */

const COUNT = runs(12, 500);

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.server.dynamo.close());

it(
  "V54: a prefix of many leases whose middle one fails leaves none forgotten",
  async () => {
    const names: string[] = [];
    for (let index = 0; index < COUNT; index += 1) names.push((await stage.issue()).name);
    const { alive } = stage.world;
    const stubborn = names[COUNT / 2] ?? "";
    const remove = alive.delete.bind(alive);
    alive.delete = (name) => {
      if (name === stubborn) throw new Error("the outside fails");
      return remove(name);
    };

    const revoked = await stage.server.call("PUT", "sys/leases/revoke-prefix/db/creds", { body: { sync: true } });
    const listed = await stage.server.core.leases.list("db/creds/app/");

    expect(revoked.status).toBeGreaterThanOrEqual(400);
    expect(alive.has(stubborn)).toBe(true);
    // Whatever works still has a lease that will end it.
    expect(listed.length).toBeGreaterThanOrEqual(alive.size);

    alive.delete = remove;
    const again = await stage.server.call("PUT", "sys/leases/revoke-prefix/db/creds", { body: { sync: true } });
    expect(again.status).toBe(204);
    for (let round = 0; round < 3; round += 1) {
      stage.wait(3600);
      await stage.sweep();
    }
    expect([...alive]).toEqual([]);
    expect(await stage.server.core.leases.list("db/creds/app/")).toEqual([]);
  },
  patience,
);
