import { isPrint } from "../std/go-quote.ts";
import { quoted } from "./quote.ts";
import { DELIMITERS, type Delimiters, KEYWORDS, SIGNS, type Token, type TokenKind } from "./tokens.ts";

/** Cuts a template into text and the tokens of its actions. Source: Go's text/template/parse, `lex.go`. */

/** `%#U` */
const codeName = (char: string): string => {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return isPrint(char) ? `U+${code} '${char}'` : `U+${code}`;
};

const BLANKS = " \t\r\n";
const isBlank = (char: string): boolean => char !== "" && BLANKS.includes(char);
const WORD = /[\p{L}\p{Nd}_]*/uy;
const QUOTED = /"(?:[^"\\\n]|\\[^\n])*"/y;
const CHARACTER = /'(?:[^'\\\n]|\\[^\n])*'/y;
/** Sign, prefix, digits, fraction, exponent: looser than Go's numbers, which are checked when they are read. */
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*\.?[0-7_]*|0[bB][01_]*\.?[01_]*|[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]*)?)i?/y;

/** The number of blanks at the end of a text, counted from the end: a pattern would try every start. */
const trailing = (text: string): number => {
  let count = 0;
  while (count < text.length && isBlank(text.charAt(text.length - 1 - count))) count += 1;
  return count;
};

class Lexer {
  readonly tokens: Token[] = [];
  private readonly source: string;
  private readonly delimiters: Delimiters;
  /** Words that are functions of the host, though Go knows them as keywords. */
  private readonly notKeywords: ReadonlySet<string>;
  private at = 0;
  private line = 1;
  /** Up to where lines are counted. */
  private counted = 0;
  private parens = 0;

  constructor(source: string, delimiters: Delimiters, notKeywords: ReadonlySet<string>) {
    this.source = source;
    this.delimiters = delimiters;
    this.notKeywords = notKeywords;
  }

  run(): readonly Token[] {
    while (this.text()) {
      if (!this.action()) break;
    }
    return this.tokens;
  }

  private emit(kind: TokenKind, end: number, text = this.source.slice(this.at, end)): true {
    for (; this.counted < this.at; this.counted += 1) if (this.source[this.counted] === "\n") this.line += 1;
    this.tokens.push({ kind, at: this.at, text, line: this.line });
    this.at = end;
    return true;
  }

  private fail(message: string): false {
    this.emit("error", this.source.length, message);
    return false;
  }

  private match(pattern: RegExp, from = this.at): string {
    pattern.lastIndex = from;
    return pattern.exec(this.source)?.[0] ?? "";
  }

  private skipBlanks(): void {
    while (isBlank(this.source.charAt(this.at))) this.at += 1;
  }

  /** Text up to the next action that is not a comment; whether there is one. */
  private text(): boolean {
    const { source, delimiters } = this;
    for (;;) {
      const open = source.indexOf(delimiters.left, this.at);
      if (open < 0) return this.end();
      const inside = open + delimiters.left.length;
      const trims = source[inside] === "-" && isBlank(source.charAt(inside + 1));
      this.plain(open, trims);
      const after = trims ? inside + 2 : inside;
      if (source.startsWith("/*", after)) {
        this.at = after;
        if (!this.comment()) return false;
        continue;
      }
      this.emit("left delimiter", inside);
      this.at = after;
      this.parens = 0;
      return true;
    }
  }

  /** Text up to an action, which may trim it. */
  private plain(open: number, trims: boolean): void {
    const text = this.source.slice(this.at, open);
    const kept = trims ? text.length - trailing(text) : text.length;
    if (kept > 0) this.emit("text", this.at + kept);
    this.at = open;
  }

  private end(): false {
    const { length } = this.source;
    if (this.at < length) this.emit("text", length);
    this.emit("end of text", length);
    return false;
  }

  private comment(): boolean {
    const end = this.source.indexOf("*/", this.at + 2);
    if (end < 0) return this.fail("unclosed comment");
    const close = this.close(end + 2);
    if (close === undefined) return this.fail("comment ends before closing delimiter");
    this.at = close.end;
    if (close.trims) this.skipBlanks();
    return true;
  }

  /** The end of an action that begins here, perhaps with a trim marker in front. */
  private close(at: number): { readonly start: number; readonly end: number; readonly trims: boolean } | undefined {
    const { source, delimiters } = this;
    const trims = isBlank(source.charAt(at)) && source[at + 1] === "-" && source.startsWith(delimiters.right, at + 2);
    const start = trims ? at + 2 : at;
    if (!trims && !source.startsWith(delimiters.right, at)) return undefined;
    return { start, end: start + delimiters.right.length, trims };
  }

