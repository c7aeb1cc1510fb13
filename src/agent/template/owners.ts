import { FileError, findOwner, type OwnerKind } from "../files/index.ts";

/** `undefined`: no name was given, so it stays the process's own. Throws `FileError`. */
export const idOf = async (kind: OwnerKind, name: string | undefined): Promise<number | undefined> => {
  if (name === undefined || name === "") return undefined;
  const id = await findOwner(kind, name);
  if (id === undefined) throw new FileError(`failed looking up ${kind}: unknown ${kind} ${name}`);
  return id;
};
