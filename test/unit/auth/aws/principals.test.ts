import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { cacheKey } from "../../../../src/auth/aws/positive-cache.ts";
import {
  addRole,
  boundWorld,
  createWorld,
  EC2_TRUST,
  failure,
  loginBody,
  OTHER,
  OWN,
  session,
  wireOf,
} from "./support.ts";

const user = (name: string, id = `AIDA${name.toUpperCase()}00001`) => ({
  arn: `arn:aws:iam::${OWN}:user/${name}`,
  userId: id,
  account: OWN,
});

describe("the role of a login", () => {
  it("is the friendly name of the caller when none is named", async () => {
    const world = await boundWorld();
    await expect(world.loginAs(session("app", "box"))).resolves.toMatchObject({ displayName: "app/box" });
    expect(await wireOf(world.loginAs(session("MyRole", "box")))).toBe("entry for role MyRole not found");
  });

  it.each(["nobody", "../app", "app/", "a/b", "app\u0000"])("%j does not exist", async (role) => {
    const world = await boundWorld();
    expect(await wireOf(world.login({ role }))).toBe(`entry for role ${role} not found`);
  });

  it("must be for signed requests, which is said only to a caller STS vouches for", async () => {
    const world = await boundWorld();
    await world.write("role/machine", { auth_type: "ec2", bound_account_id: OWN });
    expect(await wireOf(world.login({ role: "machine" }))).toBe("auth method iam not allowed for role machine");
    expect(world.sent).toHaveLength(1);
  });

  it("keeps other addresses out with 403, before its type is looked at", async () => {
    const world = await boundWorld();
    await world.write("role/machine", { auth_type: "ec2", bound_account_id: OWN, token_bound_cidrs: "192.0.2.0/24" });
    expect(await failure(world.login({ role: "machine" }, { sourceAddress: "198.51.100.1" }))).toEqual({
      code: "permission_denied",
      wire: "permission denied",
    });
  });
});

describe("a bound principal", () => {
  it("is known by its unique id: one created again under the same name is another", async () => {
    const world = await boundWorld();
    await expect(world.loginAs(session("app", "box"), { role: "app" })).resolves.toBeDefined();
    const recreated = session("app", "box", OWN, "AROARECREATED01");
    expect(await wireOf(world.loginAs(recreated, { role: "app" }))).toBe(
      `IAM Principal "${recreated.arn}" does not belong to the role "app"`,
    );
  });

  it("needs no question to AWS at login", async () => {
    const world = await boundWorld();
    await world.login({ role: "app" });
    expect(world.asked).toEqual([]);
  });

  it("is known by its ARN without path where ids are not resolved", async () => {
    const world = createWorld();
    const role = { resolve_aws_unique_ids: false };
    await world.write("role/r", { ...role, bound_iam_principal_arn: `arn:aws:iam::${OWN}:role/R` });
    await world.write("role/p", { ...role, bound_iam_principal_arn: `arn:aws:iam::${OWN}:role/path/R` });
    const caller = session("R", "s");
    await expect(world.loginAs(caller, { role: "r" })).resolves.toBeDefined();
    expect(await wireOf(world.loginAs(caller, { role: "p" }))).toBe(
      `IAM Principal "${caller.arn}" does not belong to the role "p"`,
    );
  });

  it("may be a user", async () => {
    const world = createWorld();
    const own = world.accounts[OWN];
    if (own) own.users["ann"] = { id: "AIDAANN00001", arn: `arn:aws:iam::${OWN}:user/staff/ann` };
    await world.write("role/people", { bound_iam_principal_arn: `arn:aws:iam::${OWN}:user/staff/*` });
    await expect(world.loginAs(user("ann"), { role: "people" })).resolves.toMatchObject({ displayName: "ann" });
    expect(await wireOf(world.loginAs(user("eve"), { role: "people" }))).toMatch(/got empty string back/);
  });
});

