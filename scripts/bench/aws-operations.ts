import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateActivationCommand, SSMClient } from "@aws-sdk/client-ssm";
import { registerMachine } from "../../src/local/aws/index.ts";
import { systemClock } from "../../src/std/time.ts";
import type { Operation } from "./operation.ts";
import { type Keys, signedLogin } from "./signed-login.ts";
import type { World } from "./world.ts";

/** Logins with an AWS identity: an IAM role's session, and a hybrid node whose registration is remembered or not. */

const trust = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

export const awsOperations = async (world: World): Promise<readonly Operation[]> => {
  const { embedded, call } = world;
  const [account] = embedded.accounts;
  if (!account) throw new Error("the embedded AWS has no account");
  const { accountId, accessKeyId, secretAccessKey } = account;
  // The SDK's type for handlers admits any record; this is what one becomes when spread.
  const client = {
    region: embedded.region,
    credentials: { accessKeyId, secretAccessKey },
    requestHandler: { ...embedded.requestHandler },
  };
  const [iam, ssm] = [new IAMClient(client), new SSMClient(client)];
  for (const [RoleName, service] of [
    ["function", "lambda.amazonaws.com"],
    ["node", "ssm.amazonaws.com"],
  ] as const) {
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(service) }));
  }
  const bound = (role: string) => ({
    bound_iam_principal_arn: `arn:aws:iam::${accountId}:role/${role}`,
    token_policies: ["app"],
  });
  const inferred = { inferred_entity_type: "ssm_managed_instance", inferred_aws_region: embedded.region };

  await world.mount("auth", "aws", "auth/aws/");
  await call("POST", "auth/aws/role/function", { body: bound("function") });
  await call("POST", "auth/aws/role/node", { body: { ...bound("node"), ...inferred } });

  const made = await ssm.send(new CreateActivationCommand({ IamRole: "node", RegistrationLimit: 10 }));
  const pair = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  /** Enrols another machine: one that no login has looked up. */
  const enrol = async (fingerprint: string): Promise<Keys> => {
    const machine = await registerMachine(embedded.handle, {
      activationId: made.ActivationId ?? "",
      activationCode: made.ActivationCode ?? "",
      region: embedded.region,
      clock: systemClock,
      fingerprint,
      keys: pair,
    });
    await machine.ping({ PlatformType: "Linux" });
    return machine.credentials();
  };
  const session: Keys = await embedded.serviceCredentials({
    accountId,
    roleName: "function",
    service: "lambda.amazonaws.com",
    sessionName: "worker",
  });
  const node = await enrol("remembered");

  /** A signature is spent by its login, and seconds tell two apart: each is dated one further back. */
  const started = systemClock.now();
  let signed = 0;
  const login = (keys: Keys, role: string) => {
    signed += 1;
    const body = signedLogin(keys, role, started - signed * 1000);
    return call("POST", "auth/aws/login", { token: "", body });
  };
  return [
    { name: "AWS login, IAM role", budget: { dynamodb: 2, sts: 1 }, run: () => login(session, "function") },
    { name: "AWS login, hybrid node remembered", budget: { dynamodb: 2, sts: 1 }, run: () => login(node, "node") },
    {
      name: "AWS login, hybrid node not remembered",
      budget: { dynamodb: 2, sts: 1, ssm: 1 },
      // The prepared text carries the new machine's session.
      prepare: async (round) => JSON.stringify(await enrol(`new-${round}`)),
      run: (prepared) => login(JSON.parse(prepared) as Keys, "node"),
    },
  ];
};
