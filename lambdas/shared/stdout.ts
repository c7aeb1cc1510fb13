/**
 * The function's log: every line goes to it byte for byte, without the prefix that `console` puts before it, because
 * audit lines are a chain of hashes.
 */

/** Answers when the line has left this process. Throws when it cannot be written. */
export const writeLine = (line: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
  });

/** A line of the program's own log. Never throws: a log that fails must not fail a request. */
export const log = (message: string, fields: Readonly<Record<string, string | number | boolean>> = {}): void => {
  process.stdout.write(`${JSON.stringify({ log: message, ...fields })}\n`);
};
