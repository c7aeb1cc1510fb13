import { describe, expect, it } from "@jest/globals";
import { lockoutName } from "../../../../src/auth/approle/login.ts";
import { createMount, failed } from "./support.ts";

const WRONG = ["invalid_credentials", "invalid role or secret ID"];

describe("a login by role id and secret id", () => {
  it("V42: gives one text to an unknown role id, and to a wrong, spent, destroyed or ended secret id", async () => {
    const mount = createMount();
    await mount.role("app", { secret_id_ttl: 60 });
    const spent = await mount.issue("app", { num_uses: 1 });
    const ended = await mount.issue("app");
    const destroyed = await mount.issue("app");
    await mount.login("id-app", spent.secret_id);
    await mount.request("update", "role/app/secret-id/destroy", { secret_id: destroyed.secret_id });
    mount.clock.advance(60_000);
    const errors = await Promise.all([
      failed(mount.login("id-none", ended.secret_id)),
      ...["wrong", spent.secret_id, destroyed.secret_id, ended.secret_id].map((secret) =>
        failed(mount.login("id-app", secret)),
      ),
    ]);
    expect(errors.map(({ code, wire }) => [code, wire])).toEqual(Array(5).fill(WRONG));
  });

  it("I8: refuses a secret id at the second it expires, while it is still in storage", async () => {
    const mount = createMount();
    await mount.role("app", { secret_id_ttl: 60 });
    const { secret_id } = await mount.issue("app");
    mount.clock.advance(59_999);
    await mount.login("id-app", secret_id);
    mount.clock.advance(1);
    expect((await failed(mount.login("id-app", secret_id))).wire).toBe(WRONG[1]);
    expect(mount.view.keys().some((key) => key.includes("secret-id/"))).toBe(true);
  });

  it("never repeats a secret id in an error", async () => {
    const mount = createMount();
    await mount.role("app", { secret_id_bound_cidrs: "192.0.2.0/24" });
    const { secret_id } = await mount.issue("app");
    const errors = [
      await failed(mount.login("id-app", secret_id, { sourceAddress: "198.51.100.1" })),
      await failed(mount.login("id-none", secret_id)),
    ];
    expect(JSON.stringify(errors.map(({ wire, reason }) => [wire, reason]))).not.toContain(secret_id);
  });

  it("spends no use of a secret id that comes from a forbidden address", async () => {
    const mount = createMount();
    await mount.role("app", { secret_id_bound_cidrs: "192.0.2.0/24" });
    const { secret_id } = await mount.issue("app", { num_uses: 1 });
    const error = await failed(mount.login("id-app", secret_id, { sourceAddress: "198.51.100.1" }));
    expect(error.wire).toBe('source address "198.51.100.1" unauthorized by CIDR restrictions on the role');
    await mount.login("id-app", secret_id, { sourceAddress: "192.0.2.1" });
  });

  it("fails closed where the address is not known", async () => {
    const mount = createMount();
    await mount.role("app", { secret_id_bound_cidrs: "0.0.0.0/0" });
    const { secret_id } = await mount.issue("app");
    expect((await failed(mount.login("id-app", secret_id))).code).toBe("invalid_request");
  });

  it.each([
    ["other case", (id: string) => id.toUpperCase()],
    ["a zero-width space", (id: string) => `${id}\u200b`],
    ["a full-width letter", (id: string) => id.replace("s", "\uff53")],
    ["a NUL", (id: string) => `${id}\0`],
  ])("V43: takes a secret id of one use with %s for another, and does not spend it", async (_, spell) => {
    const mount = createMount();
    await mount.role("app");
    await mount.request("update", "role/app/custom-secret-id", { secret_id: "secret-one", num_uses: 1 });
    expect((await failed(mount.login("id-app", spell("secret-one")))).wire).toBe(WRONG[1]);
    await mount.login("id-app", "secret-one");
  });

  it("V43: gives a padded secret id of one use no second use", async () => {
    const mount = createMount();
    await mount.role("app");
    const { secret_id } = await mount.issue("app", { num_uses: 1 });
    await mount.login("id-app", ` ${secret_id}\n`);
    expect((await failed(mount.login("id-app", secret_id))).wire).toBe(WRONG[1]);
  });

  it("binds the token as the secret id says, else as the role says, in the shortest form", async () => {
    const mount = createMount();
    await mount.role("app", { token_bound_cidrs: ["192.0.2.0/24"] });
    const own = await mount.issue("app", { token_bound_cidrs: ["192.0.2.7/32"] });
    const plain = await mount.issue("app");
    expect((await mount.login("id-app", own.secret_id)).token.boundCidrs).toEqual(["192.0.2.7"]);
    expect((await mount.login("id-app", plain.secret_id)).token.boundCidrs).toEqual(["192.0.2.0/24"]);
  });

  it("gives metadata of the secret id, but never another role's name", async () => {
    const mount = createMount();
    await mount.role("App");
    const { secret_id } = await mount.issue("app", { metadata: '{"env":"prod","role_name":"other"}' });
    const grant = await mount.login("id-app", secret_id);
    expect(grant.metadata).toEqual({ env: "prod", role_name: "app" });
    expect(grant.alias).toEqual({ name: "id-app", metadata: { env: "prod", role_name: "app" } });
  });

  it("reads at most two batches and writes only to count", async () => {
    const mount = createMount();
    await mount.role("app");
    const { secret_id } = await mount.issue("app");
    mount.view.calls.length = 0;
    await mount.login("id-app", secret_id);
    expect(mount.view.calls).toEqual([
      { kind: "get", members: 1 },
      { kind: "get", members: 2 },
    ]);
  });
});

