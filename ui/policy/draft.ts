import { type Policy, PolicyError, parsePolicy } from "../../src/policy/index.ts";

/** A policy being written: what is wrong with it, in the server's words, and where. */

export interface DraftError {
  /** The server's words about this error. */
  readonly text: string;
  /** From 1; `undefined` where the words name none and the text has no place for them. */
  readonly line: number | undefined;
}

export type Draft =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly errors: readonly DraftError[] };

const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;

/** The stanza that a message begins with (`path "secret/*": ...`), and in it the word that it quotes last. */
const placeOf = (text: string, message: string): number | undefined => {
  const [, label = "", rest = ""] = /^path ("(?:[^"\\]|\\.)*"): (.*)$/s.exec(message) ?? [];
  const stanza = label === "" ? -1 : text.indexOf(label);
  if (stanza < 0) return undefined;
  const word = rest.match(/"(?:[^"\\]|\\.)*"/g)?.at(-1);
  const found = word === undefined ? -1 : text.indexOf(word, stanza + label.length);
  return lineAt(text, found < 0 ? stanza : found);
};

/** Line 0 is the server's word for a block whose place it does not tell. */
const lineOf = (text: string, message: string): number | undefined => {
  const named = Number(/\bAt (\d+):\d+/i.exec(message)?.[1] ?? /\bon line (\d+)/.exec(message)?.[1] ?? 0);
  return named > 0 ? named : placeOf(text, message);
};

/** Several errors come as one text, a bullet for each; before it the server says what it was doing. */
const messagesIn = (wire: string): readonly string[] => {
  const bullets = wire.match(/^\t\* .*$/gm);
  return bullets ? bullets.map((line) => line.slice(3)) : [wire.replace(/^failed to parse policy: /, "")];
};

/** Judged by the server's own code. */
export const draftOf = (name: string, text: string): Draft => {
  try {
    return { ok: true, policy: parsePolicy(name, text) };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const errors = messagesIn(error.wire).map((message) => ({ text: message, line: lineOf(text, message) }));
    return { ok: false, errors };
  }
};
