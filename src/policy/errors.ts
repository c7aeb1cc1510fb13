import { goQuote } from "../std/go-quote.ts";

/**
 * Why a policy, or a policy's name, was refused. `wire` is what the caller is told, word for word; it repeats at most
 * a few dozen characters of what was sent, so that an answer never echoes a document back.
 */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly wire: string;

  constructor(wire: string, options: { readonly cause?: unknown } = {}) {
    super(wire, options.cause === undefined ? undefined : { cause: options.cause });
    this.wire = wire;
  }
}

const LONGEST_ECHO = 48;

/** Quotes text as Go's `%q` does, and shortens it when it is long. */
export const quote = (text: string): string => {
  const chars = Array.from(text.slice(0, LONGEST_ECHO + 2));
  return goQuote(text.length > LONGEST_ECHO ? `${chars.slice(0, LONGEST_ECHO).join("")}…` : text);
};
