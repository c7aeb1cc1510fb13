import {
  AttachGroupPolicyCommand,
  CreateGroupCommand,
  CreateRoleCommand,
  IAMClient,
  PutGroupPolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type AwsServer, type Meddle, makeAwsServer, POLICY } from "./support/aws-server.ts";
import { credentialsOf, ELSEWHERE, type Keys } from "./support/target.ts";

let server: AwsServer;
let meddle: Meddle | undefined;
const arnIn = (account: string, name: string): string => `arn:aws:iam::${account}:role/${name}`;
const arn = (name: string): string => arnIn(server.account, name);
/** A role that anybody of the account may assume. */
const trustIn = (account: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" }],
  });
const errorOf = (text: string): string => JSON.parse(text).errors[0];

beforeAll(async () => {
  server = await makeAwsServer({ meddle: () => meddle });
  const trust = trustIn(server.account);
  for (const RoleName of ["one", "two"])
    await server.iam.send(
      new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, MaxSessionDuration: 43_200 }),
    );
  await server.post("aws/roles/one", { credential_type: "assumed_role", role_arns: arn("one") });
  await server.post("aws/roles/both", {
    credential_type: "assumed_role",
    role_arns: [arn("one"), arn("two")],
    max_sts_ttl: "1h",
    session_tags: { team: "blue" },
    policy_document: POLICY,
  });
  await server.post("aws/roles/fed", { credential_type: "federation_token", policy_document: POLICY });
  await server.post("aws/roles/unlimited", { credential_type: "federation_token" });
  await server.post("aws/roles/mine", { credential_type: "session_token", default_sts_ttl: "15m" });
});
afterAll(() => server.close());

describe("an assumed role", () => {
  it("is a session that works, with a lease as long as the session", async () => {
    const { keys, data, body } = await server.creds("one");

    expect(await server.identity(keys)).toBe(data["arn"]);
    expect(data["arn"]).toMatch(
      new RegExp(`^arn:aws:sts::${server.account}:assumed-role/one/vault-root-one-\\d+-[A-Za-z0-9]{20}$`),
    );
    expect(data["session_token"]).toBe(data["security_token"]);
    expect([body["renewable"], body["lease_duration"], data["ttl"]]).toEqual([false, 3600, 3600]);
  });

  it("is never renewed, and revoking it asks nothing of AWS", async () => {
    const { lease } = await server.creds("one");
    const asked: string[] = [];
    meddle = (action, _, pass) => {
      asked.push(action);
      return pass();
    };
    const renewed = await server.call("PUT", "sys/leases/renew", { body: { lease_id: lease } });
    const revoked = await server.call("PUT", "sys/leases/revoke", { body: { lease_id: lease } });
    meddle = undefined;

    expect([renewed.status, errorOf(renewed.text), revoked.status, asked]).toEqual([
      400,
      "lease is not renewable",
      204,
      [],
    ]);
  });

  it("is chosen by role_arn where there are several, and nothing else can be", async () => {
    const none = await server.call("GET", "aws/creds/both");
    const other = await server.call("POST", "aws/sts/both", { body: { role_arn: arn("three") } });
    const { data } = await server.creds("both", { role_arn: arn("two"), role_session_name: "me & you" });

    expect([none.status, errorOf(none.text)]).toEqual([
      400,
      "did not supply a role_arn parameter and unable to determine one",
    ]);
    expect([other.status, errorOf(other.text)]).toEqual([
      400,
      `role_arn "${arn("three")}" not in allowed role arns for Vault role "both"`,
    ]);
    expect(data["arn"]).toBe(`arn:aws:sts::${server.account}:assumed-role/two/me___you`);
  });

  it("lasts at most as long as the role says, without a warning", async () => {
    const { body, data } = await server.creds("both", { role_arn: arn("one"), ttl: "12h" });

    expect([data["ttl"], body["lease_duration"], body["warnings"]]).toEqual([3600, 3600, null]);
  });

  it.each([
    ["one", "1m", "ttl of 1m0s is too short: AWS makes no session shorter than 15m0s"],
    ["one", "13h", "ttl of 13h0m0s is too long: AWS allows 12h0m0s for assumed_role"],
    ["fed", "37h", "ttl of 37h0m0s is too long: AWS allows 36h0m0s for federation_token"],
  ])("%s for %s is refused", async (role, ttl, words) => {
    const { status, text } = await server.call("GET", `aws/sts/${role}?ttl=${ttl}`);

    expect([status, errorOf(text)]).toEqual([400, words]);
  });
});

