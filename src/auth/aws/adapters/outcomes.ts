import { LookupFailed } from "../ports.ts";

/** Telling "there is none" from "could not be asked", which must never be mistaken for each other. */

const codeOf = (cause: unknown): string => {
  const name = cause instanceof Error ? cause.name : "";
  return /^\w{1,64}$/.test(name) ? name : "Unknown";
};

/** `undefined` for the errors named, `LookupFailed` with the error's name for every other. */
export const orNone = async <T>(missing: readonly string[], ask: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof LookupFailed) throw cause;
    if (missing.includes(codeOf(cause))) return undefined;
    throw new LookupFailed(codeOf(cause), { cause });
  }
};

/** A member that an answer must have. */
export const complete = (value: string | undefined): string => {
  if (!value) throw new LookupFailed("AnswerIncomplete");
  return value;
};
