/**
 * Guards for the few events and variables that a function looks at before it loads a backend. A schema library would be
 * a fifth of what it parses at its start.
 */

/** Whether a value is an object with these members and no others. */
export const hasExactly = <K extends string>(
  value: unknown,
  ...members: readonly K[]
): value is Readonly<Record<K, unknown>> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length === members.length &&
  members.every((member) => Object.hasOwn(value, member));

export const isAnyText = (value: unknown): value is string => typeof value === "string";

/** Text that is not empty. */
export const isText = (value: unknown): value is string => isAnyText(value) && value !== "";

/** A list with something in it. */
export const isListOf = <T>(value: unknown, isOne: (item: unknown) => item is T): value is readonly T[] =>
  Array.isArray(value) && value.length > 0 && value.every(isOne);

/** An object whose members are all of one kind. */
export const isRecordOf = <T>(
  value: unknown,
  isOne: (item: unknown) => item is T,
): value is Readonly<Record<string, T>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isOne);

export const isWithin = (value: unknown, least: number, most: number): value is number =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
