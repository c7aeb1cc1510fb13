import { DatabaseFailure } from "../failure.ts";

/**
 * The operator's SQL: where its statements end and how a value is put where a template names it. Both follow
 * PostgreSQL's lexical rules, so that no value leaves the quotes it was put into and no semicolon inside quotes ends a
 * statement. Values are escaped exactly once, here.
 * Source: PostgreSQL documentation, "Lexical Structure".
 */

export type Context = "bare" | "string" | "escape string" | "identifier" | "dollar" | "comment";

export interface Piece {
  readonly context: Context;
  /** With its quotes. */
  readonly text: string;
}

const DOLLAR = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const WORD = /[A-Za-z0-9_$\u0080-\uffff]/;

/** Where a quoted text ends that starts at `from`; a doubled quote does not end it, nor `\'` in an escape string. */
const afterQuote = (sql: string, from: number, quote: string, backslash: boolean): number => {
  let at = from + 1;
  while (at < sql.length) {
    if (backslash && sql[at] === "\\") at += 2;
    else if (sql[at] !== quote) at += 1;
    else if (sql[at + 1] === quote) at += 2;
    else return at + 1;
  }
  return sql.length;
};

const afterComment = (sql: string, from: number): number => {
  if (sql[from] === "-") {
    const line = sql.indexOf("\n", from);
    return line < 0 ? sql.length : line + 1;
  }
  let depth = 0;
  for (let at = from; at < sql.length; at += 1) {
    if (sql.startsWith("/*", at)) {
      depth += 1;
      at += 1;
    } else if (sql.startsWith("*/", at)) {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  return sql.length;
};

/** What is quoted or commented out from here on; nothing if bare text continues. */
const quotedAt = (sql: string, at: number): { readonly context: Context; readonly end: number } | undefined => {
  const char = sql[at];
  if (char === "'") {
    const escaping = /[eE]/.test(sql[at - 1] ?? "") && !WORD.test(sql[at - 2] ?? "");
    return { context: escaping ? "escape string" : "string", end: afterQuote(sql, at, "'", escaping) };
  }
  if (char === '"') return { context: "identifier", end: afterQuote(sql, at, '"', false) };
  if (sql.startsWith("--", at) || sql.startsWith("/*", at)) return { context: "comment", end: afterComment(sql, at) };
  if (char !== "$" || WORD.test(sql[at - 1] ?? "")) return undefined;
  DOLLAR.lastIndex = at;
  const tag = DOLLAR.exec(sql)?.[0];
  if (tag === undefined) return undefined;
  const close = sql.indexOf(tag, at + tag.length);
  return { context: "dollar", end: close < 0 ? sql.length : close + tag.length };
};

/** The text cut where the context changes; joined again it is the text. */
export const piecesOf = (sql: string): readonly Piece[] => {
  const pieces: Piece[] = [];
  let from = 0;
  const bareUntil = (end: number) => {
    if (end > from) pieces.push({ context: "bare", text: sql.slice(from, end) });
  };
  for (let at = 0; at < sql.length; ) {
    const quoted = quotedAt(sql, at);
    if (quoted) {
      bareUntil(at);
      pieces.push({ context: quoted.context, text: sql.slice(at, quoted.end) });
      at = quoted.end;
      from = at;
    } else at += 1;
  }
  bareUntil(sql.length);
  return pieces;
};

const split = (sql: string): readonly string[] => {
  const statements: string[] = [];
  let current = "";
  for (const { context, text } of piecesOf(sql)) {
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
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return text;
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

/** A routine's body written without quotes (`BEGIN ATOMIC … END`) has semicolons of its own. */
const isBlock = (sql: string): boolean =>
  piecesOf(sql).some(({ context, text }) => context === "bare" && /\bEND\b/.test(text));

/**
 * The single statements of what an operator wrote: each text may be SQL with semicolons, a JSON list, or either in
 * base64. Text with a bare word `END` stays whole.
 */
export const statementsOf = (texts: readonly string[]): readonly string[] =>
  texts.flatMap((given) => {
    const text = fromBase64(given.trim());
    return jsonList(text) ?? (isBlock(text) ? [text] : split(text));
  });

const refuse = (why: string): never => {
  throw new DatabaseFailure("statement", why);
};

const escapeFor = (context: Context, value: string, name: string): string => {
  if (value.includes("\0")) return refuse(`the value of {{${name}}} holds a zero byte`);
  switch (context) {
    case "string":
      return value.replaceAll("'", "''");
    case "escape string":
      return value.replaceAll("\\", "\\\\").replaceAll("'", "''");
    case "identifier":
      return value.replaceAll('"', '""');
    case "dollar":
      // What quotes it inside the block is not known here, so only a value that no quoting minds may go in.
      return /['"\\;\r\n]|\$\w*\$|^\$|\$$|\/\*/.test(value)
        ? refuse(`the value of {{${name}}} cannot be used inside a dollar-quoted text`)
        : value;
    case "comment":
      return value.replace(/\W/g, "_");
    case "bare":
      return /^\w+$/.test(value) ? value : refuse(`{{${name}}} must be inside quotes`);
  }
};

/** Puts values where the statement names them. Throws `DatabaseFailure` for a value that is not allowed there. */
export const fill = (sql: string, values: Readonly<Record<string, string>>): string =>
  piecesOf(sql)
    .map(({ context, text }) =>
      text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
        const value = Object.hasOwn(values, name) ? values[name] : undefined;
        return value === undefined ? whole : escapeFor(context, value, name);
      }),
    )
    .join("");

/** A name of the database's, quoted. Only for names that came from the database or are whole values. */
export const identifier = (name: string): string => {
  if (name.includes("\0")) return refuse("a name holds a zero byte");
  return `"${name.replaceAll('"', '""')}"`;
};
