import { VaultError } from "../std/errors.ts";

/** Why a command failed, as its user reads it: one line, and what to do where that is known. */

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

const FILE_REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOENT: "no such file or folder",
  ENOTDIR: "not a folder",
  EEXIST: "a file is in the way",
  EISDIR: "a folder is in the way",
  ENOSPC: "no space left",
};

const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is in use",
  EACCES: "permission denied; ports below 1024 need it",
  EADDRNOTAVAIL: "not an address of this machine",
  ENOTFOUND: "no such host",
};

/** The failure of a system call; `undefined` for any other error. */
const ofSystem = (error: object): string | undefined => {
  const fields = new Map<string, unknown>(Object.entries(error));
  const [code, call, path] = ["code", "syscall", "path"].map((name) => text(fields.get(name)));
  if (code === undefined || code === "") return undefined;
  const host = text(fields.get("address")) || text(fields.get("hostname"));
  const port = text(fields.get("port"));
  if (call === "listen" || call === "getaddrinfo") {
    const where = port === "" ? host : `${host}:${port}`;
    return `cannot listen on ${where}: ${LISTEN_REASONS[code] ?? code} (--listen and --aws-listen choose others)`;
  }
  return path ? `cannot use ${path}: ${FILE_REASONS[code] ?? code}` : undefined;
};

/** One line without a line end. */
export const failureLine = (error: unknown): string => {
  const said =
    typeof error === "object" && error !== null
      ? (ofSystem(error) ??
        (error instanceof VaultError
          ? (error.wire ?? error.reason)
          : error instanceof Error
            ? error.message
            : undefined))
      : undefined;
  return (said ?? String(error)).replace(/\s*\n\s*/g, " ").trim() || "unknown error";
};