describe("a wildcard binding", () => {
  const wild = async () => {
    const world = createWorld();
    addRole(world, "deploy", EC2_TRUST, OWN, "app/");
    await world.write("role/w", { bound_iam_principal_arn: `arn:aws:iam::${OWN}:role/app/*` });
    return world;
  };

  it("is matched against the ARN with path", async () => {
    const world = await wild();
    addRole(world, "other", EC2_TRUST, OWN, "lib/");
    await expect(world.loginAs(session("deploy", "x"), { role: "w" })).resolves.toBeDefined();
    expect(await wireOf(world.loginAs(session("other", "x"), { role: "w" }))).toMatch(
      /does not belong to the role "w"$/,
    );
  });

  it("V03 V04 does not take another account's role of the same name, and does not ask its own account about it", async () => {
    const world = await wild();
    const stranger = session("deploy", "x", OTHER);
    const wire =
      `error looking up full ARN of entity arn:aws:iam::${OTHER}:role/deploy when attempting login for role "w": ` +
      `unable to fetch client for account ID "${OTHER}" -- default client is for another account`;
    expect(await wireOf(world.loginAs(stranger, { role: "w" }))).toBe(wire);
    expect(world.asked).toEqual([]);
  });

  it("V03 does not do so either when the right role logged in a moment before", async () => {
    const world = await wild();
    await world.loginAs(session("deploy", "x"), { role: "w" });
    await world.write(`config/sts/${OTHER}`, { sts_role: `arn:aws:iam::${OTHER}:role/look` });
    addRole(world, "deploy", EC2_TRUST, OTHER, "app/");
    const stranger = session("deploy", "x", OTHER);
    expect(await wireOf(world.loginAs(stranger, { role: "w" }))).toMatch(/does not belong to the role "w"$/);
    expect(world.asked.at(-1)).toBe(`role ${OTHER} deploy`);
  });

  it("V04 needs the role that is there now to have the caller's own id", async () => {
    const world = await wild();
    const recreated = session("deploy", "x", OWN, "AROARECREATED01");
    expect(await wireOf(world.loginAs(recreated, { role: "w" }))).toMatch(
      /^got empty string back when looking up full ARN/,
    );
  });

  it("grants nothing when AWS cannot be asked, and says nothing of AWS's own", async () => {
    const world = await wild();
    world.broken = "ThrottlingException";
    const { code, wire } = await failure(world.loginAs(session("deploy", "x"), { role: "w" }));
    expect(code).toBe("upstream_failed");
    expect(wire).toMatch(/: AWS could not be asked$/);
    expect(wire).not.toMatch(/Throttling/);
  });

  it("V03 keeps what it remembers apart by every part of the question", () => {
    const parts = fc.array(fc.option(fc.string(), { nil: undefined }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(cacheKey(...a) === cacheKey(...b)).toBe(a.every((part, index) => part === b[index]));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a login's metadata and alias", () => {
  it("are Vault's defaults", async () => {
    const world = await boundWorld();
    const { data } = await world.request("read", "role/app");
    const grant = await world.login({ role: "app" });
    expect(grant.metadata).toEqual({ role_id: data.role_id, account_id: OWN, auth_type: "iam" });
    expect(grant.alias).toEqual({ name: data.role_id, metadata: { account_id: OWN, auth_type: "iam" } });
    expect(grant.token).toMatchObject({ ttl: 3600 });
  });

  it.each([
    ["unique_id", "AROAAPP0001"],
    ["full_arn", `arn:aws:sts::${OWN}:assumed-role/app/box`],
    ["canonical_arn", `arn:aws:iam::${OWN}:role/app`],
    ["ssm_instance_id", "AROAAPP0001"],
  ])("can be %s", async (iam_alias, name) => {
    const world = await boundWorld();
    await world.write("config/identity", { iam_alias });
    expect((await world.login({ role: "app" })).alias?.name).toBe(name);
  });

  it("hold what was selected, empty values left out, and V02 nothing the caller wrote", async () => {
    const world = await boundWorld();
    await world.write("config/identity", {
      iam_metadata: "client_arn,canonical_arn,client_user_id,inferred_entity_id,ssm_name",
    });
    const body = { account_id: OTHER, client_arn: "arn:evil", inferred_entity_id: "i-0abc" };
    const grant = await world.login({ ...loginBody({ role: "app" }), ...body });
    expect(grant.alias?.metadata).toEqual({
      client_arn: `arn:aws:sts::${OWN}:assumed-role/app/box`,
      canonical_arn: `arn:aws:iam::${OWN}:role/app`,
      client_user_id: "AROAAPP0001",
    });
  });
});

describe("a login's cost", () => {
  it("is one call to STS and one read of the table, for a role that is named", async () => {
    const world = await boundWorld();
    world.view.calls.length = 0;
    await world.login({ role: "app" });
    expect(world.sent).toHaveLength(1);
    expect(world.view.calls).toEqual([{ kind: "get", members: 3 }]);
  });
});
