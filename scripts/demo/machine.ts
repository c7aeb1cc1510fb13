import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand } from "@aws-sdk/client-iam";
import { CreateActivationCommand, DeregisterManagedInstanceCommand } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { type HybridMachine, registerMachine } from "../../src/local/aws/index.ts";
import { systemClock } from "../../src/std/time.ts";
import { ec2, type Keys, signedLogin, throughCredentialsFile } from "./aws.ts";
import { REGION, REPLAY_WINDOW_SECONDS, type Setting } from "./setting.ts";
import { chapter, holds, say } from "./story.ts";
import { type Answer, must } from "./vault.ts";

/** Machines log in with what AWS already gave them; impostors do not. */

interface Enrolled {
  readonly machine: HybridMachine;
  readonly keys: Keys;
}

const enrol = async (setting: Setting, account: Keys, name: string): Promise<Enrolled> => {
  const { ssm } = setting.clients(account);
  const activation = await ssm.send(
    new CreateActivationCommand({
      IamRole: "web-node",
      RegistrationLimit: 1,
      Tags: [{ Key: "env", Value: "prod" }],
      DefaultInstanceName: name,
    }),
  );
  const machine = await registerMachine(setting.send, {
    activationId: activation.ActivationId ?? "",
    activationCode: activation.ActivationCode ?? "",
    region: REGION,
    clock: systemClock,
  });
  await machine.ping({ PlatformType: "Linux", ComputerName: name });
  const file = join(setting.folder, name, ".aws", "credentials");
  return { machine, keys: await throughCredentialsFile(file, await machine.credentials()) };
};

const login = (setting: Setting, body: object): Promise<Answer> => setting.vault.as("")("POST", "auth/aws/login", body);

const refused = async (setting: Setting, body: object, text: string): Promise<void> => {
  const answer = await login(setting, body);
  holds(
    answer.status === 400 || answer.status === 403,
    `${text} is refused: ${JSON.parse(answer.text).errors[0]}`,
    answer,
  );
};

export interface LoggedIn {
  readonly token: string;
}

export const logInAsMachine = async (setting: Setting): Promise<LoggedIn> => {
  const { vault } = setting;
  chapter("A machine outside AWS becomes somebody");
  const { machine, keys } = await enrol(setting, setting.home, "rack-7");
  say(`enrolled by an activation as ${machine.instanceId}; its agent keeps credentials in a file`);
  const signed = await signedLogin(keys, "web-node");
  const answer = await login(setting, signed);
  holds(
    answer.status === 200,
    `it signs GetCallerIdentity and gets a token with ${answer.auth.policies.join(", ")}`,
    answer.text,
  );
  const token = answer.auth.client_token;
  const second = await login(setting, signed);
  holds(second.status === 200, "a second worker that signed in the same second sent the same bytes, and gets in too");
  const windowIsOver = wait(REPLAY_WINDOW_SECONDS * 1000);

  const secret = await must(vault.as(token)("GET", "team/data/web/config"));
  holds(JSON.stringify(secret.data).includes("kv-secret-of-the-web-team"), "it reads its KV secret");
  const other = await vault.as(token)("GET", "team/data/other");
  holds(other.status === 403, "and nothing else");

  chapter("Who is not that machine");
  await windowIsOver;
  await refused(setting, signed, `the same signed request, ${REPLAY_WINDOW_SECONDS} seconds after its first use,`);
  const foreign = await enrol(setting, setting.other, "rack-7-elsewhere");
  await refused(setting, await signedLogin(foreign.keys, "web-node"), "a machine of another account");
  const removed = await enrol(setting, setting.home, "rack-8");
  await setting
    .clients(setting.home)
    .ssm.send(new DeregisterManagedInstanceCommand({ InstanceId: removed.machine.instanceId }));
  await refused(setting, await signedLogin(removed.keys, "web-node"), "a machine whose registration was removed");
  await refused(
    setting,
    await signedLogin(await impostor(setting, machine.instanceId), "any-node"),
    `somebody who called his session ${machine.instanceId}`,
  );
  return { token };
};

/** A person who may assume a role and names the session after a real machine. */
const impostor = async (setting: Setting, instanceId: string): Promise<Keys> => {
  const { Credentials: made } = await setting.clients(setting.home).sts.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${setting.home.accountId}:role/shared`,
      RoleSessionName: instanceId,
    }),
  );
  return {
    accessKeyId: made?.AccessKeyId ?? "",
    secretAccessKey: made?.SecretAccessKey ?? "",
    sessionToken: made?.SessionToken ?? "",
  };
};

export const logInAsInstance = async (setting: Setting): Promise<void> => {
  chapter("An EC2 instance");
  const { iam } = setting.clients(setting.home);
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "web-ec2" }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "web-ec2", RoleName: "web-ec2" }));
  const launched = await ec2(setting.awsUrl, setting.home, {
    Action: "RunInstances",
    ImageId: "ami-12345678",
    MinCount: "1",
    MaxCount: "1",
    "IamInstanceProfile.Name": "web-ec2",
  });
  const instanceId = /<instanceId>(i-[0-9a-f]+)</.exec(launched)?.[1] ?? "";
  const keys = await setting.local.embedded?.instanceCredentials({ accountId: setting.home.accountId, instanceId });
  if (!keys) throw new Error("no instance credentials");
  const answer = await login(setting, await signedLogin(keys, "web-ec2"));
  holds(answer.status === 200, `${instanceId} logs in by the ARN of its role`, answer.text);
};
