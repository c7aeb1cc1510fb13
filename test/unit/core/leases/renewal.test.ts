import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type Stage, setStage } from "./support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.server.dynamo.close());

const renew = (id: string, increment?: number, path = "sys/leases/renew") =>
  stage.server.call("PUT", path, { body: { lease_id: id, ...(increment === undefined ? {} : { increment }) } });

describe("renewing a lease", () => {
  it("counts from now, so a small increment shortens it", async () => {
    const { id } = await stage.issue();

    const renewed = await renew(id, 60);

    expect(renewed.body).toMatchObject({ lease_id: id, renewable: true, lease_duration: 60, data: null });
  });

  it("answers to the spelling old clients use", async () => {
    const { id } = await stage.issue();

    expect((await renew(id, 90, "sys/renew")).body["lease_duration"]).toBe(90);
  });

  it("stops at the longest lifetime, counted from the issue, and says so", async () => {
    stage.world.maxTtl = 5400;
    const { id } = await stage.issue();
    stage.wait(3000);

    const renewed = await renew(id, 7200);

    expect(renewed.body["lease_duration"]).toBe(2400);
    expect(renewed.body["warnings"]).toEqual([
      'TTL of "2h" exceeded the effective max_ttl of "40m"; TTL value is capped accordingly',
    ]);
  });

  it("never passes the end it was issued with, though the mount allows more by then", async () => {
    await stage.server.call("POST", "sys/mounts/db/tune", { body: { max_lease_ttl: "90m" } });
    const { id } = await stage.issue();
    await stage.server.call("POST", "sys/mounts/db/tune", { body: { max_lease_ttl: "900h" } });

    expect((await renew(id, 36_000)).body["lease_duration"]).toBe(5400);
  });

  it("is refused to a lease that has ended, swept or not", async () => {
    const { id } = await stage.issue();
    stage.wait(3600);

    expect((await renew(id)).text).toContain("lease expired");
  });

  it("is granted where the old end comes while the backend takes its time, if another renewal came first", async () => {
    const { id } = await stage.issue();
    stage.world.renewing = async () => {
      stage.world.renewing = async () => undefined;
      await renew(id, 7200);
      stage.wait(3601);
    };

    const renewed = await renew(id, 600);

    expect([renewed.status, (await stage.lookup(id)).data["ttl"]]).toEqual([200, 600]);
  });

  it("leaves the lease as it was when the backend refuses", async () => {
    const { id } = await stage.issue();
    stage.world.refusesRenewal = true;

    const refused = await renew(id, 7200);

    expect(refused.text).toContain("failed to renew entry: resp: (*logical.Response)(nil) err: the outside said no");
    expect((await stage.lookup(id)).data["ttl"]).toBe(3600);
  });

  it("keeps a renewed lease from the sweeper until its new end", async () => {
    const { id } = await stage.issue();
    stage.wait(3000);
    await renew(id, 3600);
    stage.wait(1200);

    await stage.sweep();

    expect((await stage.lookup(id)).data["ttl"]).toBe(2400);
  });
});
