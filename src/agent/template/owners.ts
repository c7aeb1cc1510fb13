import { readFile } from "node:fs/promises";
import { FileError } from "../files/index.ts";

/** Numbers of users and groups by the names that this machine's files give them. */

const FILES = { user: "/etc/passwd", group: "/etc/group" } as const;

/** `undefined`: no name was given, so it stays the process's own. Throws `FileError`. */
export const idOf = async (kind: keyof typeof FILES, name: string | undefined): Promise<number | undefined> => {
  if (name === undefined || name === "") return undefined;
  if (/^\d{1,10}$/.test(name)) return Number(name);
  const lines = (await readFile(FILES[kind], "utf8").catch(() => "")).split("\n").map((line) => line.split(":"));
  const id = lines.find(([first]) => first === name)?.[2];
  if (id === undefined || !/^\d+$/.test(id)) throw new FileError(`failed looking up ${kind}: unknown ${kind} ${name}`);
  return Number(id);
};
