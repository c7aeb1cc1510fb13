import { writeJson } from "../std/json.ts";
import type { RandomSource } from "../std/random.ts";
import { type Clock, rfc3339 } from "../std/time.ts";
import { hashOf, type SigningKey, signCheckpoint } from "./checkpoint.ts";
import { type Link, NO_LINE } from "./link.ts";
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

export interface Chain {
  /** Answers when the line is safe. Throws what the sink throws. */
  append(record: object): Promise<void>;
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
  const writer = Buffer.from(random.bytes(12)).toString("hex");
  let seq = 0;
  let prev = NO_LINE;
  let runFrom = 1;
  let runBegan = 0;
  let last: Promise<void> = Promise.resolve();

  const write = async (make: (link: Link) => object): Promise<void> => {
    const link = { writer, seq: seq + 1, prev };
    const line = writeJson(make(link));
    await sink.write(line);
    seq = link.seq;
    prev = hashOf(line);
  };

  const close = async (): Promise<void> => {
    if (seq < runFrom) return;
    try {
      const signer = await key();
      if (!signer) return;
      const time = rfc3339(clock.now());
      await write((chain) => {
        const checkpoint = signCheckpoint(signer, chain, runFrom, time);
        return { time, type: "checkpoint", checkpoint, chain };
      });
      runFrom = seq + 1;
    } catch (error) {
      failed(error);
    }
  };

  const append = async (record: object): Promise<void> => {
    const now = clock.now();
    await write((chain) => ({ ...record, chain }));
    if (seq === runFrom) runBegan = now;
    if (seq - runFrom + 1 >= RUN_LINES || now - runBegan >= RUN_MS) await close();
  };

  /** One after another, whatever became of the one before. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };

  return { append: (record) => inTurn(() => append(record)), close: () => inTurn(close) };
};
