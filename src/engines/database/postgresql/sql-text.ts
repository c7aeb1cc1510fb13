import { afterDollar, afterLine, afterQuote, type Dialect, isWord, refuse } from "../sql/statements.ts";

/** PostgreSQL's lexical rules, for `../sql/statements.ts`. Source: PostgreSQL documentation, "Lexical Structure". */

export type Context = "string" | "escape string" | "identifier" | "dollar" | "comment";

const afterComment = (sql: string, from: number): number => {
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

export const DIALECT: Dialect<Context> = {
  quotedAt: (sql, at) => {
    const char = sql[at];
    if (char === "'") {
      const escaping = /[eE]/.test(sql[at - 1] ?? "") && !isWord(sql, at - 2);
      return { context: escaping ? "escape string" : "string", end: afterQuote(sql, at, "'", escaping) };
    }
    if (char === '"') return { context: "identifier", end: afterQuote(sql, at, '"', false) };
    if (sql.startsWith("--", at)) return { context: "comment", end: afterLine(sql, at) };
    if (sql.startsWith("/*", at)) return { context: "comment", end: afterComment(sql, at) };
    const end = afterDollar(sql, at);
    return end === undefined ? undefined : { context: "dollar", end };
  },
  escape: (value, { context }, name) => {
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
  },
  // A routine's body written without quotes (`BEGIN ATOMIC … END`) has semicolons of its own.
  isWhole: (pieces) => pieces.some(({ context, text }) => context === "bare" && /\bEND\b/.test(text)),
};

/** A name of the database's, quoted. Only for names that came from the database or are whole values. */
export const identifier = (name: string): string => {
  if (name.includes("\0")) return refuse("a name holds a zero byte");
  return `"${name.replaceAll('"', '""')}"`;
};
