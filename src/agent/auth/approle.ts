import type { Client } from "../../client/contract.ts";
import { Sensitive } from "../../std/sensitive.ts";
import type { MethodConfig, RawConfig } from "../config/model.ts";
import { AgentError, type Log } from "../contract.ts";
import { FileError, removeCredential } from "../files/index.ts";
import { reasonOf } from "../reason.ts";
import type { Method } from "./method.ts";
import { entriesOf, flag, optionalText, requiredText } from "./raw-config.ts";
import { freshCredential } from "./remembered-file.ts";

/**
 * `approle`: a role id and, unless the role needs none, a secret id. The secret id may come wrapped: then the wrapping
 * token is unwrapped only if the server says that it was made where the configuration expects it. Somebody who
 * intercepted the real one could otherwise hand over a wrapping token of their own. It trusts the server alone.
 */

interface SecretIdSource {
  readonly path: string;
  readonly remove: boolean;
  /** Where a wrapping token must have been made; absent: the file holds the secret id itself. */
  readonly wrappedAt: string | undefined;
}

const sourceOf = (config: RawConfig): SecretIdSource | undefined => {
  const path = optionalText(config, "secret_id_file_path");
  if (path === undefined || path === "") return undefined;
  const remove = flag(config, "remove_secret_id_file_after_reading", true);
  const wrappedAt = optionalText(config, "secret_id_response_wrapping_path");
  if (wrappedAt === "") throw new AgentError("'secret_id_response_wrapping_path' value is empty");
  return { path, remove, wrappedAt };
};

type Asked = Readonly<Record<string, unknown>>;

const ask = async (doing: string, work: () => Promise<Asked | null | undefined>): Promise<Asked> => {
  const data = await work().catch((error: unknown) => {
    throw new AgentError(`error ${doing}: ${reasonOf(error)}`);
  });
  if (data === undefined || data === null) throw new AgentError(`data in response nil when ${doing}`);
  return data;
};

const textIn = (data: Asked, key: string, what: string): string => {
  const value = data[key];
  if (value === undefined || value === null) throw new AgentError(`${key} in response nil when ${what}`);
  if (typeof value !== "string") {
    throw new AgentError(`${key} in response could not be parsed as string when ${what}`);
  }
  return value;
};

const LOOKING = "looking up wrapped secret ID";
const UNWRAPPING = "unwrapping secret ID";

const unwrap = async (client: Client, wrapping: Sensitive<string>, expected: string, log: Log): Promise<string> => {
  const looked = await ask(LOOKING, async () => {
    const answer = await client.call({ method: "GET", path: "sys/wrapping/lookup", token: wrapping });
    return answer.secret?.data;
  });
  const found = textIn(looked, "creation_path", LOOKING);
  if (found !== expected) {
    log.error("SECURITY: unable to validate wrapping token creation path", { expected, found });
    throw new AgentError("unable to validate wrapping token creation path");
  }
  const unwrapped = await ask(UNWRAPPING, async () => {
    const answer = await client.call({ method: "PUT", path: "sys/wrapping/unwrap", token: wrapping });
    return answer.secret?.data;
  });
  return textIn(unwrapped, "secret_id", UNWRAPPING);
};

export const createApproleMethod = (method: MethodConfig, log: Log): Method => {
  const config = entriesOf(method);
  const roleIdPath = requiredText(config, "role_id_file_path");
  const source = sourceOf(config);
  let roleId: string | undefined;
  let secretId: Sensitive<string> | undefined;
  /** What was unwrapped already: a file that stays must not be unwrapped a second time. */
  let spent: Sensitive<string> | undefined;

  const readSecretId = async (client: Client, { path, remove, wrappedAt }: SecretIdSource): Promise<void> => {
    const text = await freshCredential(path, "secret ID", secretId !== undefined, log);
    if (text === undefined) return;
    if (wrappedAt === undefined) secretId = new Sensitive(text);
    else if (text !== spent?.reveal()) {
      const wrapping = new Sensitive(text);
      secretId = new Sensitive(await unwrap(client, wrapping, wrappedAt, log));
      spent = wrapping;
    }
    if (!remove) return;
    await removeCredential(path).catch((error: unknown) => {
      if (!(error instanceof FileError)) throw error;
      log.error("error removing secret ID file after reading", { error: error.message });
    });
  };

  return {
    authenticate: async (client) => {
      roleId = (await freshCredential(roleIdPath, "role ID", roleId !== undefined, log)) ?? roleId;
      if (roleId === undefined) throw new AgentError("no known role ID");
      const path = `${method.mountPath}/login`;
      if (source === undefined) return { kind: "login", path, body: { role_id: roleId } };
      await readSecretId(client, source);
      if (secretId === undefined) throw new AgentError("no known secret ID");
      return { kind: "login", path, body: { role_id: roleId, secret_id: secretId.reveal() } };
    },
  };
};
