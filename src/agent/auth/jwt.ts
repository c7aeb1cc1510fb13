import type { MethodConfig } from "../config/model.ts";
import { AgentError, type Log } from "../contract.ts";
import type { Method } from "./method.ts";
import { entriesOf, flag, period, presentText } from "./raw-config.ts";
import { usualInterval, watchFile } from "./watched-file.ts";

/** `jwt`: a token that somebody else's issuer signed, sent as its file has it, with the newline if there is one. */
export const createJwtMethod = (method: MethodConfig, log: Log): Method => {
  const config = entriesOf(method);
  const path = presentText(config, "path");
  const role = presentText(config, "role");
  if (path === "") throw new AgentError("'path' value is empty");
  if (role === "") throw new AgentError("'role' value is empty");
  const remove = flag(config, "remove_jwt_after_reading", true);
  const file = watchFile(
    {
      path,
      what: "jwt",
      remove,
      removeBehindLinks: flag(config, "remove_jwt_follows_symlinks", false),
      interval: period(config, "jwt_read_period", usualInterval(remove)),
      trim: (text) => text,
    },
    log,
  );
  return {
    authenticate: async () => {
      const jwt = await file.take();
      return { kind: "login", path: `${method.mountPath}/login`, body: { jwt: jwt.reveal(), role } };
    },
    poll: file.poll,
  };
};
