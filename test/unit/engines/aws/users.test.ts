import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreateLoginProfileCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListUserPoliciesCommand,
  ListUserTagsCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type AwsServer, makeAwsServer, PATH, POLICY, userIn } from "./support/aws-server.ts";
import { ELSEWHERE } from "./support/target.ts";

let server: AwsServer;
let managed: string;
beforeAll(async () => {
  server = await makeAwsServer();
  managed = `arn:aws:iam::${server.account}:policy/readers`;
  // The doubles attach a policy by its ARN alone.
  if (ELSEWHERE) await server.iam.send(new CreatePolicyCommand({ PolicyName: "readers", PolicyDocument: POLICY }));
  await server.iam.send(new CreateGroupCommand({ GroupName: "people" }));
});
afterAll(() => server.close());

const revoke = (lease: string) => server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });
const UserName = "vault-root";

describe("credentials of an IAM user", () => {
  it("work while the lease lives, and the user is gone with it", async () => {
    const { keys, lease, data, body } = await server.creds("app");
    const arn = await server.identity(keys);
    const revoked = await revoke(lease);

    expect(data).toEqual({
      access_key: keys.accessKeyId,
      secret_key: keys.secretAccessKey,
      security_token: null,
    });
    expect([body["renewable"], body["lease_duration"]]).toEqual([true, 2764800]);
    expect(arn).toMatch(new RegExp(`^arn:aws:iam::${server.account}:user${PATH}vault-root-app-\\d+-[A-Za-z0-9]{20}$`));
    expect([revoked.status, await server.users()]).toEqual([204, []]);
  });

  it("have everything that the role says, and nothing of it stays", async () => {
    await server.post("aws/roles/full", {
      credential_type: "iam_user",
      policy_arns: [managed],
      policy_document: POLICY,
      iam_groups: "people",
      iam_tags: { team: "blue", "cost centre": "7" },
      permissions_boundary_arn: managed,
      user_path: `${PATH}deep/`,
    });
    const { keys, lease } = await server.creds("full");
    const UserName = await server.userOf(keys.accessKeyId);
    const user = await userIn(server.iam, UserName);
    const { Tags = [] } = await server.iam.send(new ListUserTagsCommand({ UserName }));
    const attached = await server.iam.send(new ListAttachedUserPoliciesCommand({ UserName }));
    const inline = await server.iam.send(new ListUserPoliciesCommand({ UserName }));
    const groups = await server.iam.send(new ListGroupsForUserCommand({ UserName }));
    await revoke(lease);

    expect(user?.Path).toBe(`${PATH}deep/`);
    // moto takes a boundary and does not show it.
    if (!ELSEWHERE) expect(user?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(managed);
    expect(Tags.map(({ Key }) => Key).sort()).toEqual(["cost centre", "team", "zeroth:lease"]);
    expect(attached.AttachedPolicies?.map(({ PolicyArn }) => PolicyArn)).toEqual([managed]);
    expect(inline.PolicyNames).toEqual(["full"]);
    expect(groups.Groups?.map(({ GroupName }) => GroupName)).toEqual(["people"]);
    expect(await server.users()).toEqual([]);
  });

  it("live as config/lease says, and are renewed by it", async () => {
    await server.post("aws/config/lease", { lease: "30m", lease_max: "12h" });
    const { lease, body } = await server.creds("app");
    server.clock.advance(600_000);
    const renewed = await server.call("PUT", "sys/leases/renew", { body: { lease_id: lease } });
    const longer = await server.call("PUT", "sys/leases/renew", { body: { lease_id: lease, increment: "20h" } });
    await revoke(lease);

    expect([body["lease_duration"], renewed.body["lease_duration"], longer.body["lease_duration"]]).toEqual([
      1800, 1800, 42600,
    ]);
    expect(await server.users()).toEqual([]);
  });

  it("end by the sweeper when their time is over", async () => {
    await server.post("aws/config/lease", { lease: "5m", lease_max: "1h" });
    const { keys } = await server.creds("app");
    server.clock.advance(310_000);
    await server.sweep();

    expect([await server.identity(keys), await server.users()]).toEqual(["", []]);
  });

  it("are removed although somebody gave the user a password and a group since", async () => {
    const { keys, lease } = await server.creds("app");
    const UserName = await server.userOf(keys.accessKeyId);
    await server.iam.send(new CreateLoginProfileCommand({ UserName, Password: "Correct-Horse-9" }));
    await server.iam.send(new AddUserToGroupCommand({ UserName, GroupName: "people" }));
    await server.iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: managed }));
    const { status } = await revoke(lease);

    expect([status, await server.users()]).toEqual([204, []]);
  });

  it("never take the name of a user that exists, and never touch that user", async () => {
    await server.iam.send(new CreateUserCommand({ UserName, Path: PATH }));
    const root = (await server.call("GET", "aws/config/root")).data;
    const config = { ...root, secret_key: "local-admin-secret-1", username_template: UserName };
    await server.post("aws/config/root", config);
    const { status } = await server.call("GET", "aws/creds/app");
    await server.post("aws/config/root", { ...config, username_template: "" });
    await server.settle();

    expect([status, await server.users()]).toEqual([400, [UserName]]);
    await server.iam.send(new DeleteUserCommand({ UserName }));
  });

  it("whose user was removed by hand are revoked once AWS must know of it", async () => {
    const { keys, lease } = await server.creds("app");
    const UserName = await server.userOf(keys.accessKeyId);
    await server.iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: keys.accessKeyId }));
    await server.iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: "app" }));
    await server.iam.send(new DeleteUserCommand({ UserName }));
    const early = await revoke(lease);
    server.clock.advance(361_000);
    const late = await revoke(lease);

    expect([early.status, late.status]).toEqual([400, 204]);
    expect(early.text).toContain("IAM may not know it yet");
  });
});
