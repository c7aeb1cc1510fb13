import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { createKiller } from "../../../support/crash.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { mountSsh, type Ssh } from "./support/hosts.ts";

const killer = createKiller();
/** While set, revocations stop before they reach the engine, as if another function had to carry them out. */
let heldUp = false;
let server: TestServer;
let ssh: Ssh;

beforeAll(async () => {
  server = await makeServer({
    crash: (step, run) => {
      if (heldUp && step === "lease.revoke.backend") throw new Error("held up");
      return killer.crash(step, run);
    },
  });
  ssh = await mountSsh(server);
  await ssh.otpRole("web");
});
afterAll(() => server.dynamo.close());
beforeEach(() => {
  heldUp = false;
  server.table.before = () => undefined;
});

const NOT_FOUND = { errors: ["OTP not found"] };
const sweep = () => server.core.schedule.tick(server.clock.now() + 60_000);

const tokenFor = async (parent?: string): Promise<string> => {
  const body = { policies: ["root"], ttl: "2m" };
  const made = await ssh.post("auth/token/create", body, parent);
  const auth = made.body["auth"];
  return String(typeof auth === "object" && auth !== null ? Reflect.get(auth, "client_token") : "");
};

describe("a one-time password", () => {
  it("tells the host once what it is for", async () => {
    const { key } = await ssh.password("web");
    const first = await ssh.verify(key);
    const second = await ssh.verify(key);

    expect(first.data).toEqual({ ip: "10.1.2.3", username: "ubuntu", role_name: "web" });
    expect([second.status, second.body]).toEqual([400, NOT_FOUND]);
  });

  it("is given to one of many callers who ask at the same time", async () => {
    const { key } = await ssh.password("web");
    const answers = await Promise.all(Array.from({ length: 24 }, () => ssh.verify(key)));

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status, body }) => status === 400 && body["errors"])).toHaveLength(23);
  });

  it("is stored nowhere, neither in names nor in bodies, and is in no log", async () => {
    const before = await ssh.kept();
    const { key, lease } = await ssh.password("web");
    await ssh.verify(key.replace(/^./, (first) => (first === "0" ? "1" : "0")));
    const snapshot = await server.core.config.snapshot();
    const mount = [...snapshot.mounts.values()].find(({ info }) => info.path === "ssh/");
    if (!mount) throw new Error("ssh/ is mounted");
    const view = await server.core.store.view(mount.info.id);
    const names = await view.list("otp/");
    const entries = await view.getMany(names.map((name) => view.at(`otp/${name}`)));
    const recorded = await server.core.leases.lookup(lease);
    const written = JSON.stringify([names, entries, recorded, server.auditLines, server.logLines]);

    expect(names).toHaveLength(before + 1);
    expect(entries.every((entry) => entry !== undefined)).toBe(true);
    expect(recorded?.internal).toEqual({ otp: expect.stringMatching(/^[\w-]{22}$/) });
    expect(written).not.toContain(key);
    expect(written).not.toContain(key.replaceAll("-", ""));
    await ssh.post("sys/leases/revoke", { lease_id: lease });
  });

  it("has an address as Go writes it, whatever it is written like", async () => {
    await ssh.otpRole("six", { cidr_list: "2001:db8::/32,10.0.0.0/8" });
    const made = await Promise.all(
      ["2001:DB8:0:0:0:0:0:1", "::ffff:10.1.2.3"].map((ip) => ssh.post("ssh/creds/six", { ip })),
    );

    expect(made.map(({ data }) => data["ip"])).toEqual(["2001:db8::1", "10.1.2.3"]);
  });
});

describe("a one-time password is refused as soon as", () => {
  it("its lease has ended, before the sweeper was there", async () => {
    await server.call("POST", "sys/mounts/ssh/tune", { body: { default_lease_ttl: "1m" } });
    const { key } = await ssh.password("web");
    await server.call("POST", "sys/mounts/ssh/tune", { body: { default_lease_ttl: "1h" } });
    const before = await ssh.kept();
    server.clock.advance(60_000);

    expect((await ssh.verify(key)).body).toEqual(NOT_FOUND);
    expect(await ssh.kept()).toBe(before);
  });

  it("its lease is to be revoked by somebody else, who has not begun", async () => {
    const { key, lease } = await ssh.password("web");
    const before = await ssh.kept();
    const { status } = await ssh.post("sys/leases/revoke", { lease_id: lease, sync: false });

    expect(status).toBe(202);
    expect((await ssh.verify(key)).body).toEqual(NOT_FOUND);
    expect(await ssh.kept()).toBe(before);
    await sweep();
    expect(await ssh.kept()).toBeLessThan(before);
  });

  it("its lease's revocation has begun and is held up", async () => {
    const { key, lease } = await ssh.password("web");
    heldUp = true;
    await ssh.post("sys/leases/revoke", { lease_id: lease });

    expect((await ssh.verify(key)).body).toEqual(NOT_FOUND);
  });

  it("the token that asked for it is revoked, or one above it, and the rest is held up", async () => {
    for (const levels of [1, 2]) {
      const first = await tokenFor();
      const asker = levels === 1 ? first : await tokenFor(first);
      const { key } = await ssh.password("web", asker);
      heldUp = true;
      await ssh.post("auth/token/revoke", { token: first });

      expect((await ssh.verify(key)).body).toEqual(NOT_FOUND);
      heldUp = false;
    }
  });

  it("the token that asked for it has ended", async () => {
    const token = await tokenFor();
    const { key } = await ssh.password("web", token);
    server.clock.advance(120_000);

    expect((await ssh.verify(key)).body).toEqual(NOT_FOUND);
  });
});

