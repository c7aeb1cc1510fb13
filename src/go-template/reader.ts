import { TemplateError } from "./errors.ts";
import { type Token, type TokenKind, tokenName } from "./tokens.ts";

/** The tokens of a template one after the other, and the errors that Go makes of those that do not fit. */

/** What a template or a definition in it has of its own while it is read. */
export interface Scope {
  /** Variables that are known here, with their `$`. */
  variables: string[];
  /** How many `range` are around. */
  loops: number;
  /** The line of the delimiter that began the action; 0: none did. */
  actionLine: number;
}

export const newScope = (): Scope => ({ variables: ["$"], loops: 0, actionLine: 0 });

const END: Token = { kind: "end of text", at: 0, text: "", line: 1 };

export class Reader {
  scope: Scope = newScope();
  /** Which token comes next; may be set back. */
  at = 0;
  /** The line of the last token that was looked at, for messages. */
  line = 0;
  private furthest = -1;
  private readonly name: string;
  private readonly tokens: readonly Token[];

  constructor(name: string, tokens: readonly Token[]) {
    this.name = name;
    this.tokens = tokens;
  }

  peek(): Token {
    const token = this.tokens[Math.min(this.at, this.tokens.length - 1)] ?? END;
    if (this.at > this.furthest) {
      this.furthest = this.at;
      this.line = token.line;
    }
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  backup(): void {
    this.at -= 1;
  }

  /** The next token other than a space, which is not taken; spaces before it are. */
  peekNonSpace(): Token {
    while (this.peek().kind === "space") this.at += 1;
    return this.peek();
  }

  nextNonSpace(): Token {
    this.peekNonSpace();
    return this.next();
  }

  expect(context: string, ...kinds: readonly TokenKind[]): Token {
    const token = this.nextNonSpace();
    return kinds.includes(token.kind) ? token : this.unexpected(token, context);
  }

  unexpected(token: Token, context: string): never {
    if (token.kind !== "error") return this.fail(`unexpected ${tokenName(token)} in ${context}`);
    const { actionLine } = this.scope;
    if (actionLine === 0 || actionLine === token.line) return this.fail(token.text);
    const started = `started at ${this.name}:${actionLine}`;
    return this.fail(
      token.text.endsWith(" action") ? `${token.text} ${started}` : `${token.text} in action ${started}`,
    );
  }

  fail(message: string, line = this.line): never {
    throw new TemplateError("parse", `template: ${this.name}:${line}: ${message}`, true);
  }
}