describe("uses of a secret id", () => {
  it("F51: 500 logins at once spend exactly the five there are", async () => {
    const mount = createMount();
    await mount.role("app", { secret_id_num_uses: 5 });
    const { secret_id } = await mount.issue("app");
    mount.view.pause = () => new Promise((resolve) => setImmediate(resolve));
    const results = await Promise.allSettled(Array.from({ length: 500 }, () => mount.login("id-app", secret_id)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    const texts = results.flatMap((one) => (one.status === "rejected" ? [String(one.reason.wire)] : []));
    expect(new Set(texts)).toEqual(new Set([WRONG[1]]));
  });

  it("leave neither secret id nor accessor behind", async () => {
    const mount = createMount();
    await mount.role("app");
    const before = mount.view.keys();
    const { secret_id } = await mount.issue("app", { num_uses: 2 });
    await mount.login("id-app", secret_id);
    await mount.login("id-app", secret_id);
    expect(mount.view.keys()).toEqual(before);
  });

  it("are not given by a value that was registered again while a login was under way", async () => {
    const mount = createMount();
    await mount.role("app");
    const register = () => mount.request("update", "role/app/custom-secret-id", { secret_id: "mine", num_uses: 2 });
    await register();
    const grant = await mount.prove("id-app", "mine");
    await grant.spend?.();
    await mount.request("update", "role/app/secret-id/destroy", { secret_id: "mine" });
    await register();
    const { code, wire } = await failed(Promise.resolve(grant.spend?.()));
    expect([code, wire]).toEqual(["invalid_request", WRONG[1]]);
  });

  it("keep the end of the secret id when they are spent", async () => {
    const mount = createMount();
    await mount.role("app", { secret_id_ttl: 60, secret_id_num_uses: 3 });
    const { secret_id } = await mount.issue("app");
    mount.clock.advance(30_000);
    await mount.login("id-app", secret_id);
    mount.clock.advance(30_000);
    await failed(mount.login("id-app", secret_id));
  });
});

describe("the name lockout counts by", () => {
  it.each([
    [{ role_id: " id-app\n" }, "id-app"],
    [{ role_id: 12 }, "12"],
    [{ role_id: true }, "1"],
    [{ role_id: "ID-App" }, "ID-App"],
    [{ role_id: "" }, undefined],
    [{ role_id: ["id-app"] }, undefined],
    [{}, undefined],
  ])("is of %j as the login reads it", (body, name) => {
    expect(lockoutName("login", body)).toBe(name);
  });
});

describe("renewal", () => {
  it("takes lifetimes from the role as it is now, and asks for no secret id", async () => {
    const mount = createMount();
    await mount.role("app", { token_ttl: 60 });
    const { secret_id } = await mount.issue("app", { num_uses: 1 });
    const grant = await mount.login("id-app", secret_id);
    await mount.role("app", { token_ttl: 30 });
    expect((await mount.renew(grant))?.token.ttl).toBe(30);
  });

  it("is refused when the role is gone, even if one of the same name and id was created since", async () => {
    const mount = createMount();
    await mount.role("app");
    const grant = await mount.login("id-app", (await mount.issue("app")).secret_id);
    await mount.request("delete", "role/app");
    const text = 'failed to renew entry: role "app" does not exist during renewal';
    expect((await failed(mount.renew(grant))).wire).toBe(text);
    await mount.role("app");
    expect((await failed(mount.renew(grant))).wire).toBe(text);
  });
});
