import { describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../../src/std/json.ts";
import { addRole, createWorld, EC2_TRUST, failure, hybridWorld, OTHER, OWN, wireOf } from "./support.ts";

const ARN = `arn:aws:iam::${OWN}:role/app`;
const HYBRID = { inferred_entity_type: "ssm_managed_instance", inferred_aws_region: "eu-west-1" };
const refusal = async (role: JsonObject, before?: JsonObject) => {
  const world = createWorld();
  addRole(world, "app", EC2_TRUST);
  if (before) await world.write("role/r", before);
  return wireOf(world.request("update", "role/r", role));
};

describe("a role", () => {
  it("reads back in Vault's shape", async () => {
    const world = createWorld();
    addRole(world, "app");
    const written = await world.request("update", "role/Dev", {
      bound_iam_principal_arn: ARN,
      policies: "B,a",
      ttl: 60,
    });
    expect(written).toMatchObject({ status: 204, operation: "create" });
    expect((await world.request("read", "role/dev")).data).toEqual({
      allow_instance_migration: false,
      auth_type: "iam",
      bound_account_id: [],
      bound_ami_id: [],
      bound_ec2_instance_id: null,
      bound_iam_instance_profile_arn: [],
      bound_iam_principal_arn: [ARN],
      bound_iam_principal_id: ["AROAAPP0001"],
      bound_iam_role_arn: [],
      bound_region: [],
      bound_subnet_id: [],
      bound_vpc_id: [],
      disallow_reauthentication: false,
      inferred_aws_region: "",
      inferred_entity_type: "",
      policies: ["a", "b"],
      resolve_aws_unique_ids: true,
      role_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      role_tag: "",
      token_bound_cidrs: [],
      token_explicit_max_ttl: 0,
      token_max_ttl: 0,
      token_no_default_policy: false,
      token_num_uses: 0,
      token_period: 0,
      token_policies: ["a", "b"],
      token_ttl: 60,
      token_type: "default",
      ttl: 60,
    });
  });

  it("of hybrid nodes also shows their fields", async () => {
    const world = await hybridWorld({ bound_resource_tag: "env=prod", inferred_aws_region: "eu-west-1,eu-north-1" });
    expect((await world.request("read", "role/node")).data).toMatchObject({
      inferred_entity_type: "ssm_managed_instance",
      inferred_aws_region: "eu-west-1,eu-north-1",
      bound_resource_tag: ["env=prod"],
      bound_ssm_instance_id: [],
      require_online: true,
      require_ssm_only_trust: true,
      max_ping_age: 900,
      max_registration_age: 0,
    });
  });

  it("is listed in lower case on both paths, and gone after its deletion", async () => {
    const world = createWorld();
    await expect(world.request("list", "role")).resolves.toMatchObject({ status: 404 });
    await world.write("role/Machine", { auth_type: "ec2", bound_account_id: OWN });
    for (const path of ["role", "roles"])
      expect((await world.request("list", path)).data).toEqual({ keys: ["machine"] });
    await world.request("delete", "role/MACHINE");
    await expect(world.request("read", "role/machine")).resolves.toMatchObject({ status: 404 });
  });

  it("keeps its id and what a later write does not name", async () => {
    const world = createWorld();
    await world.write("role/m", { auth_type: "ec2", bound_account_id: OWN, bound_region: "us-east-1" });
    const before = (await world.request("read", "role/m")).data;
    const changed = await world.request("update", "role/m", { bound_ami_id: "ami-1" });
    expect(changed.operation).toBe("update");
    expect((await world.request("read", "role/m")).data).toEqual({ ...before, bound_ami_id: ["ami-1"] });
  });

  it("warns of a maximum life beyond the mount's", async () => {
    const world = createWorld();
    const given = { auth_type: "ec2", bound_account_id: OWN, token_max_ttl: 3000000 };
    expect((await world.request("update", "role/m", given)).warnings).toEqual([
      "Given max ttl of 3000000 seconds greater than current mount/system default of 2764800 seconds; max ttl will be capped at login time.",
    ]);
  });

  it.each(["a b", "../x", "-a", "x/"])("cannot be called %j", async (name) => {
    const world = createWorld();
    await expect(world.request("update", `role/${name}`, { auth_type: "ec2", bound_account_id: OWN })).rejects.toThrow(
      expect.objectContaining({ code: "unsupported_path" }),
    );
  });
});

describe("a write of a role is refused", () => {
  const EC2 = { auth_type: "ec2", bound_account_id: OWN };
  const inferring = (type: string) => ({
    inferred_entity_type: type,
    inferred_aws_region: "us-east-1",
    bound_iam_principal_arn: ARN,
  });
  it.each([
    [{ auth_type: "gcp", bound_account_id: OWN }, "unrecognized auth_type: gcp"],
    [{ bound_iam_principal_arn: [] }, "at least one bound parameter should be specified on the role"],
    [{ bound_ami_id: "ami-1" }, "specified bound_ami_id but not specifying ec2 auth_type or inferring ec2_instance"],
    [
      { bound_account_id: OWN },
      "specified bound_account_id but not specifying ec2 auth_type or inferring ec2_instance",
    ],
    [{ bound_vpc_id: "vpc-1" }, "specified bound_vpc_id but not specifying ec2 auth_type or inferring ec2_instance"],
    [
      { bound_iam_principal_arn: ARN, bound_region: "us-east-1" },
      "specified bound_region but not specifying ec2 auth_type",
    ],
    [{ ...EC2, bound_iam_principal_arn: ARN }, "specified bound_iam_principal_arn but not specifying iam auth_type"],
    [{ ...EC2, ...HYBRID }, "specified inferred_entity_type but didn't allow iam auth_type"],
    [{ ...inferring("lambda") }, "specified invalid inferred_entity_type: lambda"],
    [
      { inferred_entity_type: "ec2_instance", bound_iam_principal_arn: ARN },
      "specified inferred_entity_type but not inferred_aws_region",
    ],
    [
      { inferred_aws_region: "us-east-1", bound_iam_principal_arn: ARN },
      "specified inferred_aws_region but not inferred_entity_type",
    ],
    [
      { ...inferring("ec2_instance"), inferred_aws_region: "us-east-1.evil" },
      'inferred_aws_region "us-east-1.evil" is not a known region',
    ],
    [
      { ...inferring("ec2_instance"), inferred_aws_region: "us-east-1,us-east-2" },
      "inferred_aws_region takes at most 1 for ec2_instance",
    ],
    [
      { bound_iam_principal_arn: ARN, disallow_reauthentication: true },
      "specified disallow_reauthentication when not using ec2 auth type",
    ],
    [
      { bound_iam_principal_arn: ARN, allow_instance_migration: true },
      "specified allow_instance_migration when not using ec2 auth type",
    ],
    [
      { ...EC2, disallow_reauthentication: true, allow_instance_migration: true },
      "cannot specify both disallow_reauthentication=true and allow_instance_migration=true",
    ],
    [{ bound_iam_principal_arn: ARN, role_tag: "t" }, "tried to enable role_tag when not using ec2 auth method"],
    [{ ...EC2, role_tag: "t".repeat(128) }, "length of role tag exceeds the EC2 key limit of 127 characters"],
    [
      { ...EC2, period: "1000h" },
      'period of "1000h0m0s" is greater than the backend\'s maximum lease TTL of "768h0m0s"',
    ],
    [
      { ...EC2, token_type: "batch", token_period: 60 },
      "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens",
    ],
    [{ ...EC2, ttl: "2h", max_ttl: "1h" }, "ttl should be shorter than max ttl"],
    [{ ...HYBRID }, "inferred_entity_type ssm_managed_instance requires bound_iam_principal_arn"],
    [
      { inferred_entity_type: "ec2_instance", inferred_aws_region: "us-east-1", bound_ami_id: "ami-1" },
      "inferred_entity_type ec2_instance requires bound_iam_principal_arn",
    ],
    [
      { ...HYBRID, bound_iam_principal_arn: ARN, bound_ami_id: "ami-1" },
      "inferred_entity_type ssm_managed_instance cannot be combined with bound_ami_id",
    ],
    [
      { bound_iam_principal_arn: ARN, bound_ssm_instance_id: "mi-0a1b2c3d4e5f60718" },
      "specified bound_ssm_instance_id but not inferring ssm_managed_instance",
    ],
    [
      { bound_iam_principal_arn: ARN, require_online: false },
      "specified require_online but not inferring ssm_managed_instance",
    ],
    [
      { bound_iam_principal_arn: ARN, max_ping_age: 0 },
      "specified max_ping_age but not inferring ssm_managed_instance",
    ],
    [{ ...HYBRID, bound_iam_principal_arn: ARN, bound_ssm_instance_id: "mi-1" }, 'invalid ssm instance id "mi-1"'],
    [{ ...HYBRID, bound_iam_principal_arn: ARN, bound_activation_id: "x" }, 'invalid activation id "x"'],
    [
      { ...HYBRID, bound_iam_principal_arn: ARN, bound_resource_tag: "env" },
      'invalid resource tag "env"; expected key=value',
    ],
    [{ ...HYBRID, bound_iam_principal_arn: ARN, bound_platform_type: "BeOS" }, 'invalid platform type "BeOS"'],
    [
      { ...HYBRID, bound_iam_principal_arn: ARN, require_ssm_only_trust: false },
      "require_ssm_only_trust cannot be turned off",
    ],
    [
      { ...HYBRID, bound_iam_principal_arn: ARN, ssm_service_principals: "lambda.amazonaws.com" },
      'ssm_service_principals may name Systems Manager only, not "lambda.amazonaws.com"',
    ],
  ])("for %j", async (role, wire) => {
    expect(await refusal(role)).toBe(wire);
  });

  it("for a change of auth_type, or back from unique ids", async () => {
    expect(await refusal({ auth_type: "iam" }, EC2)).toBe("changing auth_type on a role is not allowed");
    expect(await refusal({ resolve_aws_unique_ids: false }, { bound_iam_principal_arn: ARN })).toBe(
      "changing resolve_aws_unique_ids from true to false is not allowed",
    );
  });

  it("S21 when its principal may be assumed by others than the service it is inferred from", async () => {
    expect(await refusal({ ...HYBRID, bound_iam_principal_arn: ARN })).toBe(
      `unable to resolve ARN "${ARN}" to internal ID: inferred_entity_type ssm_managed_instance needs a role that only its service may assume`,
    );
  });

  it.each([
    ["names nobody", `arn:aws:iam::${OWN}:role/gone`, "there is no such principal"],
    [
      "is of an account that cannot be asked",
      `arn:aws:iam::${OTHER}:role/app`,
      `unable to fetch client for account ID "${OTHER}" -- default client is for another account`,
    ],
    ["is none", "app", "unrecognized arn: contains 1 colon-separated parts, expected 6"],
    ["is a session's", `arn:aws:sts::${OWN}:assumed-role/app/s`, 'unrecognized principal type: "assumed-role"'],
  ])("when an ARN %s", async (_, arn, reason) => {
    expect(await refusal({ bound_iam_principal_arn: arn })).toBe(
      `unable to resolve ARN "${arn}" to internal ID: ${reason}`,
    );
  });

  it("with 502 when AWS cannot be asked, and nothing is stored", async () => {
    const world = createWorld();
    world.broken = "AccessDenied";
    expect(await failure(world.request("update", "role/r", { bound_iam_principal_arn: ARN }))).toEqual({
      code: "upstream_failed",
      wire: `unable to resolve ARN "${ARN}" to internal ID: AWS could not be asked`,
    });
    await expect(world.request("read", "role/r")).resolves.toMatchObject({ status: 404 });
  });
});

describe("unique ids", () => {
  it("are resolved when a role begins to use them, and again whenever its ARNs are written", async () => {
    const world = createWorld();
    await world.write("role/r", { bound_iam_principal_arn: ARN, resolve_aws_unique_ids: false });
    addRole(world, "app");
    await world.write("role/r", { resolve_aws_unique_ids: true });
    const ids = async () => (await world.request("read", "role/r")).data.bound_iam_principal_id;
    expect(await ids()).toEqual(["AROAAPP0001"]);
    const own = world.accounts[OWN];
    if (own) own.roles["app"] = { ...addRole(world, "app"), id: "AROANEW" };
    await world.write("role/r", { token_ttl: 5 });
    expect(await ids()).toEqual(["AROAAPP0001"]);
    await world.write("role/r", { bound_iam_principal_arn: ARN });
    expect(await ids()).toEqual(["AROANEW"]);
  });
});
