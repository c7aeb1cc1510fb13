import { isBase64 } from "../../../std/base64.ts";
import { DatabaseFailure } from "../failure.ts";

/**
 * The operator's SQL: where its statements end and how a value is put where a template names it. Both follow the
 * lexical rules of a dialect, so that no value leaves the quotes it was put into and no semicolon inside quotes ends a
 * statement. Values are escaped exactly once, by the dialect.
 */

export interface Piece<Context extends string> {
  readonly context: Context | "bare";
  /** With its quotes. */
  readonly text: string;
}

/** The lexical rules of one kind of database. */
export interface Dialect<Context extends string> {
  /** What is quoted or commented out from a position on, and where it ends; nothing if bare text continues. */
  quotedAt(sql: string, at: number): { readonly context: Context; readonly end: number } | undefined;
  /** The value as it is written in this piece. Throws `DatabaseFailure` where it may not; see `refuse`. */
  escape(value: string, piece: Piece<Context>, name: string): string;
  /** Text that has semicolons of its own and stays whole. */
  isWhole?(pieces: readonly Piece<Context>[]): boolean;
}

export const refuse = (why: string): never => {
  throw new DatabaseFailure("statement", why);
};

/** Where a quoted text ends that starts at `from`; a doubled quote does not end it, nor one after a backslash. */
export const afterQuote = (sql: string, from: number, quote: string, backslash: boolean): number => {
  let at = from + 1;
  while (at < sql.length) {
    if (backslash && sql[at] === "\\") at += 2;
    else if (sql[at] !== quote) at += 1;
    else if (sql[at + 1] === quote) at += 2;
    else return at + 1;
  }
  return sql.length;
};

export const afterLine = (sql: string, from: number): number => {
  const line = sql.indexOf("\n", from);
  return line < 0 ? sql.length : line + 1;
};

const DOLLAR = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const WORD = /[A-Za-z0-9_$\u0080-\uffff]/;

/** Whether the character at a position belongs to a word. */
export const isWord = (sql: string, at: number): boolean => WORD.test(sql[at] ?? "");

/** Where a dollar-quoted text ends that starts at `at`; nothing if none does. */
export const afterDollar = (sql: string, at: number): number | undefined => {
  if (sql[at] !== "$" || isWord(sql, at - 1)) return undefined;
  DOLLAR.lastIndex = at;
  const tag = DOLLAR.exec(sql)?.[0];
  if (tag === undefined) return undefined;
  const close = sql.indexOf(tag, at + tag.length);
  return close < 0 ? sql.length : close + tag.length;
};

/** The text cut where the context changes; joined again it is the text. */
export const piecesOf = <Context extends string>(sql: string, dialect: Dialect<Context>): readonly Piece<Context>[] => {
  const pieces: Piece<Context>[] = [];
  let from = 0;
  const bareUntil = (end: number) => {
    if (end > from) pieces.push({ context: "bare", text: sql.slice(from, end) });
  };
  for (let at = 0; at < sql.length; ) {
    const quoted = dialect.quotedAt(sql, at);
    if (quoted) {
      bareUntil(at);
      const end = Math.min(quoted.end, sql.length);
      pieces.push({ context: quoted.context, text: sql.slice(at, end) });
      at = end;
      from = at;
    } else at += 1;
  }
  bareUntil(sql.length);
  return pieces;
};

const split = <Context extends string>(pieces: readonly Piece<Context>[]): readonly string[] => {
  const statements: string[] = [];
  let current = "";
  for (const { context, text } of pieces) {
    if (context !== "bare") {
      current += text;
      continue;
    }
    const parts = text.split(";");
    for (const [index, part] of parts.entries()) {
      current += part;
      if (index < parts.length - 1) {
        statements.push(current.trim());
        current = "";
      }
    }
  }
  return [...statements, current.trim()].filter((statement) => statement !== "");
};

const fromBase64 = (text: string): string => {
  if (!isBase64(text)) return text;
  return Buffer.from(text, "base64").toString("utf8").trim();
};

const jsonList = (text: string): readonly string[] | undefined => {
  if (!text.startsWith("[")) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((item) => typeof item === "string") ? list : undefined;
  } catch {
    return undefined;
  }
};

/**
 * The single statements of what an operator wrote: each text may be SQL with semicolons, a JSON list, or either in
 * base64.
 */
export const statementsOf = <Context extends string>(
  texts: readonly string[],
  dialect: Dialect<Context>,
): readonly string[] =>
  texts.flatMap((given) => {
    const text = fromBase64(given.trim());
    const list = jsonList(text);
    if (list) return list;
    const pieces = piecesOf(text, dialect);
    return dialect.isWhole?.(pieces) ? [text] : split(pieces);
  });

/** Puts values where the statement names them. Throws `DatabaseFailure` for a value that is not allowed there. */
export const fill = <Context extends string>(
  sql: string,
  values: Readonly<Record<string, string>>,
  dialect: Dialect<Context>,
): string =>
  piecesOf(sql, dialect)
    .map((piece) =>
      piece.text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
        const value = Object.hasOwn(values, name) ? values[name] : undefined;
        if (value === undefined) return whole;
        if (value.includes("\0")) return refuse(`the value of {{${name}}} holds a zero byte`);
        return dialect.escape(value, piece, name);
      }),
    )
    .join("");
