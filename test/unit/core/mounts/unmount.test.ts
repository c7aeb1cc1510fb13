import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { VaultError } from "../../../../src/framework/index.ts";
import { patience, runs } from "../../../support/runs.ts";
import { type Stage, setStage } from "../leases/support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.server.dynamo.close());

const disable = (path = "sys/mounts/db") => stage.server.call("DELETE", path);

/**
 * Partition keys in the table that speak of a mount of this type; its emptied keys keep their place and open nothing.
 */
const left = async (type: string): Promise<readonly string[]> => {
  const { Items = [] } = await stage.server.dynamodb.send(new ScanCommand({ TableName: "zeroth-test" }));
  const emptied = (item: (typeof Items)[number]) => item["pk"]?.S?.startsWith("key#") && item["v"] === undefined;
  return Items.filter((item) => !emptied(item))
    .map((item) => item["pk"]?.S ?? "")
    .filter((pk) => pk.includes(`#${type}:`));
};

describe("disabling a mount", () => {
  it("revokes its leases and leaves nothing of it in the table", async () => {
    await stage.issue();
    await stage.server.call("POST", "db/kept/a", { body: { value: "x" } });

    expect((await disable()).status).toBe(204);

    expect(stage.world.alive.size).toBe(0);
    expect(await left("leased")).toEqual([]);
  });

  it("leaves no secret, version or listing of a key-value mount", async () => {
    await stage.server.call("POST", "sys/mounts/t", { body: { type: "kv-v2" } });
    for (const path of ["a", "b/c", "b/d/e"]) {
      for (let i = 0; i < 3; i++) await stage.server.call("POST", `t/data/${path}`, { body: { data: { i } } });
    }
    expect((await left("kv")).length).toBeGreaterThan(9);

    await disable("sys/mounts/t");

    expect(await left("kv")).toEqual([]);
  });

  it("fails while a lease cannot be revoked, and the mount answers no more", async () => {
    const { id } = await stage.issue();
    stage.world.refuses = "later";

    const refused = await disable();
    const used = await stage.server.call("GET", "db/creds/app");

    expect(refused.status).toBe(400);
    expect(refused.text).toContain(`failed to revoke \\"${id}\\" (1 / 1)`);
    expect(used.status).toBe(404);
    expect(used.text).toContain("route entry or namespace is tainted");
  });

  it("succeeds after that lease was forced", async () => {
    await stage.issue();
    stage.world.refuses = "later";
    await disable();

    await stage.server.call("PUT", "sys/leases/revoke-force/db");

    expect((await disable()).status).toBe(204);
    expect(await left("leased")).toEqual([]);
  });

  it(
    "V54: when one of many leases fails half way, ends all the others, and that one when it is tried again",
    async () => {
      const LEASES = runs(100, 500);
      for (let made = 0; made < LEASES; made += 50) await Promise.all(Array.from({ length: 50 }, () => stage.issue()));
      expect(stage.world.alive.size).toBe(LEASES);
      let failing: string | undefined;
      stage.world.revoking = (name) => {
        if (stage.world.revocations.size >= LEASES / 2) failing ??= name;
        if (name === failing) throw new VaultError("upstream_failed", { wire: "the outside is down" });
      };

      expect((await disable()).status).toBe(400);
      expect([...stage.world.alive]).toEqual([failing]);
      expect((await stage.server.call("POST", "sys/mounts/db", { body: { type: "leased" } })).status).toBe(400);

      stage.world.revoking = () => undefined;
      expect((await disable()).status).toBe(204);
      expect(stage.world.alive.size).toBe(0);
      expect(Math.max(...stage.world.revocations.values())).toBe(2);
      expect(await left("leased")).toEqual([]);
      expect((await stage.server.call("POST", "sys/mounts/db", { body: { type: "leased" } })).status).toBe(204);
    },
    patience,
  );

  it("waits for a secret that is being made, which is revoked and not handed out", async () => {
    let during: number | undefined;
    stage.world.meanwhile = async () => {
      during = (await disable()).status;
    };

    const { answer } = await stage.issue();
    const after = await disable();

    expect(during).toBe(202);
    expect(answer.status).toBe(503);
    expect(stage.world.alive.size).toBe(0);
    expect(after.status).toBe(204);
  });

  it.each([
    ["job.unmount", "before"],
    ["mount.remove", "before"],
    ["mount.remove", "after"],
    ["mount.shred", "before"],
    ["mount.shred", "after"],
    ["mount.wipe", "before"],
    ["mount.wipe", "after"],
    ["job.unmount", "after"],
  ] as const)("is carried on by the schedule after the program died at %s, %s", async (step, when) => {
    await stage.issue();
    await stage.server.call("POST", "db/kept/a", { body: { value: "x" } });
    stage.killer.kill(step, when);
    await disable();

    stage.wait(121);
    await stage.tick();

    expect((await stage.server.call("GET", "sys/mounts/db")).status).toBe(400);
    expect(stage.world.alive.size).toBe(0);
    expect(await left("leased")).toEqual([]);
  });

  it("forgets what it held: the same path enabled again is empty", async () => {
    await stage.server.call("POST", "db/kept/a", { body: { value: "x" } });
    await disable();
    await stage.server.call("POST", "sys/mounts/db", { body: { type: "leased" } });

    expect((await stage.server.call("GET", "db/kept/a")).status).toBe(404);
  });
});

