import { findCredentials } from "../../../agent/auth/aws/credentials.ts";
import { createMetadata } from "../../../agent/auth/aws/metadata.ts";
import { findRegion } from "../../../agent/auth/aws/region.ts";
import { AgentError } from "../../../agent/contract.ts";
import { type AwsCredentials, signLogin } from "../../../client/sign-login.ts";
import { defined } from "../../../std/defined.ts";
import { holdingTimer } from "../../../std/timer.ts";
import { CommandFailure } from "../console.ts";
import { type Login, type LoginMethod, post, textOf } from "./method.ts";

/** `zeroth login -method=aws`: who this is in AWS, by the keys that are given or those AWS's own tools would use. */

const credentialsOf = async (login: Login, region: string): Promise<AwsCredentials> => {
  const accessKeyId = textOf(login, "aws_access_key_id");
  const secretAccessKey = textOf(login, "aws_secret_access_key");
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new CommandFailure("aws_access_key_id and aws_secret_access_key must be given together");
  }
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { accessKeyId, secretAccessKey, sessionToken: textOf(login, "aws_security_token") };
  }
  const found = await findCredentials(login.console.env, region);
  return {
    accessKeyId: found.accessKeyId,
    secretAccessKey: found.secretAccessKey.reveal(),
    sessionToken: found.sessionToken?.reveal(),
  };
};

export const loginWithAws: LoginMethod = async (login) => {
  try {
    const region = await findRegion(
      textOf(login, "region") ?? "us-east-1",
      login.console.env,
      createMetadata(login.console.env, holdingTimer),
    );
    const signed = await signLogin({
      region,
      credentials: await credentialsOf(login, region),
      serverId: textOf(login, "header_value"),
      clock: login.console.clock,
    });
    return await post(login, "login", defined({ role: textOf(login, "role") ?? "", ...signed }));
  } catch (error) {
    throw error instanceof AgentError ? new CommandFailure(error.message) : error;
  }
};
