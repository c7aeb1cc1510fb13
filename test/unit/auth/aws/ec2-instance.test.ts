import { describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../../src/std/json.ts";
import {
  addRole,
  boundWorld,
  createWorld,
  EC2_TRUST,
  OTHER,
  OWN,
  SSM_TRUST,
  session,
  type World,
  wireOf,
} from "./support.ts";

const ID = "i-0abc1234def567890";
const PROFILE = `arn:aws:iam::${OWN}:instance-profile/web`;
const INSTANCE = {
  id: ID,
  state: "running",
  ownerId: OWN,
  imageId: "ami-1",
  vpcId: "vpc-1",
  subnetId: "subnet-1",
  profileArn: PROFILE,
  tags: [],
};

const ec2World = async (role: JsonObject = {}, trust = EC2_TRUST): Promise<World> => {
  const world = createWorld();
  const web = addRole(world, "web", EC2_TRUST);
  await world.write("role/web", {
    inferred_entity_type: "ec2_instance",
    inferred_aws_region: "us-east-1",
    bound_iam_principal_arn: web.arn,
    ...role,
  });
  addRole(world, "web", trust);
  const own = world.accounts[OWN];
  if (own) {
    own.instances[ID] = INSTANCE;
    own.profiles["web"] = { id: "AIPA1", arn: PROFILE, roles: [{ id: web.id, arn: web.arn }] };
  }
  world.asked.length = 0;
  return world;
};
const refusal = (world: World, name = ID) => wireOf(world.loginAs(session("web", name), { role: "web" }));
const PREFIX = `failed to verify ${ID} as a valid EC2 instance in region us-east-1`;
const change = (world: World, changes: Partial<typeof INSTANCE>): void => {
  const own = world.accounts[OWN];
  if (own) own.instances[ID] = { ...INSTANCE, ...changes };
};

describe("an inferred EC2 instance", () => {
  it("logs in by the session of its profile's role", async () => {
    const world = await ec2World();
    await world.write("config/identity", {
      iam_metadata: "inferred_entity_type,inferred_entity_id,inferred_aws_region",
    });
    const grant = await world.loginAs(session("web", ID), { role: "web" });
    expect(grant.alias?.metadata).toEqual({
      inferred_entity_type: "ec2_instance",
      inferred_entity_id: ID,
      inferred_aws_region: "us-east-1",
    });
  });

  it.each([`${ID},i-0def`, "i-*", "i-0ABC1234", "web", "i-0abc=1", "mi-0a1b2c3d4e5f60718"])(
    "S24 is not asked about by the name %s",
    async (name) => {
      const world = await ec2World();
      expect(await refusal(world, name)).toMatch(/: session name is not an instance id$/);
      expect(world.asked).toEqual([]);
    },
  );

  it("S20 is not believed of another role than its profile's", async () => {
    const world = await ec2World();
    const own = world.accounts[OWN];
    const other = { id: "AROAOTHER0001", arn: `arn:aws:iam::${OWN}:role/other` };
    if (own) own.profiles["web"] = { id: "AIPA1", arn: PROFILE, roles: [other] };
    expect(await refusal(world)).toBe(`${PREFIX}: instance has a different role`);
  });

  it.each([
    ["S21 a person", EC2_TRUST.replace('"Service":"ec2.amazonaws.com"', '"AWS":"arn:aws:iam::1:root"')],
    ["S23 Systems Manager, as with default host management,", SSM_TRUST],
  ])("is not believed of a role that %s may assume", async (_, trust) => {
    const world = await ec2World({}, trust);
    expect(await refusal(world)).toBe(`${PREFIX}: role trust policy allows principals other than EC2`);
  });

  it.each([
    [
      "is gone",
      (w: World) => {
        delete w.accounts[OWN]?.instances[ID];
      },
      "no instance details found in reservations",
    ],
    ["is stopped", (w: World) => change(w, { state: "stopped" }), "instance is not in 'running' state"],
    ["is of another account", (w: World) => change(w, { ownerId: OTHER }), "instance belongs to another account"],
    [
      "has no profile",
      (w: World) => change(w, { profileArn: "" }),
      "IAM instance profile in the instance description is nil",
    ],
    [
      "is described as another",
      (w: World) => change(w, { id: "i-1" }),
      "expected instance ID not matching the instance ID in the instance description",
    ],
  ])("is refused when it %s", async (_, spoil, reason) => {
    const world = await ec2World();
    spoil(world);
    expect(await refusal(world)).toBe(`${PREFIX}: ${reason}`);
  });

  it.each([
    [{ bound_ec2_instance_id: "i-1" }, `instance ID "${ID}" does not belong to the role "web"`],
    [{ bound_account_id: OTHER }, `account ID "${OWN}" does not belong to role "web"`],
    [{ bound_ami_id: "ami-2" }, 'AMI ID "ami-1" does not belong to role "web"'],
    [{ bound_subnet_id: "subnet-2" }, 'subnet ID "subnet-1" does not satisfy the constraint on role "web"'],
    [{ bound_vpc_id: "vpc-2" }, 'VPC ID "vpc-1" does not satisfy the constraint on role "web"'],
    [
      { bound_iam_instance_profile_arn: `${PROFILE}2*` },
      `IAM instance profile ARN "${PROFILE}" does not satisfy the constraint role "web"`,
    ],
    [
      { bound_iam_role_arn: `arn:aws:iam::${OWN}:role/x*` },
      `IAM role ARN "arn:aws:iam::${OWN}:role/web" does not satisfy the constraint role "web"`,
    ],
  ])("V11 is refused when it violates only %j", async (role, reason) => {
    const world = await ec2World(role);
    expect(await refusal(world)).toBe(`error validating instance: ${reason}`);
  });

  it("passes bounds that hold, with `*` at their end", async () => {
    const world = await ec2World({ bound_iam_role_arn: `arn:aws:iam::${OWN}:role/w*`, bound_ami_id: "ami-0,ami-1" });
    await expect(world.loginAs(session("web", ID), { role: "web" })).resolves.toBeDefined();
  });

  it("V14 cannot renew once it is terminated", async () => {
    const world = await ec2World();
    const grant = await world.loginAs(session("web", ID), { role: "web" });
    await expect(world.renew(grant)).resolves.toBeDefined();
    change(world, { state: "terminated" });
    expect(await wireOf(world.renew(grant))).toBe(
      `failed to verify instance ID "${ID}": instance is not in 'running' state`,
    );
  });
});

describe("renewal", () => {
  it("follows the role's limits as they are now", async () => {
    const world = await boundWorld();
    const grant = await world.login({ role: "app" });
    await world.write("role/app", { token_max_ttl: "2h", token_ttl: "30m" });
    expect((await world.renew(grant)).token).toMatchObject({ ttl: 1800, maxTtl: 7200 });
  });

  it("V14 is refused when the role is gone, or created again under the same name", async () => {
    const world = await boundWorld();
    const grant = await world.login({ role: "app" });
    await world.request("delete", "role/app");
    expect(await wireOf(world.renew(grant))).toBe("role entry not found");
    await world.write("role/app", { bound_iam_principal_arn: `arn:aws:iam::${OWN}:role/app` });
    expect(await wireOf(world.renew(grant))).toBe("role entry not found");
  });

  it("V14 is refused when the principal is no longer bound", async () => {
    const world = await boundWorld();
    const grant = await world.login({ role: "app" });
    addRole(world, "other");
    await world.write("role/app", { bound_iam_principal_arn: `arn:aws:iam::${OWN}:role/other` });
    expect(await wireOf(world.renew(grant))).toBe(`role "app" no longer bound to ARN "arn:aws:iam::${OWN}:role/app"`);
  });

  it("is refused for a token made before its role inferred anything", async () => {
    const world = await boundWorld();
    const grant = await world.login({ role: "app" });
    await world.write("role/app", { inferred_entity_type: "ec2_instance", inferred_aws_region: "us-east-1" });
    expect(await wireOf(world.renew(grant))).toBe('"inferred_entity_id" not found in auth metadata');
  });

  it("is refused without a role name", async () => {
    const world = await boundWorld();
    const grant = await world.login({ role: "app" });
    expect(await wireOf(world.renew({ ...grant, internal: {} }))).toBe("error retrieving role_name during renewal");
  });
});
