import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { systemRandom } from "../../../../src/std/random.ts";
import { type Stage, setStage } from "./support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.server.dynamo.close());

const revoke = (id: string, body: object = {}) =>
  stage.server.call("PUT", "sys/leases/revoke", { body: { lease_id: id, ...body } });

describe("revoking a lease", () => {
  it("ends the secret before it is answered", async () => {
    const { id } = await stage.issue();

    expect((await revoke(id)).status).toBe(204);

    expect(stage.world.alive.size).toBe(0);
    expect((await stage.lookup(id)).status).toBe(400);
  });

  it("keeps the lease and says why when the backend refuses", async () => {
    const { id } = await stage.issue();
    stage.world.refuses = "later";

    const refused = await revoke(id);

    expect(refused.status).toBe(400);
    expect(refused.text).toContain("failed to revoke entry: resp: (*logical.Response)(nil) err: the outside is down");
    expect(await stage.server.core.leases.list("db/creds/app/")).toHaveLength(1);
  });

  it("is refused to nobody twice: a second caller does not ask the backend again", async () => {
    const { id } = await stage.issue();

    await Promise.all([revoke(id), revoke(id), revoke(id)]);

    expect([...stage.world.revocations.values()]).toEqual([1]);
  });

  it("is tried six times, further and further apart, then the lease is irrevocable", async () => {
    const { id } = await stage.issue();
    stage.world.refuses = "later";
    stage.wait(3600);
    await stage.sweep();
    for (let failure = 2; failure <= 6; failure++) {
      stage.wait(10 * 2 ** failure);
      await stage.sweep();
    }

    const { data } = await stage.server.call("GET", "sys/leases?type=irrevocable");

    expect([...stage.world.revocations.values()]).toEqual([6]);
    expect(data["lease_count"]).toBe(1);
    expect(JSON.stringify(data["leases"])).toContain("out of retries: failed to revoke entry");
    expect((await stage.lookup(id)).data["revoke_error"]).toContain("the outside is down");
  });

  it("gives up at once on what no repetition mends", async () => {
    await stage.issue();
    stage.world.refuses = "never";
    stage.wait(3600);
    await stage.sweep();

    const { data } = await stage.server.call("GET", "sys/leases/count?type=irrevocable");
    const { data: mount } = await stage.server.call("GET", "sys/mounts/db");

    expect(data).toEqual({ lease_count: 1, counts: { [String(mount["accessor"])]: 1 } });
  });

  it("removes an irrevocable lease once the backend lets go of it, a day later", async () => {
    await stage.issue();
    stage.world.refuses = "never";
    stage.wait(3600);
    await stage.sweep();
    stage.world.refuses = "no";
    stage.wait(86_340);
    await stage.sweptSoFar();
    stage.wait(61);

    await stage.sweep();

    expect(stage.world.alive.size).toBe(0);
    expect(await stage.server.core.leases.irrevocable()).toEqual([]);
  });

  it("can be forced, whatever the backend says", async () => {
    const { id } = await stage.issue();
    stage.world.refuses = "later";

    const forced = await stage.server.call("PUT", "sys/leases/revoke-force/db/creds");

    expect(forced.status).toBe(204);
    expect((await stage.lookup(id)).status).toBe(400);
    expect(await stage.server.core.leases.list("db/")).toEqual([]);
  });

  it.each([
    { chance: 0, seconds: 10 },
    { chance: 255, seconds: 30 },
  ])(
    "that failed is tried again after $seconds seconds where chance says $chance of 255",
    async ({ chance, seconds }) => {
      const { id, name } = await stage.issue();
      stage.world.refuses = "later";
      const { bytes } = systemRandom;
      const spied = jest.spyOn(systemRandom, "bytes");
      spied.mockImplementation((length) => (length === 1 ? Uint8Array.of(chance) : bytes(length)));
      await revoke(id);
      spied.mockRestore();
      const tries = () => stage.world.revocations.get(name);
      expect(tries()).toBe(1);

      stage.wait(seconds - 1);
      await stage.sweep();
      expect(tries()).toBe(1);
      stage.wait(2);
      await stage.sweep();
      expect(tries()).toBe(2);
    },
  );

  it("may be left to the sweeper: the lease is dead at once", async () => {
    const { id } = await stage.issue();

    expect((await revoke(id, { sync: false })).status).toBe(202);
    expect((await stage.lookup(id)).status).toBe(400);
    await stage.sweep();

    expect(stage.world.alive.size).toBe(0);
  });

  it.each([
    ["lease.revoke.claim", "before"],
    ["lease.revoke.claim", "after"],
    ["lease.revoke.backend", "before"],
    ["lease.revoke.backend", "after"],
    ["lease.revoke.remove", "before"],
    ["lease.revoke.remove", "after"],
  ] as const)("goes on after the program died at %s, %s", async (step, when) => {
    await stage.issue();
    stage.wait(3600);
    stage.killer.kill(step, when);
    await stage.sweep();

    stage.wait(91);
    await stage.sweep();
    stage.wait(91);
    await stage.sweep();

    expect(stage.world.alive.size).toBe(0);
    expect(await stage.server.core.leases.list("db/")).toEqual([]);
  });

  it("follows the end of the token that asked for it, and of its children", async () => {
    const parent = await stage.child({ ttl: "1h" });
    const made = await stage.server.call("POST", "auth/token/create", { token: parent, body: { ttl: "30m" } });
    const child = (made.body["auth"] as { client_token: string }).client_token;
    await stage.issue(parent);
    await stage.issue(child);

    await stage.server.call("POST", "auth/token/revoke", { body: { token: parent } });

    expect(stage.world.alive.size).toBe(0);
  });

  it("of ten leases of a token is done before its end is answered, and of the others by the sweeper", async () => {
    const token = await stage.child({ ttl: "1h" });
    for (let at = 0; at < 13; at += 1) await stage.issue(token);

    await stage.server.call("POST", "auth/token/revoke", { body: { token } });
    expect(stage.world.alive.size).toBe(3);
    await stage.sweep();

    expect(stage.world.alive.size).toBe(0);
    expect([...stage.world.revocations.values()]).toEqual(Array.from({ length: 13 }, () => 1));
  });

  it("does not keep a token from ending when the backend refuses", async () => {
    const token = await stage.child({ ttl: "1h" });
    const { id } = await stage.issue(token);
    stage.world.refuses = "later";

    const revoked = await stage.server.call("POST", "auth/token/revoke", { body: { token } });

    expect(revoked.status).toBe(204);
    expect((await stage.lookup(id)).data).toMatchObject({ state: "retrying", ttl: 0, renewable: false });
    expect(await stage.server.core.leases.list("db/creds/app/")).toHaveLength(1);
  });
});