describe("a federation token", () => {
  it("is a session that works, under a name that fits", async () => {
    const { keys, data } = await server.creds("fed");

    // moto gives every federated user the key of an example.
    if (!ELSEWHERE) expect(await server.identity(keys)).toMatch(/:federated-user\/vault-\d{10}-[A-Za-z0-9]{15}$/);
    expect(Object.keys(data).sort()).toEqual(["access_key", "secret_key", "security_token", "session_token", "ttl"]);
  });

  it("without a limit is refused", async () => {
    const { status, text } = await server.call("GET", "aws/creds/unlimited");

    expect([status, errorOf(text)]).toEqual([
      400,
      "must specify at least one of policy_arns or policy_document with federation_token credential_type",
    ]);
  });
});

describe("a session token", () => {
  it("lasts as long as the role's default says", async () => {
    const { data, body } = await server.creds("mine");

    expect([data["ttl"], body["lease_duration"], body["renewable"]]).toEqual([900, 900, false]);
  });

  it.each([
    ["mine", "12345", "mfa_code must be six digits"],
    ["mine", "123456", "mfa_code was given, but role mine names no MFA device"],
  ])("of %s with the code %s is refused", async (role, code, words) => {
    const { status, text } = await server.call("POST", `aws/creds/${role}`, { body: { mfa_code: code } });

    expect([status, errorOf(text)]).toEqual([400, words]);
  });
});

(ELSEWHERE ? describe.skip : describe)("what AWS is asked", () => {
  const formOf = async (path: string, body: unknown = {}): Promise<URLSearchParams> => {
    let seen = new URLSearchParams();
    meddle = (action, form, pass) => {
      if (/^(?:AssumeRole|GetFederationToken|GetSessionToken)$/.test(action)) seen = form;
      return pass();
    };
    await server.call("POST", `aws/creds/${path}`, { body });
    meddle = undefined;
    return seen;
  };

  it("holds the role's limits, tags and external id", async () => {
    await server.post("aws/roles/all", {
      credential_type: "assumed_role",
      role_arns: arn("one"),
      policy_document: POLICY,
      policy_arns: "arn:aws:iam::aws:policy/ReadOnlyAccess",
      session_tags: { team: "blue" },
      external_id: "outside-7",
    });
    const form = await formOf("all", { ttl: "20m" });

    expect(Object.fromEntries(form)).toMatchObject({
      RoleArn: arn("one"),
      DurationSeconds: "1200",
      Policy: POLICY,
      "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
      "Tags.member.1.Key": "team",
      "Tags.member.1.Value": "blue",
      ExternalId: "outside-7",
    });
  });

  it("holds the policies of the role's groups, together with its own", async () => {
    const GroupName = "limits";
    const own = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "sqs:*", Resource: "*" },
    });
    await server.iam.send(new CreateGroupCommand({ GroupName }));
    await server.iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName: "own", PolicyDocument: own }));
    await server.iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn: "arn:aws:iam::aws:policy/Billing" }));
    await server.post("aws/roles/grouped", {
      credential_type: "federation_token",
      policy_document: POLICY,
      iam_groups: GroupName,
    });
    const form = await formOf("grouped");
    const actions = JSON.parse(form.get("Policy") ?? "").Statement.map(({ Action }: { Action: string }) => Action);

    expect(actions).toEqual(["sqs:*", "s3:ListAllMyBuckets"]);
    expect(form.get("PolicyArns.member.1.arn")).toBe("arn:aws:iam::aws:policy/Billing");
  });

  it("holds the code of the MFA device", async () => {
    const serial = `arn:aws:iam::${server.account}:mfa/root`;
    await server.post("aws/roles/mfa", { credential_type: "session_token", mfa_serial_number: serial });
    const form = await formOf("mfa", { mfa_code: "123456" });

    expect([form.get("SerialNumber"), form.get("TokenCode")]).toEqual([serial, "123456"]);
  });

  it("goes to a fallback endpoint where STS cannot be reached", async () => {
    const root = (await server.call("GET", "aws/config/root")).data;
    const [first, second] = ["https://sts.eu-west-1.amazonaws.com", "https://sts.us-east-1.amazonaws.com"];
    const { accessKeyId, secretAccessKey } = {
      accessKeyId: root["access_key"],
      secretAccessKey: "local-admin-secret-1",
    };
    await server.post("aws/config/root", {
      access_key: accessKeyId,
      secret_key: secretAccessKey,
      sts_endpoint: first,
      sts_region: "eu-west-1",
      sts_fallback_endpoints: second,
      sts_fallback_regions: "us-east-1",
      max_retries: 0,
    });
    let calls = 0;
    meddle = (_, __, pass) => {
      calls += 1;
      if (calls === 1) throw new Error("connection lost");
      return pass();
    };
    const { status } = await server.call("GET", "aws/creds/one");
    meddle = undefined;
    await server.post("aws/config/root", { access_key: accessKeyId, secret_key: secretAccessKey });

    expect([status, calls]).toEqual([200, 2]);
  });
});

