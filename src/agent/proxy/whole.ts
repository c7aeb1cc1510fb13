import { Readable } from "node:stream";
import { ConnectionError } from "../../client/index.ts";
import type { Timer } from "../../std/timer.ts";
import type { Given } from "./exchange.ts";

/** The longest answer that is looked into; the server's own limit is lower. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Milliseconds for an answer's body. */
const BODY_TIME = 60_000;

const broken = (reason: string): ConnectionError => new ConnectionError("the server", reason);

/** The answer with its body read to the end. Throws `ConnectionError` when it breaks off, is too long or too slow. */
export const whole = async (given: Given, timer: Timer): Promise<Given & { readonly body: Buffer }> => {
  const { body } = given;
  if (!(body instanceof Readable)) return { ...given, body };
  const cancel = timer(BODY_TIME, () => body.destroy(broken("the answer took too long")));
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      const bytes = Buffer.from(chunk);
      length += bytes.length;
      if (length > MOST_BYTES) throw broken("the answer is too long");
      chunks.push(bytes);
    }
  } catch (cause) {
    throw cause instanceof ConnectionError ? cause : broken("the answer broke off");
  } finally {
    cancel();
  }
  return { ...given, body: Buffer.concat(chunks, length) };
};
