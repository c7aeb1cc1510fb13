import { AgentError } from "../contract.ts";

/** What `read` answers; an `AgentError` of it is thrown with `prefix` before its message, which says where it belongs. */
export const within = <T>(prefix: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw error instanceof AgentError ? new AgentError(`${prefix}: ${error.message}`) : error;
  }
};
