import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** Numbers of users and groups by their names, as configurations write them. */

export type OwnerKind = "user" | "group";

const DATABASES: Readonly<Record<OwnerKind, string>> = { user: "passwd", group: "group" };

/** What the machine's own file says. */
const inFile = async (database: string, name: string): Promise<string> => {
  const text = await readFile(`/etc/${database}`, "utf8").catch(() => "");
  return text.split("\n").find((line) => line.startsWith(`${name}:`)) ?? "";
};

/** What a directory says (LDAP, SSSD), where the machine has one. It needs no more of an environment with secrets in it. */
const inDirectory = (database: string, name: string): Promise<string> =>
  promisify(execFile)("getent", [database, "--", name], { env: { PATH: process.env["PATH"] } }).then(
    ({ stdout }) => stdout,
    () => "",
  );

/** A number is taken as it is; `undefined`: the name is unknown. */
export const findOwner = async (kind: OwnerKind, name: string): Promise<number | undefined> => {
  if (/^\d{1,10}$/.test(name)) return Number(name);
  const database = DATABASES[kind];
  const line = (await inFile(database, name)) || (await inDirectory(database, name));
  const id = line.split(":")[2] ?? "";
  return /^\d+$/.test(id) ? Number(id) : undefined;
};
