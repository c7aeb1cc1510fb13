import { Sensitive } from "../../std/sensitive.ts";
import type { MethodConfig } from "../config/model.ts";
import { AgentError, type Log } from "../contract.ts";
import type { Method } from "./method.ts";
import { entriesOf, requiredText } from "./raw-config.ts";
import { freshCredential } from "./remembered-file.ts";

/** `token_file`: a token that is there already. It is looked up, not logged in with. */
export const createTokenFileMethod = (method: MethodConfig, log: Log): Method => {
  const path = requiredText(entriesOf(method), "token_file_path");
  let cached: Sensitive<string> | undefined;
  return {
    authenticate: async () => {
      const token = await freshCredential(path, "token", cached !== undefined, log);
      if (token !== undefined) cached = new Sensitive(token);
      if (cached === undefined) {
        throw new AgentError(
          `error reading token file and no cached token known: open ${path}: no such file or directory`,
        );
      }
      return { kind: "token", token: cached };
    },
  };
};
