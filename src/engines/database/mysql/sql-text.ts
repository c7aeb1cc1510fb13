import {
  afterDollar,
  afterLine,
  afterQuote,
  type Dialect,
  fill as fillBy,
  piecesOf,
  refuse,
  statementsOf as statementsBy,
} from "../sql/statements.ts";

/**
 * The lexical rules of MySQL and MariaDB, for `../sql/statements.ts`, as they are in the `sql_mode` and the character
 * set that `session.ts` holds every session to: backslashes escape, double quotes are around text.
 * Source: MySQL Reference Manual, "Language Structure"; MariaDB documentation, "Comment Syntax".
 */

type Context = "string" | "double-quoted" | "identifier" | "dollar" | "comment";

/** Two dashes begin a comment where a blank or a control character follows, or nothing. */
const isDashComment = (sql: string, at: number): boolean => {
  if (!sql.startsWith("--", at)) return false;
  const next = sql.charCodeAt(at + 2);
  return Number.isNaN(next) || next <= 32 || next === 127;
};

const afterComment = (sql: string, from: number): number => {
  const close = sql.indexOf("*/", from + 2);
  return close < 0 ? sql.length : close + 2;
};

/** Text inside quotes that quotes something itself, such as a statement for `PREPARE`: two ways of escaping meet. */
const quotesInside = (text: string): boolean => /['"`\\]/.test(text.slice(1, -1));

const escapeIn = (value: string, text: string, quote: string, name: string): string => {
  if (quotesInside(text) && /['"`\\;]/.test(value))
    return refuse(`the value of {{${name}}} cannot be used inside a text that has quotes of its own`);
  return value.replaceAll("\\", "\\\\").replaceAll(quote, quote + quote);
};

const DIALECT: Dialect<Context> = {
  quotedAt: (sql, at) => {
    const char = sql[at];
    if (char === "'") return { context: "string", end: afterQuote(sql, at, "'", true) };
    if (char === '"') return { context: "double-quoted", end: afterQuote(sql, at, '"', true) };
    if (char === "`") return { context: "identifier", end: afterQuote(sql, at, "`", false) };
    if (char === "#" || isDashComment(sql, at)) return { context: "comment", end: afterLine(sql, at) };
    if (sql.startsWith("/*", at)) return { context: "comment", end: afterComment(sql, at) };
    const end = afterDollar(sql, at);
    return end === undefined ? undefined : { context: "dollar", end };
  },
  escape: (value, { context, text }, name) => {
    switch (context) {
      case "string":
        return escapeIn(value, text, "'", name);
      case "double-quoted":
        return escapeIn(value, text, '"', name);
      case "identifier":
        return value.replaceAll("`", "``");
      case "comment":
        return value.replace(/\W/g, "_");
      case "dollar":
      case "bare":
        return /^\w+$/.test(value) ? value : refuse(`{{${name}}} must be inside quotes`);
    }
  },
};

/** Comments that servers run as statements, all of them or those of some versions. */
const EXECUTABLE = /^\/\*M?!/;

export const statementsOf = (texts: readonly string[]): readonly string[] => statementsBy(texts, DIALECT);

/** As `fill` of `../sql/statements.ts`; a statement with comments that may be run has no place for values. */
export const fill = (sql: string, values: Readonly<Record<string, string>>): string => {
  if (sql.includes("\0")) return refuse("a statement holds a zero byte");
  const filled = fillBy(sql, values, DIALECT);
  if (filled === sql) return sql;
  const runs = piecesOf(sql, DIALECT).some(({ context, text }) => context === "comment" && EXECUTABLE.test(text));
  return runs ? refuse("values cannot be put into a statement with executable comments") : filled;
};

/** Only what is outside quotes and comments. */
export const bareText = (sql: string): string =>
  piecesOf(sql, DIALECT)
    .filter(({ context }) => context === "bare")
    .map(({ text }) => text)
    .join(" ");

const literal = (value: string): string => {
  if (value.includes("\0")) return refuse("a name holds a zero byte");
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
};

/** An account of the database's, quoted: `'user'@'host'`. */
export const quotedAccount = (user: string, host: string): string => `${literal(user)}@${literal(host)}`;
