import { CreateRoleCommand, DeleteRoleCommand, IAMClient, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { createEmbeddedAws, type EmbeddedAws } from "../../../../src/local/aws/index.ts";
import { ACCOUNT_1, ACCOUNT_2, ADMIN_1, ADMIN_2, countingRandom, failureOf, inProcess } from "./support.ts";

let aws: EmbeddedAws;
let iam: IAMClient;
let later: number;

beforeEach(async () => {
  later = 0;
  aws = await createEmbeddedAws({ clock: { now: () => Date.now() + later }, random: countingRandom() });
  iam = new IAMClient(inProcess(aws));
});

type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
const whoAmI = (credentials: Credentials) =>
  new STSClient(inProcess(aws, credentials)).send(new GetCallerIdentityCommand({}));

const trusting = (principal: unknown, more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole", ...more }],
  });

const createRole = async (trust: string, RoleName = "app", Path = "/"): Promise<string> =>
  (await iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: trust }))).Role?.RoleId ?? "";

const assume = async (
  who: Credentials = ADMIN_1,
  more: Partial<AssumeRoleCommandInput> = {},
): Promise<Required<Credentials>> => {
  const RoleArn = `arn:aws:iam::${ACCOUNT_1}:role/app`;
  const sts = new STSClient(inProcess(aws, who));
  const made = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "mi-0a1b2c3d4e5f60718", ...more }));
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = made.Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
};

const ROOT_1 = { AWS: `arn:aws:iam::${ACCOUNT_1}:root` };
const ADMIN_OF_2 = { AWS: `arn:aws:iam::${ACCOUNT_2}:user/administrator` };

describe("STS GetCallerIdentity", () => {
  it("names the administrator behind a key", async () => {
    const { Arn, UserId, Account } = await whoAmI(ADMIN_2);
    expect({ Arn, Account }).toEqual({ Arn: `arn:aws:iam::${ACCOUNT_2}:user/administrator`, Account: ACCOUNT_2 });
    expect(UserId).toMatch(/^AIDA[A-Z2-7]{17}$/);
  });
});

describe("STS AssumeRole", () => {
  it("gives a session under any name the caller chooses, a machine's too", async () => {
    const roleId = await createRole(trusting(ROOT_1), "app", "/");
    const { Arn, UserId } = await whoAmI(await assume());
    expect(Arn).toBe(`arn:aws:sts::${ACCOUNT_1}:assumed-role/app/mi-0a1b2c3d4e5f60718`);
    expect(UserId).toBe(`${roleId}:mi-0a1b2c3d4e5f60718`);
  });

  it("leaves the role's path out of the session's ARN", async () => {
    await createRole(trusting(ROOT_1), "app", "/service-role/");
    const RoleArn = `arn:aws:iam::${ACCOUNT_1}:role/service-role/app`;
    const { Arn } = await whoAmI(await assume(ADMIN_1, { RoleArn }));
    expect(Arn).toBe(`arn:aws:sts::${ACCOUNT_1}:assumed-role/app/mi-0a1b2c3d4e5f60718`);
  });

  it.each([
    ["trusts a service only", trusting({ Service: "ssm.amazonaws.com" }), ADMIN_1],
    ["trusts the other account", trusting(ADMIN_OF_2), ADMIN_1],
    ["trusts only its own account", trusting(ROOT_1), ADMIN_2],
    ["asks for an external id", trusting(ROOT_1, { Condition: { StringEquals: { "sts:ExternalId": "x" } } }), ADMIN_1],
    [
      "has a condition nobody can evaluate",
      trusting(ROOT_1, { Condition: { DateLessThan: { "aws:CurrentTime": "2099-01-01T00:00:00Z" } } }),
      ADMIN_1,
    ],
    ["allows another action", trusting(ROOT_1, { Action: "sts:TagSession" }), ADMIN_1],
  ])("refuses when the trust policy %s", async (_, trust, who) => {
    await createRole(trust);
    expect((await failureOf(assume(who))).name).toBe("AccessDenied");
  });

  it("lets an explicit Deny win", async () => {
    const allow = { Effect: "Allow", Principal: ROOT_1, Action: "sts:AssumeRole" };
    const deny = { Effect: "Deny", Principal: "*", Action: "sts:*" };
    await createRole(JSON.stringify({ Version: "2012-10-17", Statement: [allow, deny] }));
    expect((await failureOf(assume())).name).toBe("AccessDenied");
  });

  it.each([
    ["the other account's administrator", ADMIN_OF_2],
    ["the other account", { AWS: ACCOUNT_2 }],
    ["everybody", { AWS: "*" }],
    ["everybody, in short", "*"],
  ])("lets another account in when the trust policy names %s", async (_, principal) => {
    await createRole(trusting(principal));
    expect((await whoAmI(await assume(ADMIN_2))).Account).toBe(ACCOUNT_1);
  });

  it("accepts the external id the policy asks for", async () => {
    await createRole(trusting(ROOT_1, { Condition: { StringEquals: { "sts:ExternalId": "x" } } }));
    expect((await whoAmI(await assume(ADMIN_1, { ExternalId: "x" }))).Account).toBe(ACCOUNT_1);
  });

  it("obeys a trust policy changed a moment ago", async () => {
    await createRole(trusting({ Service: "ssm.amazonaws.com" }));
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "app", PolicyDocument: trusting(ROOT_1) }));
    expect((await assume()).accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
  });

  it("gives another unique id after the role was deleted and made again, while old sessions keep the old one", async () => {
    const first = await createRole(trusting(ROOT_1));
    const old = await assume();
    await iam.send(new DeleteRoleCommand({ RoleName: "app" }));
    const second = await createRole(trusting(ROOT_1));
    expect((await whoAmI(await assume())).UserId).toBe(`${second}:mi-0a1b2c3d4e5f60718`);
    expect((await whoAmI(old)).UserId).toBe(`${first}:mi-0a1b2c3d4e5f60718`);
    expect(second).not.toBe(first);
  });

  it("does not take a role recreated under a trusted name for the one that was trusted", async () => {
    await createRole(trusting(ROOT_1));
    await createRole(trusting({ AWS: `arn:aws:iam::${ACCOUNT_1}:role/app` }), "inner");
    const RoleArn = `arn:aws:iam::${ACCOUNT_1}:role/inner`;
    expect((await assume(await assume(), { RoleArn })).accessKeyId).toMatch(/^ASIA/);
    await iam.send(new DeleteRoleCommand({ RoleName: "app" }));
    await createRole(trusting(ROOT_1));
    expect((await failureOf(assume(await assume(), { RoleArn }))).name).toBe("AccessDenied");
  });

  it.each([
    ["a session name with a slash", { RoleSessionName: "a/b" }],
    ["less than 15 minutes", { DurationSeconds: 899 }],
    ["more than the role's longest session", { DurationSeconds: 3601 }],
    ["no ARN", { RoleArn: "app" }],
  ])("refuses %s", async (_, more) => {
    await createRole(trusting(ROOT_1));
    expect((await failureOf(assume(ADMIN_1, more))).name).toMatch(/^ValidationError/);
  });

  it("tells nobody whether a role exists", async () => {
    const missing = await failureOf(assume(ADMIN_2));
    await createRole(trusting(ROOT_1));
    expect((await failureOf(assume(ADMIN_2))).message).toBe(missing.message);
  });
});