describe("disabling an auth method", () => {
  beforeEach(async () => {
    await stage.server.call("POST", "sys/auth/people", { body: { type: "userpass" } });
    await stage.server.call("POST", "auth/people/users/ann", { body: { password: "pw", token_policies: "creds" } });
  });

  const logIn = async (): Promise<string> => {
    const answer = await stage.server.call("POST", "auth/people/login/ann", { token: null, body: { password: "pw" } });
    return (answer.body["auth"] as { client_token: string }).client_token;
  };

  it("ends its tokens and what they asked for", async () => {
    const token = await logIn();
    await stage.issue(token);

    await disable("sys/auth/people");

    expect((await stage.server.call("GET", "auth/token/lookup-self", { token })).status).toBe(403);
    expect(stage.world.alive.size).toBe(0);
  });

  it("ends batch tokens too, which are not stored", async () => {
    await stage.server.call("POST", "auth/people/users/ann", { body: { token_type: "batch" } });
    const token = await logIn();
    expect((await stage.server.call("GET", "auth/token/lookup-self", { token })).status).toBe(200);

    await disable("sys/auth/people");

    expect((await stage.server.call("GET", "auth/token/lookup-self", { token })).status).toBe(403);
  });

  it("needs sudo, and cannot be done as if it were a secrets engine", async () => {
    expect((await disable("sys/mounts/auth/people")).status).toBe(400);
    expect((await stage.server.call("GET", "sys/auth/people")).status).toBe(200);
  });
});

describe("moving a mount", () => {
  const move = (from = "db", to = "moved") => stage.server.call("POST", "sys/remount", { body: { from, to } });

  const status = async (id: unknown): Promise<unknown> => {
    const { data } = await stage.server.call("GET", `sys/remount/status/${String(id)}`);
    return (data["migration_info"] as { status: string } | undefined)?.status;
  };

  it("takes what the mount holds along and revokes its leases", async () => {
    await stage.issue();
    await stage.server.call("POST", "db/kept/a", { body: { value: "x" } });

    const { data } = await move();

    expect(await status(data["migration_id"])).toBe("success");
    expect((await stage.server.call("GET", "moved/kept/a")).data).toEqual({ value: "x" });
    expect(stage.world.alive.size).toBe(0);
  });

  it("gives the mount back when a lease cannot be revoked", async () => {
    await stage.issue();
    stage.world.refuses = "later";

    const { data } = await move();

    expect(await status(data["migration_id"])).toBe("failure");
    expect((await stage.server.call("GET", "db/creds/app")).status).toBe(200);
  });

  it.each([
    ["job.remount", "before"],
    ["mount.move", "before"],
    ["mount.move", "after"],
    ["job.remount", "after"],
  ] as const)("is carried on by asking for its state after the program died at %s, %s", async (step, when) => {
    stage.killer.kill(step, when);
    await move();
    const [job] = await stage.server.core.jobs.list();
    stage.wait(121);

    expect(await status(job?.id)).toBe("success");
    expect((await stage.server.call("GET", "sys/mounts/moved")).status).toBe(200);
    expect((await stage.server.call("GET", "sys/mounts/db")).status).toBe(400);
  });

  it("needs sudo", async () => {
    await stage.server.call("POST", "sys/policies/acl/mover", {
      body: { policy: 'path "sys/remount" { capabilities = ["update"] }' },
    });
    const token = await stage.child({ policies: ["mover"] });

    const answer = await stage.server.call("POST", "sys/remount", { token, body: { from: "db", to: "moved" } });

    expect(answer.status).toBe(403);
  });

  it.each(["../x", "a/../b", ".", "a/./b", "/", "a//b"])("refuses the destination %s", async (to) => {
    expect((await move("db", to)).status).toBe(400);
    expect((await stage.server.call("GET", "sys/mounts/db")).status).toBe(200);
  });
});
