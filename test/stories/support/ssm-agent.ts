import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { wireTo } from "../../../scripts/demo/aws.ts";
import { type HybridMachine, registerMachine } from "../../../src/local/aws/index.ts";
import { systemClock } from "../../../src/std/time.ts";

/** The Systems Manager agent on a machine outside AWS, as far as others see it: it registers, and keeps a file. */

interface Activation {
  readonly id: string;
  readonly code: string;
  readonly region: string;
}

export const registerAgent = async (awsUrl: string, { id, code, region }: Activation): Promise<HybridMachine> => {
  const activated = { activationId: id, activationCode: code, region, clock: systemClock };
  const machine = await registerMachine(wireTo(awsUrl), activated);
  await machine.ping({ PlatformType: "Linux", ComputerName: "db7.local" });
  return machine;
};

/** Writes new credentials into the shared file, as that agent does every half hour; answers the access key's id. */
export const writeCredentials = async (machine: HybridMachine, file: string): Promise<string> => {
  const { accessKeyId, secretAccessKey, sessionToken } = await machine.credentials();
  const lines = [
    "[default]",
    `aws_access_key_id = ${accessKeyId}`,
    `aws_secret_access_key = ${secretAccessKey}`,
    `aws_session_token = ${sessionToken}`,
  ];
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, `${lines.join("\n")}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return accessKeyId;
};