describe("session credentials", () => {
  it("end when they said they would", async () => {
    await createRole(trusting(ROOT_1));
    const session = await assume(ADMIN_1, { DurationSeconds: 900 });
    later = 901_000;
    const sts = new STSClient({ ...inProcess(aws, session), systemClockOffset: later });
    expect((await failureOf(sts.send(new GetCallerIdentityCommand({})))).name).toMatch(/^ExpiredToken/);
  });

  it.each([
    ["without their token", (s: Required<Credentials>) => ({ ...s, sessionToken: "" })],
    ["with a changed token", (s: Required<Credentials>) => ({ ...s, sessionToken: `A${s.sessionToken.slice(1)}` })],
    ["under another key id", (s: Required<Credentials>) => ({ ...s, accessKeyId: "ASIA2222222222222222" })],
  ])("are refused %s", async (_, change) => {
    await createRole(trusting(ROOT_1));
    const session = change(await assume());
    const { sessionToken, ...bare } = session;
    const attempt = whoAmI(sessionToken === "" ? bare : session);
    expect((await failureOf(attempt)).name).toBe("InvalidClientTokenId");
  });

  it("of another double are refused", async () => {
    await createRole(trusting(ROOT_1));
    const session = await assume();
    aws = await createEmbeddedAws({ clock: { now: () => Date.now() }, random: { bytes: (n) => Buffer.alloc(n, 7) } });
    expect((await failureOf(whoAmI(session))).name).toBe("InvalidClientTokenId");
  });

  it("of GetSessionToken are the user's own", async () => {
    const { Credentials } = await new STSClient(inProcess(aws)).send(new GetSessionTokenCommand({}));
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
    const who = await whoAmI({
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    });
    expect(who.Arn).toBe(`arn:aws:iam::${ACCOUNT_1}:user/administrator`);
  });

  it("of GetFederationToken are a federated user's, who may assume nothing", async () => {
    await createRole(trusting(ROOT_1));
    const made = await new STSClient(inProcess(aws)).send(new GetFederationTokenCommand({ Name: "bob" }));
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = made.Credentials ?? {};
    const bob = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    expect((await whoAmI(bob)).Arn).toBe(`arn:aws:sts::${ACCOUNT_1}:federated-user/bob`);
    expect((await failureOf(assume(bob))).name).toBe("AccessDenied");
  });
});

describe("sessions that services make", () => {
  it("are named as the service likes, for roles that trust it", async () => {
    await createRole(trusting({ Service: ["lambda.amazonaws.com"] }));
    const ask = {
      accountId: ACCOUNT_1,
      roleName: "app",
      service: "lambda.amazonaws.com",
      sessionName: "mi-0a1b2c3d4e5f60718",
    };
    const session = await aws.serviceCredentials(ask);
    expect((await whoAmI(session)).Arn).toBe(`arn:aws:sts::${ACCOUNT_1}:assumed-role/app/mi-0a1b2c3d4e5f60718`);
    await expect(aws.serviceCredentials({ ...ask, service: "ecs.amazonaws.com" })).rejects.toThrow("not authorized");
  });
});
