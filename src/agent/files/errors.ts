import { codeOf } from "../../std/error-code.ts";
import { memberOf } from "../../std/member.ts";

/** Why a file could not be written or read: what was tried, where, and the system's reason; never what the file holds. */
export class FileError extends Error {
  override readonly name = "FileError";
  /** `ENOENT`, where the system refused. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** `ENOSPC: no space left on device, write '/x'` is `no space left on device`. */
const systemText = (error: unknown): string =>
  /^[A-Z0-9_]+: ([^,]+)/.exec(String(memberOf(error, "message")))?.[1] ?? "unknown failure";

/** The system's refusal as a `FileError`: `open /etc/x: permission denied`. A `FileError` stays what it is. */
export const fileError = (did: string, path: string, error: unknown): FileError =>
  error instanceof FileError
    ? error
    : new FileError(`${did} ${path}: ${systemText(error)}`, codeOf(error) || undefined);

/** Whether nothing is there: the name, or a folder on the way to it, is missing. */
export const isAbsent = (error: unknown): boolean => {
  const code = codeOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
};