describe("a one-time password stays good", () => {
  it("when the table fails while it is checked", async () => {
    const { key } = await ssh.password("web");
    const steps = killer.steps.length;
    let reads = 0;
    server.table.before = ({ operation }) => {
      // The first read has the password; its lease is read after it.
      if (operation === "BatchGetItem" && ++reads > 1) throw new Error("the table is away");
    };
    const failed = await ssh.verify(key);
    server.table.before = () => undefined;

    expect(failed.status).toBeGreaterThanOrEqual(500);
    expect(killer.steps.slice(steps)).not.toContain("ssh.otp.verify");
    expect((await ssh.verify(key)).status).toBe(200);
  });
});

describe("the lease of a one-time password", () => {
  it("cannot be renewed, and its revocation succeeds when the password was used", async () => {
    const { key, lease } = await ssh.password("web");
    await ssh.verify(key);
    const renewed = await ssh.post("sys/leases/renew", { lease_id: lease });
    const revoked = await ssh.post("sys/leases/revoke", { lease_id: lease });

    expect(renewed.body).toEqual({ errors: ["lease is not renewable"] });
    expect(revoked.status).toBe(204);
  });
});

describe("config/zeroaddress", () => {
  it("lets a role serve any address, and is left by a role that is deleted", async () => {
    await ssh.otpRole("any", { cidr_list: "", exclude_cidr_list: "192.0.2.0/24" });
    const before = await ssh.post("ssh/creds/any", { ip: "192.0.2.1" });
    await ssh.post("ssh/config/zeroaddress", { roles: "any,web" });
    const after = await ssh.post("ssh/creds/any", { ip: "192.0.2.1" });
    await server.call("DELETE", "ssh/roles/any");
    await ssh.otpRole("any", { cidr_list: "" });

    expect(before.body).toEqual({ errors: ["Error validating IP: IP does not belong to role"] });
    expect(after.status).toBe(200);
    expect((await server.call("GET", "ssh/config/zeroaddress")).data).toEqual({ roles: ["web"] });
    expect((await ssh.post("ssh/creds/any", { ip: "192.0.2.1" })).status).toBe(400);
  });

  it("names only roles that exist", async () => {
    expect((await ssh.post("ssh/config/zeroaddress", { roles: "web,ghost" })).body).toEqual({
      errors: ['Role "ghost" does not exist'],
    });
    expect((await ssh.post("ssh/config/zeroaddress", {})).body).toEqual({ errors: ["Missing roles"] });
    expect((await server.call("DELETE", "ssh/config/zeroaddress")).status).toBe(204);
    expect((await server.call("GET", "ssh/config/zeroaddress")).status).toBe(404);
  });
});

describe("lookup", () => {
  it("names the roles whose ranges hold an address, then those for any", async () => {
    await ssh.otpRole("db", { cidr_list: "192.168.0.0/16, 10.9.0.0/16", exclude_cidr_list: "10.9.1.0/24" });
    await ssh.otpRole("zero", { cidr_list: "" });
    await ssh.caRole("signs");
    await ssh.post("ssh/config/zeroaddress", { roles: "zero" });
    const rolesFor = async (ip: string) => (await ssh.post("ssh/lookup", { ip })).data["roles"];

    expect(await rolesFor("10.9.1.1")).toEqual(expect.arrayContaining(["db", "web", "zero"]));
    expect(await rolesFor("192.0.2.1")).toEqual(["zero"]);
    await server.call("DELETE", "ssh/config/zeroaddress");
    expect(await rolesFor("192.0.2.1")).toBeNull();
    expect((await ssh.post("ssh/lookup", {})).body).toEqual({ errors: ["Missing ip"] });
    expect((await ssh.post("ssh/lookup", { ip: "10.1.2.3/8" })).body).toEqual({ errors: ['Invalid IP "<nil>"'] });
  });
});
