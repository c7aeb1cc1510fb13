import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type Stage, setStage } from "./support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.server.dynamo.close());

describe("a lease that begins", () => {
  it("is looked up under the path of its request", async () => {
    const { id, name } = await stage.issue();

    const found = await stage.lookup(id);

    expect(id).toMatch(/^db\/creds\/app\/[0-9A-Za-z]{24}$/);
    expect(found.data["ttl"]).toBe(3600);
    expect(stage.world.alive).toEqual(new Set([name]));
  });

  it("leaves nothing outside when the program dies before its secret was confirmed", async () => {
    stage.killer.kill("lease.confirm", "before");
    await stage.issue();
    expect(stage.world.alive.size).toBe(1);

    stage.wait(121);
    await stage.sweep();

    expect(stage.world.alive.size).toBe(0);
    expect(await stage.server.core.leases.list("db/")).toEqual([]);
  });

  it("leaves nothing when the program dies before its secret was made", async () => {
    stage.killer.kill("leased.issue", "before");
    await stage.issue();

    stage.wait(121);
    await stage.sweep();

    expect(await stage.server.core.leases.list("db/")).toEqual([]);
    expect((await stage.server.core.leases.irrevocable()).length).toBe(0);
  });

  it("is shown to nobody while its secret is being made", async () => {
    let seen: string[] = [];
    stage.world.meanwhile = async () => {
      const [role = ""] = await stage.server.core.leases.list("db/creds/app/");
      const found = await stage.lookup(`db/creds/app/${role}`);
      seen = [role.length > 0 ? "listed" : "", String(found.status)];
    };

    await stage.issue();

    expect(seen).toEqual(["listed", "400"]);
  });

  it("is revoked at once when its token ends while the secret is being made", async () => {
    const token = await stage.child({ ttl: "1h" });
    stage.world.meanwhile = async () => {
      await stage.server.call("POST", "auth/token/revoke", { body: { token } });
    };

    const { answer } = await stage.issue(token);

    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "1"]);
    expect(answer.body["errors"]).toEqual(["the lease was revoked while its secret was made, try again"]);
    expect(stage.world.alive.size).toBe(0);
  });

  it("is refused to a request that was let in before its token ended", async () => {
    const token = await stage.child({ ttl: "1h" });
    const { core } = stage.server;
    const { pend } = core.leases;
    const late = core.leases as { pend: typeof pend };
    late.pend = async (...given) => {
      await core.tokens.revoke((await core.tokens.tag(token)) ?? "");
      return pend(...given);
    };

    const { answer } = await stage.issue(token);

    expect(answer.status).toBe(403);
    expect(stage.world.alive.size).toBe(0);
  });

  it("is refused to a request that was let in before its mount was disabled", async () => {
    const { core, call } = stage.server;
    const { pend } = core.leases;
    const late = core.leases as { pend: typeof pend };
    late.pend = async (...given) => {
      await call("DELETE", "sys/mounts/db");
      return pend(...given);
    };

    const { answer } = await stage.issue();

    expect(answer.status).toBe(404);
    expect(stage.world.alive.size).toBe(0);
  });

  it("never outlives a batch token", async () => {
    const token = await stage.child({ type: "batch", ttl: "10m" });

    const { answer, id } = await stage.issue(token);
    stage.wait(601);
    await stage.sweep();

    expect(answer.body["lease_duration"]).toBe(600);
    expect((await stage.lookup(id)).status).toBe(400);
    expect(stage.world.alive.size).toBe(0);
  });

  it("is not handed out on the last use of a token", async () => {
    const token = await stage.child({ num_uses: 1, ttl: "1h" });

    const { answer } = await stage.issue(token);

    expect(answer.status).toBe(400);
    expect(answer.text).toContain("token had one use left");
    expect(stage.world.alive.size).toBe(0);
  });
});
