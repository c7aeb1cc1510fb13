import type { Sensitive } from "../../std/sensitive.ts";
import { AgentError, type Log } from "../contract.ts";
import { FileError, readCredential } from "../files/index.ts";

/** `role ID`, `secret ID`, `token`: as the texts name it. */
const readOr = async (
  path: string,
  what: string,
  hasCached: boolean,
  log: Log,
): Promise<Sensitive<string> | undefined> => {
  try {
    return (await readCredential(path))?.text;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (!hasCached) throw new AgentError(`error reading ${what} file and no cached ${what} known: ${error.message}`);
    log.warn(`error reading ${what} file`, { error: error.message });
    return undefined;
  }
};

/**
 * What a credential's file says now, without the blanks around it; `undefined` where the one that is remembered must do,
 * because the file is gone, empty or cannot be read. Throws where an unusable file leaves nothing.
 */
export const freshCredential = async (
  path: string,
  what: string,
  hasCached: boolean,
  log: Log,
): Promise<string | undefined> => {
  const text = (await readOr(path, what, hasCached, log))?.reveal().trim();
  if (text !== "") return text;
  if (!hasCached) throw new AgentError(`${what} file empty and no cached ${what} known`);
  log.warn(`${what} file exists but read empty value, re-using cached value`);
  return undefined;
};
