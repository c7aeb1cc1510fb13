import { describe, expect, it } from "@jest/globals";
import { trustsOnly } from "../../../../src/auth/aws/trust-policy.ts";
import {
  ACTIVATION,
  addRole,
  asNode,
  failure,
  hybridWorld,
  NODE,
  NOW,
  node,
  OTHER,
  OWN,
  SSM_TRUST,
  session,
  type World,
  wireOf,
} from "./support.ts";

const PREFIX = `failed to verify ${NODE} as an SSM managed instance`;
const setNode = (world: World, changes: Parameters<typeof node>[0], region = "eu-west-1"): void => {
  const own = world.accounts[OWN];
  if (own) own.nodes[`${region}/${NODE}`] = node(changes);
};
const dropNode = (world: World): void => {
  const own = world.accounts[OWN];
  if (own) delete own.nodes[`eu-west-1/${NODE}`];
};
const refusal = (world: World, caller = asNode()) => wireOf(world.loginAs(caller, { role: "node" }));

describe("a hybrid node", () => {
  it("logs in with the identity Systems Manager gave it", async () => {
    const world = await hybridWorld();
    await world.write("config/identity", { iam_alias: "ssm_instance_id", iam_metadata: "ssm_activation_id,ssm_name" });
    const grant = await world.loginAs(asNode(), { role: "node" });
    expect(grant).toMatchObject({
      displayName: `hybrid/${NODE}`,
      alias: { name: NODE, metadata: { ssm_activation_id: ACTIVATION, ssm_name: "db-host-7" } },
      token: { ttl: 1800 },
    });
    expect(grant.metadata).toMatchObject({
      inferred_entity_type: "ssm_managed_instance",
      inferred_entity_id: NODE,
      inferred_aws_region: "eu-west-1",
      ssm_name: "db-host-7",
    });
  });

  it("costs one look-up of the role and one of the node, and none while both are remembered", async () => {
    const world = await hybridWorld();
    await world.loginAs(asNode(), { role: "node" });
    expect(world.asked).toEqual([`role ${OWN} hybrid`, `node ${OWN} eu-west-1/${NODE}`]);
    world.clock.advance(59_000);
    await world.loginAs(asNode(), { role: "node" });
    expect(world.asked).toHaveLength(2);
  });

  it("is found in the first region that knows it", async () => {
    const world = await hybridWorld({ inferred_aws_region: "eu-central-1,eu-west-1" });
    const grant = await world.loginAs(asNode(), { role: "node" });
    expect(grant.metadata["inferred_aws_region"]).toBe("eu-west-1");
  });

  it("is a separate entity from its sibling", async () => {
    const world = await hybridWorld();
    await world.write("config/identity", { iam_alias: "ssm_instance_id" });
    const own = world.accounts[OWN];
    const sibling = "mi-0000000000000000f";
    if (own) own.nodes[`eu-west-1/${sibling}`] = node({ id: sibling });
    const names = [
      await world.loginAs(asNode(), { role: "node" }),
      await world.loginAs(asNode(sibling), { role: "node" }),
    ];
    expect(names.map((grant) => grant.alias?.name)).toEqual([NODE, sibling]);
  });
});

