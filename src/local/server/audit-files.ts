import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { resolve } from "node:path";
import type { AuditSink, OpenAuditFile } from "../../audit/index.ts";
import { invalidRequest } from "../../framework/index.ts";

/**
 * Audit logs as files on this machine. Anyone who may enable an audit device chooses the path, so it is treated with
 * care: a file that is not yet an audit log is never appended to, no link is followed, and nothing executable is made.
 */

const FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

/** Empty, or begins as an audit line does. */
const isAuditLog = async (file: FileHandle): Promise<boolean> => {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
  return bytesRead === 0 || buffer.subarray(0, bytesRead).toString("latin1").startsWith('{"time"');
};

const opened = async (path: string, mode: number): Promise<FileHandle> => {
  const file = await open(path, FLAGS, mode);
  const about = await file.stat();
  if (about.isFile() && (about.mode & 0o111) === 0 && (await isAuditLog(file))) return file;
  await file.close();
  throw new Error("not an audit log");
};

/** Appends to a file; reports what could not be written. Throws if it cannot be opened. */
const fileSink = async (path: string, mode: number): Promise<AuditSink> => {
  const file = await opened(path, mode);
  // A line that was cut off by a full disk must not swallow the next one.
  let torn = false;
  return {
    write: async (line) => {
      const bytes = Buffer.from(`${torn ? "\n" : ""}${line}\n`);
      torn = true;
      const { bytesWritten } = await file.write(bytes);
      if (bytesWritten !== bytes.length) throw new Error("an audit line was cut off");
      torn = false;
    },
  };
};

/** One sink per file, however many devices write to it. */
export const auditFiles = (): OpenAuditFile => {
  const sinks = new Map<string, Promise<AuditSink>>();
  return (path, mode) => {
    const where = resolve(path);
    const sink = sinks.get(where) ?? fileSink(where, mode);
    sinks.set(where, sink);
    return sink.catch((cause: unknown) => {
      sinks.delete(where);
      const why = JSON.stringify(path);
      throw invalidRequest(`sanity check failed; unable to open ${why} for writing`, { cause });
    });
  };
};
