import type { RandomSource } from "../std/random.ts";
import { type Clock, rfc3339 } from "../std/time.ts";
import { digestOf, type SigningKey, signCheckpoint } from "./checkpoint.ts";
import { linkText, NO_DIGEST } from "./link.ts";
import { hexOf } from "./short-text.ts";
import type { AuditSink } from "./sink.ts";

/**
 * One writer's chain in one destination. Lines are written one after another: a line's number and hash are settled only
 * when the sink has it, so a line that failed leaves no gap.
 */

/**
 * A run is closed by a checkpoint after this many lines, or with the first line that comes this long after its first.
 */
export const RUN_LINES = 64;
export const RUN_MS = 60_000;

/** So many environments may write, side by side and one after another, that no two of them share a name. */
const WRITER_BYTES = 9;

export interface Chain {
  /** Takes a line as JSON, an object. Answers when it is safe. Throws what the sink throws. */
  append(line: string): Promise<void>;
  /** Signs what is not signed yet. Never throws: unsigned lines stay chained, and the next checkpoint covers them. */
  close(): Promise<void>;
}

export interface ChainOptions {
  readonly sink: AuditSink;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** `undefined`: there is no key yet. */
  readonly key: () => Promise<SigningKey | undefined>;
  /** Told of a checkpoint that could not be made. */
  readonly failed: (error: unknown) => void;
}

export const createChain = (options: ChainOptions): Chain => {
  const { sink, clock, random, key, failed } = options;
  const writer = Buffer.from(random.bytes(WRITER_BYTES)).toString("base64url");
  let seq = 0;
  let prev = NO_DIGEST;
  let runFrom = 1;
  let runBegan = 0;
  let last: Promise<void> = Promise.resolve();

  const write = async (text: string): Promise<void> => {
    const line = `${text.slice(0, -1)},"chain":"${linkText(writer, seq + 1, prev)}"}`;
    await sink.write(line);
    seq += 1;
    prev = digestOf(line);
  };

  const close = async (): Promise<void> => {
    if (seq < runFrom) return;
    try {
      const signer = await key();
      if (!signer) return;
      const time = rfc3339(clock.now());
      const checkpoint = signCheckpoint(signer, { writer, seq: seq + 1, prev: hexOf(prev) }, runFrom, time);
      await write(JSON.stringify({ time, type: "checkpoint", checkpoint }));
      runFrom = seq + 1;
    } catch (error) {
      failed(error);
    }
  };

  const append = async (text: string): Promise<void> => {
    const now = clock.now();
    await write(text);
    if (seq === runFrom) runBegan = now;
    if (seq - runFrom + 1 >= RUN_LINES || now - runBegan >= RUN_MS) await close();
  };

  /** One after another, whatever became of the one before. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };

  return { append: (line) => inTurn(() => append(line)), close: () => inTurn(close) };
};