describe("a mount that works as the server's own role", () => {
  let own: AwsServer;
  beforeAll(async () => {
    own = await makeAwsServer({
      own: async ({ settings, account }): Promise<Keys> => {
        const iam = new IAMClient(settings);
        const trust = trustIn(account);
        await iam.send(new CreateRoleCommand({ RoleName: "server", AssumeRolePolicyDocument: trust }));
        const RoleArn = arnIn(account, "server");
        const { Credentials } = await new STSClient(settings).send(
          new AssumeRoleCommand({ RoleArn, RoleSessionName: "zeroth" }),
        );
        await iam.send(
          new CreateRoleCommand({ RoleName: "one", AssumeRolePolicyDocument: trust, MaxSessionDuration: 43_200 }),
        );
        return credentialsOf(Credentials);
      },
    });
    // Elsewhere there is no server's own AWS to find: the endpoint is configuration, as for everybody.
    await own.post("aws/roles/fed", { credential_type: "federation_token", policy_document: POLICY });
    const role_arns = arnIn(own.account, "one");
    await own.post("aws/roles/long", { credential_type: "assumed_role", role_arns, default_sts_ttl: "2h" });
  });
  afterAll(() => own.close());

  it("makes users and assumes roles with it; a role assumed by a role ends within the hour", async () => {
    const { keys, data, body } = await own.creds("long");
    const user = await own.creds("app");

    expect(await own.identity(keys)).toBe(data["arn"]);
    expect([data["ttl"], body["warnings"]]).toEqual([
      3600,
      ["TTL of 2h0m0s was cut to 1h0m0s: a role assumed by the server's own role ends then"],
    ]);
    expect(await own.identity(user.keys)).toContain(":user/zeroth/");
    expect(await own.users()).toHaveLength(1);
    await own.call("PUT", "sys/leases/revoke", { body: { lease_id: user.lease } });
    expect(await own.users()).toEqual([]);
  });

  it("has no federation tokens: AWS makes none for a role", async () => {
    const { status, text } = await own.call("GET", "aws/creds/fed");

    expect(status).toBe(400);
    expect(errorOf(text)).toContain("need access_key and secret_key in config/root");
  });

  it("has no key of its own to rotate", async () => {
    const unset = await own.call("POST", "aws/config/rotate-root");
    await own.post("sys/mounts/bare", { type: "aws" });
    await own.post("bare/config/root", { region: "us-east-1" });
    const bare = await own.call("POST", "bare/config/rotate-root");

    expect([unset.status, bare.status]).toEqual([400, 400]);
    expect(bare.text).toContain("Cannot call config/rotate-root when either access_key or secret_key is empty");
  });
});
