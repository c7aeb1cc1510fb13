import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Client, Secret, Token } from "../../client/contract.ts";
import { writeJson } from "../../std/json.ts";
import type { RandomSource } from "../../std/random.ts";
import { AgentError } from "../contract.ts";
import { writeWholeFile } from "../files/index.ts";
import type { SecretFile } from "./settings.ts";

/** Secrets that are read once, before the handler starts, and written as the server answered them. */

/** The members, and their order, that Vault's extension writes. */
const printed = ({ auth, wrap_info, ...secret }: Secret): string =>
  writeJson({ ...secret, ...(auth === null ? {} : { auth }), ...(wrap_info === null ? {} : { wrap_info }) });

const read = async (client: Client, token: Token, { name, path }: SecretFile): Promise<Secret> => {
  const { secret } = await client.call({ method: "GET", path, token });
  if (secret === undefined) throw new AgentError(`secret ${name || path}: the server's answer has no data`);
  return secret;
};

/** Writes each file whole, for the function's own user alone. The first failure ends it. */
export const writeSecretFiles = async (
  client: Client,
  token: Token,
  secrets: readonly SecretFile[],
  random: RandomSource,
): Promise<void> => {
  await Promise.all(
    secrets.map(async (secret) => {
      const text = printed(await read(client, token, secret));
      await mkdir(dirname(secret.file), { recursive: true, mode: 0o700 });
      await writeWholeFile(secret.file, text, { mode: 0o600, umask: "ignored" }, random);
    }),
  );
};