describe("S22 a session that only looks like a node", () => {
  it("is refused for a user", async () => {
    const world = await hybridWorld({
      bound_iam_principal_arn: `arn:aws:iam::${OWN}:*`,
      inferred_aws_region: "eu-west-1",
    });
    const own = world.accounts[OWN];
    if (own) own.users["ann"] = { id: "AIDAANN00001", arn: `arn:aws:iam::${OWN}:user/ann` };
    const caller = { arn: `arn:aws:iam::${OWN}:user/ann`, userId: "AIDAANN00001", account: OWN };
    expect(await refusal(world, caller)).toBe(
      "failed to verify ann as an SSM managed instance: caller is not an assumed role",
    );
  });

  it.each(["i-0abc1234def567890", "Automation-1", "mi-1", `${NODE}0`, "mi-0A1B2C3D4E5F60718", `${NODE}@x`, "mi-*"])(
    "S24 is refused by the name %s before AWS is asked",
    async (name) => {
      const world = await hybridWorld();
      expect(await refusal(world, asNode(name))).toBe(
        `failed to verify ${name} as an SSM managed instance: session name is not a managed instance id`,
      );
      expect(world.asked).toEqual([]);
    },
  );

  const OTHERS = `${PREFIX}: role trust policy allows principals other than Systems Manager`;
  const statement = (principal: unknown, more: object = {}) =>
    JSON.stringify({ Statement: [{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole", ...more }] });
  it.each([
    ["a person may assume", statement({ AWS: `arn:aws:iam::${OWN}:root` })],
    ["Lambda may assume too", statement({ Service: ["ssm.amazonaws.com", "lambda.amazonaws.com"] })],
    ["a person may assume as well as the service", statement({ Service: "ssm.amazonaws.com", AWS: "*" })],
    ["anybody may assume", statement("*")],
    ["a SAML provider may assume", statement({ Federated: `arn:aws:iam::${OWN}:saml-provider/x` })],
    ["all but some may assume", statement({ Service: "ssm.amazonaws.com" }, { NotPrincipal: { AWS: "x" } })],
    ["all actions but some are allowed of", statement({ Service: "ssm.amazonaws.com" }, { NotAction: "x" })],
    [
      "a second statement opens",
      JSON.stringify({
        Statement: [
          ...JSON.parse(SSM_TRUST).Statement,
          { Effect: "Allow", Principal: { AWS: "x" }, Action: "sts:AssumeRole" },
        ],
      }),
    ],
    ["nobody may assume", JSON.stringify({ Statement: [{ Effect: "Deny", Principal: "*", Action: "*" }] })],
    ["the policy of cannot be read", "{"],
    ["the service is named in another case for", statement({ Service: "SSM.amazonaws.com" })],
    ["no service is named for", statement({ Service: [] })],
  ])("S20 S21 is refused when %s its role", async (_, trust) => {
    const world = await hybridWorld({}, trust);
    expect(await refusal(world)).toBe(OTHERS);
    expect(world.asked).toEqual([`role ${OWN} hybrid`]);
  });

  it("passes a role whose further statements only deny", () => {
    const denying = [
      ...JSON.parse(SSM_TRUST).Statement,
      { Effect: "Deny", NotPrincipal: { Service: "x" }, Action: "*" },
    ];
    expect(trustsOnly(JSON.stringify({ Statement: denying }), new Set(["ssm.amazonaws.com"]))).toBe(true);
  });

  it("is refused when the role was deleted and created again", async () => {
    const world = await hybridWorld({ bound_iam_principal_arn: `arn:aws:iam::${OWN}:role/service-role/*` });
    const old = session("hybrid", NODE, OWN, "AROAOLD000001");
    expect(await refusal(world, old)).toMatch(/^got empty string back when looking up full ARN/);
  });

  it("S5 is refused when the confirmed role is another than the bound one", async () => {
    const world = await hybridWorld();
    const own = world.accounts[OWN];
    if (own) own.roles["hybrid"] = { ...addRole(world, "hybrid"), id: "AROARECREATED" };
    expect(await refusal(world)).toBe(`${PREFIX}: role identity could not be confirmed`);
  });

  it("is refused from another account that is not configured", async () => {
    const arns = [`arn:aws:iam::${OWN}:role/hybrid`, `arn:aws:iam::${OTHER}:role/hybrid`];
    const world = await hybridWorld({ resolve_aws_unique_ids: false, bound_iam_principal_arn: arns });
    expect(await refusal(world, session("hybrid", NODE, OTHER))).toBe(
      `${PREFIX}: unable to fetch client for account ID "${OTHER}" -- default client is for another account`,
    );
  });
});

describe("what Systems Manager says of a node", () => {
  it.each([
    ["is unknown", (w: World) => dropNode(w), "not registered in region(s) eu-west-1"],
    [
      "is known in another region only",
      (w: World) => {
        dropNode(w);
        setNode(w, {}, "eu-north-1");
      },
      "not registered in region(s) eu-west-1",
    ],
    [
      "has another id",
      (w: World) => setNode(w, { id: "mi-0000000000000000f" }),
      "not registered in region(s) eu-west-1",
    ],
    [
      "is an EC2 instance",
      (w: World) => setNode(w, { resourceType: "EC2Instance" }),
      "not a hybrid-activated instance",
    ],
    [
      "has another role",
      (w: World) => setNode(w, { iamRole: "service-role/other" }),
      "instance is registered with a different role",
    ],
    ["has no role", (w: World) => setNode(w, { iamRole: "" }), "instance is registered with a different role"],
    ["is offline", (w: World) => setNode(w, { pingStatus: "ConnectionLost" }), "instance is not online"],
    [
      "was not heard of for 16 minutes",
      (w: World) => setNode(w, { lastPing: NOW - 16 * 60_000 }),
      "last ping is too old",
    ],
    ["was never heard of", (w: World) => setNode(w, { lastPing: 0 }), "last ping is too old"],
    ["has a ping that is not a time", (w: World) => setNode(w, { lastPing: Number.NaN }), "last ping is too old"],
  ])("refuses one that %s", async (_, change, reason) => {
    const world = await hybridWorld();
    change(world);
    expect(await refusal(world)).toBe(`${PREFIX}: ${reason}`);
  });

  it("lets a silent node in where the role allows it", async () => {
    const world = await hybridWorld({ require_online: false, max_ping_age: 0 });
    setNode(world, { pingStatus: "ConnectionLost", lastPing: 0 });
    await expect(world.loginAs(asNode(), { role: "node" })).resolves.toBeDefined();
  });

  it("refuses an old enrolment where the role wants a new one", async () => {
    const world = await hybridWorld({ max_registration_age: "30m" });
    expect(await refusal(world)).toBe(`${PREFIX}: registration is too old`);
  });

  it("takes a role with and without its path", async () => {
    const world = await hybridWorld();
    setNode(world, { iamRole: "hybrid" });
    await expect(world.loginAs(asNode(), { role: "node" })).resolves.toBeDefined();
  });

  it.each([
    [
      { bound_ssm_instance_id: "mi-0000000000000000f" },
      `SSM instance ID "${NODE}" does not satisfy the constraint on role "node"`,
    ],
    [
      { bound_activation_id: "00000000-0000-4000-8000-000000000000" },
      `activation ID "${ACTIVATION}" does not satisfy the constraint on role "node"`,
    ],
    [{ bound_platform_type: "Windows" }, 'platform type "Linux" does not satisfy the constraint on role "node"'],
    [{ bound_account_id: OTHER }, `account ID "${OWN}" does not belong to role "node"`],
    [{ bound_resource_tag: "env=prod" }, 'resource tags do not satisfy the constraint on role "node"'],
  ])("V11 refuses one that violates only %j", async (role, wire) => {
    const world = await hybridWorld(role);
    expect(await refusal(world)).toBe(wire);
  });

  it.each([
    [["env=prod"], true],
    [["env=test", "env=prod"], true],
    [["env=pr*"], true],
    [["env=prod", "team=db"], true],
    [["env=prod", "team=web"], false],
    [["env=test"], false],
    [["missing=*"], false],
    [["env="], false],
  ])("compares tags %j: %s", async (bound_resource_tag, passes) => {
    const world = await hybridWorld({ bound_resource_tag });
    const own = world.accounts[OWN];
    if (own)
      own.tags[NODE] = [
        { key: "env", value: "prod" },
        { key: "team", value: "db" },
      ];
    const outcome = world.loginAs(asNode(), { role: "node" });
    await (passes ? expect(outcome).resolves.toBeDefined() : expect(outcome).rejects.toThrow(/resource tags/));
  });

  it("grants nothing when it cannot be asked, and repeats nothing of AWS's", async () => {
    const world = await hybridWorld();
    world.broken = "ThrottlingException";
    expect(await failure(world.loginAs(asNode(), { role: "node" }))).toEqual({
      code: "upstream_failed",
      wire: `${PREFIX}: AWS could not be asked`,
    });
  });

  it("is not remembered when it is that the node is unknown", async () => {
    const world = await hybridWorld();
    dropNode(world);
    await refusal(world);
    setNode(world, {});
    await expect(world.loginAs(asNode(), { role: "node" })).resolves.toBeDefined();
  });

  it("is asked again after a minute, so that a deregistered node cannot log in", async () => {
    const world = await hybridWorld();
    await world.loginAs(asNode(), { role: "node" });
    dropNode(world);
    world.clock.advance(60_000);
    expect(await refusal(world)).toBe(`${PREFIX}: not registered in region(s) eu-west-1`);
  });

  it("sees a trust policy that was opened a minute ago", async () => {
    const world = await hybridWorld();
    await world.loginAs(asNode(), { role: "node" });
    addRole(world, "hybrid", SSM_TRUST.replace('"Service":"ssm.amazonaws.com"', '"AWS":"*"'), OWN, "service-role/");
    world.clock.advance(60_000);
    expect(await refusal(world)).toMatch(/principals other than Systems Manager$/);
  });
});

describe("renewal of a node's token", () => {
  it("repeats what was checked at login", async () => {
    const world = await hybridWorld();
    const grant = await world.loginAs(asNode(), { role: "node" });
    await expect(world.renew(grant)).resolves.toMatchObject({ token: { ttl: 1800 } });
  });

  it.each([
    ["the node was deregistered", (w: World) => dropNode(w), "not registered in region(s) eu-west-1"],
    [
      "the node has another role now",
      (w: World) => setNode(w, { iamRole: "other" }),
      "instance is registered with a different role",
    ],
    ["the node went silent", (w: World) => setNode(w, { pingStatus: "ConnectionLost" }), "instance is not online"],
  ])("is refused when %s", async (_, change, reason) => {
    const world = await hybridWorld();
    const grant = await world.loginAs(asNode(), { role: "node" });
    change(world);
    world.clock.advance(60_000);
    expect(await wireOf(world.renew(grant))).toBe(`failed to verify instance ID "${NODE}": ${reason}`);
  });

  it("is refused when a tag was taken away", async () => {
    const world = await hybridWorld({ bound_resource_tag: "env=prod" });
    const own = world.accounts[OWN];
    if (own) own.tags[NODE] = [{ key: "env", value: "prod" }];
    const grant = await world.loginAs(asNode(), { role: "node" });
    if (own) own.tags[NODE] = [];
    world.clock.advance(60_000);
    setNode(world, { lastPing: world.clock.now() });
    expect(await wireOf(world.renew(grant))).toBe(
      `failed to verify instance ID "${NODE}": resource tags do not satisfy the constraint on role "node"`,
    );
  });

  it("fails when AWS cannot be asked", async () => {
    const world = await hybridWorld();
    const grant = await world.loginAs(asNode(), { role: "node" });
    world.clock.advance(60_000);
    world.broken = "TimeoutError";
    expect((await failure(world.renew(grant))).code).toBe("upstream_failed");
  });
});
