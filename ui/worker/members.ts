import type { ApiAnswer } from "../protocol.ts";

/** Reads answers, as far as the worker has to: what is missing or of another type is empty or 0. */

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The members of an object of JSON, `undefined` for any other text. */
export const membersOf = (body: string): Members | undefined => {
  try {
    const value: unknown = JSON.parse(body);
    return isMembers(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

export const within = (members: Members | undefined, name: string): Members | undefined => {
  const value = members?.[name];
  return isMembers(value) ? value : undefined;
};

export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
export const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);

export const succeeded = ({ status }: ApiAnswer): boolean => status >= 200 && status < 300;
