import { AsyncLocalStorage } from "node:async_hooks";
import { ENVIRONMENT } from "../../src/contract/environment.ts";
import { systemClock } from "../../src/std/time.ts";

/**
 * The function's log: every line goes to it byte for byte, without the prefix that `console` puts before it, because
 * audit lines are a chain of hashes.
 */

/** Answers when the line has left this process. Throws when it cannot be written. */
export const writeLine = (line: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
  });

/** The id of the request that is being answered; lines written meanwhile carry it. */
const current = new AsyncLocalStorage<string | undefined>();

/** Runs `work` so that its lines in the log carry the request's id. */
export const aboutRequest = <T>(id: string | undefined, work: () => Promise<T>): Promise<T> => current.run(id, work);

/**
 * A line of the program's own log: what, when, which function, which request. Never throws: a log that fails must not
 * fail a request.
 */
export const log = (message: string, fields: Readonly<Record<string, string | number | boolean>> = {}): void => {
  const request = current.getStore();
  const line = {
    log: message,
    time: new Date(systemClock.now()).toISOString(),
    function: process.env[ENVIRONMENT.functionName],
    ...(request === undefined ? {} : { request }),
    ...fields,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
