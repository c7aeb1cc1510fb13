import type { Client, Token } from "../../client/contract.ts";
import { AgentError, type Surroundings } from "../contract.ts";
import { createLambdaApi, type LambdaApi } from "./lambda-api.ts";
import { messageOf } from "./message.ts";
import { type LocalProxy, startProxy } from "./proxy.ts";
import { writeSecretFiles } from "./secret-files.ts";
import { createSession, type SessionSettings } from "./session.ts";
import type { ExtensionSettings } from "./settings.ts";

/**
 * The extension of a Lambda function: before the function is loaded it logs in with the function's role, writes the secrets
 * that are configured and opens a door on 127.0.0.1; after each thaw it sees to it that its token still lives. It trusts
 * the function's environment variables and Lambda's own API, not the requests it forwards. It must never let the handler
 * start without a secret that was configured, and never log one.
 */

export interface ExtensionParts {
  readonly settings: ExtensionSettings;
  /** The name of its file in `/opt/extensions`. */
  readonly name: string;
  readonly client: Client;
  readonly login: SessionSettings["login"];
  readonly surroundings: Surroundings;
}

interface Started {
  readonly proxy: LocalProxy | undefined;
}

/** Everything that must be there before the handler runs. */
const start = async ({ settings, client, login, surroundings }: ExtensionParts): Promise<Started> => {
  const session = createSession({ client, login, grace: settings.grace, surroundings });
  const token: Token = await session.token();
  await writeSecretFiles(client, token, settings.secrets, surroundings.random);
  if (settings.port === undefined) return { proxy: undefined };
  const proxy = await startProxy({ settings, client, session, surroundings });
  surroundings.log.info("the proxy listens", { port: proxy.port });
  return { proxy };
};

/** Until Lambda says that it is over. Each question tells Lambda that this extension is done with the event before. */
const follow = async (api: LambdaApi): Promise<void> => {
  while ((await api.next()).kind !== "shutdown");
};

/** Answers the exit code: 0 after a shutdown by Lambda or a signal, 1 where it could not start or go on. */
export const runExtension = async (parts: ExtensionParts, stopped: Promise<void>): Promise<number> => {
  const { settings, name, client, surroundings } = parts;
  const { log } = surroundings;
  const api = createLambdaApi(settings.lambdaApi);
  let when: "init" | "exit" = "init";
  let proxy: LocalProxy | undefined;
  let registered = false;
  const register = async (): Promise<void> => {
    await api.register(name);
    registered = true;
  };
  try {
    ({ proxy } = await start(parts));
    // Not before: Lambda loads the function once all extensions are registered, and what it runs while it is loaded may
    // already need a secret.
    await register();
    when = "exit";
    await Promise.race([follow(api), stopped]);
    log.info("shutdown");
    return 0;
  } catch (error) {
    const message = messageOf(error);
    log.error(message);
    // Only an extension that Lambda knows can say why it failed.
    if (!registered) await register().catch(() => undefined);
    await api.failed(when, message);
    return 1;
  } finally {
    await proxy?.close();
    client.close();
  }
};

/** The extension's name, which Lambda compares with its file's, out of the path it was started by. */
export const nameOfExtension = (path: string | undefined): string => {
  const name = path?.split("/").at(-1);
  if (!name) throw new AgentError("the extension's own name is not known: start it by its file in /opt/extensions");
  return name;
};
