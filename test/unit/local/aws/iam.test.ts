import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAttachedRolePoliciesCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { beforeEach, describe, expect, it } from "@jest/globals";
import type { EmbeddedAws } from "../../../../src/local/aws/index.ts";
import { ACCOUNT_1, ACCOUNT_2, ADMIN_2, failureOf, inProcess, startAws } from "./support.ts";

let aws: EmbeddedAws;
let iam: IAMClient;

beforeEach(async () => {
  aws = await startAws();
  iam = new IAMClient(inProcess(aws));
});

const trust = (principal: unknown): string =>
  JSON.stringify({ Statement: { Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" } });
const SSM = trust({ Service: "ssm.amazonaws.com" });
const createRole = async (RoleName = "app", AssumeRolePolicyDocument = SSM, Path = "/") =>
  (await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Path }))).Role;
const getRole = async (RoleName = "app", client = iam) => (await client.send(new GetRoleCommand({ RoleName }))).Role;

describe("IAM roles", () => {
  it("come back with their path, unique id and percent-encoded trust policy", async () => {
    const made = await createRole("app", SSM, "/service-role/");
    const role = await getRole();
    expect(role?.Arn).toBe(`arn:aws:iam::${ACCOUNT_1}:role/service-role/app`);
    expect(role?.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
    expect(role?.RoleId).toBe(made?.RoleId);
    expect(role?.AssumeRolePolicyDocument).toMatch(/^%7B/);
    expect(decodeURIComponent(role?.AssumeRolePolicyDocument ?? "")).toBe(SSM);
  });

  it("are not seen from the other account", async () => {
    await createRole();
    const failure = await failureOf(getRole("app", new IAMClient(inProcess(aws, ADMIN_2))));
    expect(failure.name).toBe("NoSuchEntityException");
  });

  it("exist once per name", async () => {
    await createRole();
    expect((await failureOf(createRole())).name).toBe("EntityAlreadyExistsException");
  });

  it("are gone after their deletion", async () => {
    await createRole();
    await iam.send(new DeleteRoleCommand({ RoleName: "app" }));
    expect((await failureOf(getRole())).name).toBe("NoSuchEntityException");
  });

  it("cannot be deleted while a policy is attached", async () => {
    await createRole();
    const policy = { RoleName: "app", PolicyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" };
    await iam.send(new AttachRolePolicyCommand(policy));
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: "app" }));
    expect(AttachedPolicies).toEqual([{ PolicyName: "AmazonSSMManagedInstanceCore", PolicyArn: policy.PolicyArn }]);
    const deletion = () => iam.send(new DeleteRoleCommand({ RoleName: "app" }));
    expect((await failureOf(deletion())).name).toBe("DeleteConflictException");
    await iam.send(new DetachRolePolicyCommand(policy));
    await deletion();
  });

  it.each([
    ["that is not JSON", "{"],
    ["without statements", "{}"],
    ["without a principal", JSON.stringify({ Statement: [{ Effect: "Allow", Action: "sts:AssumeRole" }] })],
    ["naming a user that does not exist", trust({ AWS: `arn:aws:iam::${ACCOUNT_2}:user/nobody` })],
  ])("refuse a trust policy %s", async (_, document) => {
    expect((await failureOf(createRole("app", document))).name).toBe("MalformedPolicyDocumentException");
  });

  it("show a trusted principal that was deleted by its unique id", async () => {
    const user = await iam.send(new CreateUserCommand({ UserName: "bob" }));
    await createRole("app", trust({ AWS: user.User?.Arn }));
    await iam.send(new DeleteUserCommand({ UserName: "bob" }));
    await iam.send(new CreateUserCommand({ UserName: "bob" }));
    expect(decodeURIComponent((await getRole())?.AssumeRolePolicyDocument ?? "")).toBe(
      trust({ AWS: user.User?.UserId }),
    );
  });
});

describe("IAM users", () => {
  const newKey = async (UserName = "bob") => {
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
  };
  const arnOf = async (key: { accessKeyId: string; secretAccessKey: string }) =>
    (await new STSClient(inProcess(aws, key)).send(new GetCallerIdentityCommand({}))).Arn;

  it("sign with the keys made for them, until the key is switched off or deleted", async () => {
    await iam.send(new CreateUserCommand({ UserName: "bob", Path: "/team/" }));
    const key = await newKey();
    expect(await arnOf(key)).toBe(`arn:aws:iam::${ACCOUNT_1}:user/team/bob`);
    const which = { UserName: "bob", AccessKeyId: key.accessKeyId };
    await iam.send(new UpdateAccessKeyCommand({ ...which, Status: "Inactive" }));
    expect((await failureOf(arnOf(key))).name).toBe("InvalidClientTokenId");
    await iam.send(new UpdateAccessKeyCommand({ ...which, Status: "Active" }));
    await iam.send(new DeleteAccessKeyCommand(which));
    expect((await failureOf(arnOf(key))).name).toBe("InvalidClientTokenId");
  });

  it("have two keys at most", async () => {
    await iam.send(new CreateUserCommand({ UserName: "bob" }));
    await newKey();
    await newKey();
    expect((await failureOf(newKey())).name).toBe("LimitExceededException");
    expect((await iam.send(new ListAccessKeysCommand({ UserName: "bob" }))).AccessKeyMetadata).toHaveLength(2);
  });

  it("cannot be deleted before their keys", async () => {
    await iam.send(new CreateUserCommand({ UserName: "bob" }));
    await newKey();
    expect((await failureOf(iam.send(new DeleteUserCommand({ UserName: "bob" })))).name).toBe(
      "DeleteConflictException",
    );
  });

  it("are the caller when no name is given", async () => {
    expect((await iam.send(new GetUserCommand({}))).User?.UserName).toBe("administrator");
  });

  it("keep their inline policies", async () => {
    await iam.send(new CreateUserCommand({ UserName: "bob" }));
    const policy = { UserName: "bob", PolicyName: "p" };
    await iam.send(new PutUserPolicyCommand({ ...policy, PolicyDocument: '{"Statement":[]}' }));
    const { PolicyDocument } = await iam.send(new GetUserPolicyCommand(policy));
    expect(decodeURIComponent(PolicyDocument ?? "")).toBe('{"Statement":[]}');
  });
});

describe("IAM instance profiles", () => {
  it("carry one role", async () => {
    await createRole();
    const profile = { InstanceProfileName: "web" };
    await iam.send(new CreateInstanceProfileCommand(profile));
    await iam.send(new AddRoleToInstanceProfileCommand({ ...profile, RoleName: "app" }));
    const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand(profile));
    expect(InstanceProfile?.Roles?.map((role) => role.RoleName)).toEqual(["app"]);
    const second = iam.send(new AddRoleToInstanceProfileCommand({ ...profile, RoleName: "app" }));
    expect((await failureOf(second)).name).toBe("LimitExceededException");
  });
});
