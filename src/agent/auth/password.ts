import type { MethodConfig } from "../config/model.ts";
import { AgentError, type Log } from "../contract.ts";
import type { Method } from "./method.ts";
import { entriesOf, flag, period, presentText } from "./raw-config.ts";
import { usualInterval, watchFile } from "./watched-file.ts";

/** `ldap` and `userpass`: a name from the configuration and a password from a file, without the newline at its end. */
export const createPasswordMethod = (method: MethodConfig, log: Log): Method => {
  const config = entriesOf(method);
  const username = presentText(config, "username");
  const path = presentText(config, "password_file_path");
  if (path === "") throw new AgentError("'password_file_path' value is empty");
  if (username === "") throw new AgentError("'username' value is empty");
  const remove = flag(config, "remove_password_after_reading", true);
  const file = watchFile(
    {
      path,
      what: "password",
      remove,
      removeBehindLinks: flag(config, "remove_password_follows_symlinks", false),
      interval: period(config, "password_read_period", usualInterval(remove)),
      trim: (text) => text.replace(/[\r\n]+$/, ""),
    },
    log,
  );
  return {
    authenticate: async () => {
      const password = await file.take();
      return {
        kind: "login",
        path: `${method.mountPath}/login/${username}`,
        body: { password: password.reveal() },
      };
    },
    poll: file.poll,
  };
};
