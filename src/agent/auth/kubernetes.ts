import type { MethodConfig } from "../config/model.ts";
import { AgentError } from "../contract.ts";
import { FileError, readCredential } from "../files/index.ts";
import type { Method } from "./method.ts";
import { entriesOf, optionalText, requiredText } from "./raw-config.ts";

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/token";

const readToken = async (path: string): Promise<string> => {
  const wrong = (why: string): AgentError => new AgentError(`error reading JWT with Kubernetes Auth: ${why}`);
  try {
    const found = await readCredential(path);
    if (found === undefined) throw wrong(`open ${path}: no such file or directory`);
    const token = found.text.reveal().trim();
    if (token === "") throw wrong(`${path} is empty`);
    return token;
  } catch (error) {
    if (error instanceof FileError) throw wrong(error.message);
    throw error;
  }
};

/** `kubernetes`: the pod's service account token, read again for each login, because the kubelet rotates it. */
export const createKubernetesMethod = (method: MethodConfig): Method => {
  const config = entriesOf(method);
  const role = requiredText(config, "role");
  const path = optionalText(config, "token_path") || SERVICE_ACCOUNT;
  return {
    authenticate: async () => ({
      kind: "login",
      path: `${method.mountPath}/login`,
      body: { jwt: await readToken(path), role },
    }),
  };
};
