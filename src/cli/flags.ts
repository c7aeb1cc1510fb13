import { parseGoBool } from "../std/go-bool.ts";

/**
 * Flags in Vault's style, as Go's package `flag` reads them: `-name=value`, `-name value`, one dash or two; a flag that
 * is true or false takes its value only behind `=`. Source: Go documentation, package flag.
 */

export interface FlagRow {
  /** `texts` may be given several times. */
  readonly kind: "text" | "texts" | "number" | "boolean";
  /** What stands for the value in the help: `path`. */
  readonly value?: string;
  readonly help: string;
  /** Works, but is not told. */
  readonly hidden?: boolean;
}

export type FlagTable = Readonly<Record<string, FlagRow>>;

/** The message is for the user, as it is. */
export class FlagError extends Error {
  override readonly name = "FlagError";
}

/** `-h` or `-help` was given. */
export class HelpAsked extends Error {
  override readonly name = "HelpAsked";
}

export interface Flags {
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  number(name: string): number | undefined;
  boolean(name: string): boolean | undefined;
  /** What follows the flags. */
  readonly rest: readonly string[];
}

const check = (name: string, row: FlagRow, value: string): void => {
  if (row.kind === "boolean" && parseGoBool(value) === undefined) {
    throw new FlagError(`invalid boolean value ${JSON.stringify(value)} for -${name}: parse error`);
  }
  if (row.kind === "number" && !/^-?\d{1,15}$/.test(value)) {
    throw new FlagError(`invalid value ${JSON.stringify(value)} for flag -${name}: parse error`);
  }
};

const rowOf = (table: FlagTable, name: string): FlagRow => {
  const row = Object.hasOwn(table, name) ? table[name] : undefined;
  if (row !== undefined) return row;
  if (name === "h" || name === "help") throw new HelpAsked();
  throw new FlagError(`flag provided but not defined: -${name}`);
};

interface Named {
  readonly name: string;
  /** What stands behind `=`. */
  readonly inline: string | undefined;
}

/** `undefined`: not a flag, so the flags end here. */
const namedIn = (arg: string): Named | undefined => {
  if (!arg.startsWith("-") || arg === "-") return undefined;
  const [, name, sign, inline] = /^--?([^-=][^=]*)(=)?(.*)$/s.exec(arg) ?? [];
  if (name === undefined) throw new FlagError(`bad flag syntax: ${arg}`);
  return { name, inline: sign === undefined ? undefined : inline };
};

/** Throws `FlagError` and `HelpAsked`. */
export const readFlags = (table: FlagTable, args: readonly string[]): Flags => {
  const given = new Map<string, string[]>();
  const left = [...args];
  for (let flag = next(left); flag !== undefined; flag = next(left)) {
    const row = rowOf(table, flag.name);
    const value = flag.inline ?? (row.kind === "boolean" ? "true" : left.shift());
    if (value === undefined) throw new FlagError(`flag needs an argument: -${flag.name}`);
    check(flag.name, row, value);
    given.set(flag.name, [...(given.get(flag.name) ?? []), value]);
  }
  const last = (name: string): string | undefined => given.get(name)?.at(-1);
  return {
    text: last,
    texts: (name) => given.get(name) ?? [],
    number: (name) => (last(name) === undefined ? undefined : Number(last(name))),
    boolean: (name) => parseGoBool(last(name) ?? ""),
    rest: left,
  };
};

/** Takes the next flag; leaves what follows the flags. */
const next = (left: string[]): Named | undefined => {
  const [arg = ""] = left;
  const flag = arg === "--" ? undefined : namedIn(arg);
  if (flag !== undefined || arg === "--") left.shift();
  return flag;
};

/** The flags of a command, for `-h`. */
export const flagHelp = (table: FlagTable): string =>
  Object.entries(table)
    .filter(([, row]) => !row.hidden)
    .map(([name, row]) => `  -${name}${row.value === undefined ? "" : `=<${row.value}>`}\n      ${row.help}\n`)
    .join("\n");
