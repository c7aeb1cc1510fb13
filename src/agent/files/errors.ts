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

/** Asked of the shape: an error of Node may come from another realm than ours. */
const memberOf = (error: unknown, name: "code" | "message"): string | undefined => {
  const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === "string" ? value : undefined;
};

/** `ENOSPC: no space left on device, write '/x'` is `no space left on device`. */
const systemText = (error: unknown): string =>
  /^[A-Z0-9_]+: ([^,]+)/.exec(memberOf(error, "message") ?? "")?.[1] ?? "unknown failure";

/** The system's refusal as a `FileError`: `open /etc/x: permission denied`. A `FileError` stays what it is. */
export const fileError = (did: string, path: string, error: unknown): FileError =>
  error instanceof FileError ? error : new FileError(`${did} ${path}: ${systemText(error)}`, memberOf(error, "code"));

/** Whether nothing is there: the name, or a folder on the way to it, is missing. */
export const isAbsent = (error: unknown): boolean => {
  const code = memberOf(error, "code");
  return code === "ENOENT" || code === "ENOTDIR";
};
