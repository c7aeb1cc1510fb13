import type { Readable, Writable } from "node:stream";

/** A question at the terminal whose answer is not shown. */

/** Standard input; only a terminal has the second. */
export interface Keyboard extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

const ENTER = new Set(["\r", "\n", "\u0004"]);
const ERASE = new Set(["\u007f", "\b"]);
const INTERRUPT = "\u0003";

/** One line, typed: what has been entered so far, and whether that is all. */
const typed = (
  before: string,
  keys: string,
): { readonly text: string; readonly done: boolean; readonly stopped: boolean } => {
  let text = before;
  for (const key of keys) {
    if (key === INTERRUPT) return { text: "", done: true, stopped: true };
    if (ENTER.has(key)) return { text, done: true, stopped: false };
    text = ERASE.has(key) ? text.slice(0, -1) : text + key;
  }
  return { text, done: false, stopped: false };
};

/** `undefined`: the input is not a terminal. An interrupt ends the process, as it would without the question. */
export const askHidden = async (input: Keyboard, output: Writable, question: string): Promise<string | undefined> => {
  if (input.isTTY !== true) return undefined;
  output.write(question);
  input.setRawMode?.(true);
  input.setEncoding("utf8").resume();
  try {
    return await new Promise<string>((resolve, reject) => {
      let text = "";
      const hear = (keys: string): void => {
        const next = typed(text, keys);
        text = next.text;
        if (!next.done) return;
        input.off("data", hear);
        if (next.stopped) reject(new Error("interrupted"));
        else resolve(text);
      };
      input.on("data", hear);
    });
  } finally {
    input.setRawMode?.(false);
    input.pause();
    output.write("\n");
  }
};