  /** The tokens of one action, to its end; whether it has one. */
  private action(): boolean {
    for (;;) {
      const close = this.close(this.at);
      if (close && this.parens > 0) return this.fail("unclosed left paren");
      if (close) {
        this.at = close.start;
        this.emit("right delimiter", close.end);
        if (close.trims) this.skipBlanks();
        return true;
      }
      if (!this.token()) return false;
    }
  }

  private token(): boolean {
    const char = this.source.charAt(this.at);
    if (char === "") return this.fail("unclosed action");
    if (isBlank(char)) return this.space();
    if (char === '"') return this.quote("string", QUOTED, "unterminated quoted string");
    if (char === "'") return this.quote("character", CHARACTER, "unterminated character constant");
    if (char === "`") return this.rawString();
    if (char === "$") return this.name("variable");
    if (char === ".") return this.dot();
    if (/[+\-0-9]/.test(char)) return this.number();
    if (this.match(WORD) !== "") return this.word();
    return this.sign(char);
  }

  private space(): true {
    let end = this.at + 1;
    while (isBlank(this.source.charAt(end))) end += 1;
    // The last blank may belong to a trim marker.
    return this.emit("space", this.close(end - 1)?.trims && end - 1 > this.at ? end - 1 : end);
  }

  private quote(kind: "string" | "character", pattern: RegExp, unterminated: string): boolean {
    const found = this.match(pattern);
    return found === "" ? this.fail(unterminated) : this.emit(kind, this.at + found.length);
  }

  private rawString(): boolean {
    const end = this.source.indexOf("`", this.at + 1);
    return end < 0 ? this.fail("unterminated raw quoted string") : this.emit("raw string", end + 1);
  }

  private dot(): boolean {
    const next = this.source.charAt(this.at + 1);
    return /[0-9]/.test(next) || next === "" ? this.number() : this.name("field");
  }

  /** `.x`, `$x`, `.` or `$`. */
  private name(kind: "field" | "variable"): boolean {
    const end = this.at + 1 + this.match(WORD, this.at + 1).length;
    if (!this.ends(end)) return this.fail(`bad character ${this.nameAt(end)}`);
    return this.emit(kind === "field" && end === this.at + 1 ? "dot" : kind, end);
  }

  private word(): boolean {
    const word = this.match(WORD);
    const end = this.at + word.length;
    if (!this.ends(end)) return this.fail(`bad character ${this.nameAt(end)}`);
    const keyword = this.notKeywords.has(word) ? undefined : KEYWORDS.get(word);
    return this.emit(keyword ?? "identifier", end);
  }

  private nameAt(at: number): string {
    return codeName(String.fromCodePoint(this.source.codePointAt(at) ?? 0));
  }

  /** Whether a name may end here. */
  private ends(at: number): boolean {
    const char = this.source.charAt(at);
    return char === "" || isBlank(char) || ".,|:)(".includes(char) || this.source.startsWith(this.delimiters.right, at);
  }

  private number(): boolean {
    const first = this.match(NUMBER);
    const end = this.at + first.length;
    const bad = (from: number): false => {
      const next = this.match(WORD, from) === "" ? "" : String.fromCodePoint(this.source.codePointAt(from) ?? 0);
      return this.fail(`bad number syntax: ${quoted(this.source.slice(this.at, from) + next)}`);
    };
    if (this.match(WORD, end) !== "") return bad(end);
    const sign = this.source.charAt(end);
    if (sign !== "+" && sign !== "-") return this.emit("number", end);
    const second = end + this.match(NUMBER, end).length;
    if (this.match(WORD, second) !== "" || this.source[second - 1] !== "i") return bad(second);
    return this.emit("complex", second);
  }

  private sign(char: string): boolean {
    if (char === ":") {
      if (this.source[this.at + 1] !== "=") return this.fail("expected :=");
      return this.emit("declare", this.at + 2);
    }
    if (char === "(") this.parens += 1;
    if (char === ")") this.parens -= 1;
    if (this.parens < 0) return this.fail("unexpected right paren");
    if (!/[\x20-\x7e]/.test(char)) return this.fail(`unrecognized character in action: ${this.nameAt(this.at)}`);
    return this.emit(SIGNS.get(char) ?? "sign", this.at + 1);
  }
}

/** Ends with `end of text` or with an `error`. */
export const lex = (
  source: string,
  delimiters: Delimiters = DELIMITERS,
  notKeywords: ReadonlySet<string> = new Set(),
): readonly Token[] => new Lexer(source, delimiters, notKeywords).run();
