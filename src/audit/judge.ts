import { type Line, Problem, readLine } from "./line.ts";
import { type Checkpoint, type Link, NO_LINE } from "./link.ts";

/**
 * Judges an audit log whose lines were hashed and whose signatures were checked by the caller: the command line does so
 * with Node, the web page with the browser's cryptography. A checkpoint vouches for the hash of the line before it, that
 * line for the one before, and so on back to the checkpoint before: the first line that departs from this is named.
 *
 * What it cannot see: lines after a writer's last checkpoint may be cut off, and a writer may be missing as a whole.
 * How far each writer is vouched for is in the verdict.
 */

export interface WriterSeen {
  readonly writer: string;
  readonly lines: number;
  /** Of those, how many come after the last checkpoint: chained, but not vouched for. */
  readonly unsigned: number;
}

export type Verdict =
  | { readonly ok: true; readonly writers: readonly WriterSeen[]; readonly others: number }
  /** `line` counts from 1. */
  | { readonly ok: false; readonly line: number; readonly what: string };

export interface VerifyOptions {
  /** The log begins in the middle: writers may begin at any number. */
  readonly continued?: boolean;
  /** Lines that are not audit lines are skipped and counted; otherwise they are refused. */
  readonly mixed?: boolean;
}

/** A checkpoint as it was read: all that its signature is checked with. */
export interface SignedLink extends Checkpoint {
  readonly link: Link;
  readonly time: string;
}

export type Signature = "holds" | "forged" | "unknown key";
export type Signatures = (checkpoint: SignedLink) => Signature;

export interface AuditLog {
  /** The next line of the log, and the SHA-256 of its bytes in hex. */
  add(text: string, hash: string): void;
  /** The checkpoints so far, for those who check signatures before they ask for the verdict. */
  readonly checkpoints: readonly SignedLink[];
  /** Whether nothing was changed, removed, inserted or moved. */
  verdict(signatures: Signatures): Verdict;
}

/** The last line that is vouched for, or what precedes the first. */
interface Trusted {
  readonly seq: number;
  readonly hash: string | undefined;
}

/** From a checkpoint back: the run as it was written. Throws where it cannot be followed. */
const authentic = (trusted: Trusted, run: readonly Line[], checkpoint: Line): readonly Line[] => {
  const byHash = new Map(run.map((line) => [line.hash, line]));
  const found: Line[] = [checkpoint];
  for (let next = checkpoint; next.link.seq > trusted.seq + 1; ) {
    const before = byHash.get(next.link.prev);
    if (!before) {
      const seq = next.link.seq - 1;
      const changed = run.find((line) => line.link.seq === seq);
      if (changed) throw new Problem(changed.at, `was changed after it was written (number ${seq} of its writer)`);
      throw new Problem(next.at, `follows a line that is missing (number ${seq} of its writer)`);
    }
    found.unshift(before);
    next = before;
  }
  const first = found[0] ?? checkpoint;
  if (trusted.hash !== undefined && first.link.prev !== trusted.hash) {
    throw new Problem(first.at, "does not continue the line that the checkpoint before vouches for");
  }
  return found;
};

const checkSignature = (signature: Signature, line: Line, { key }: Checkpoint): void => {
  if (signature === "unknown key") throw new Problem(line.at, `is a checkpoint signed with an unknown key, ${key}`);
  if (signature === "forged") throw new Problem(line.at, "is a forged checkpoint: its signature does not hold");
};

/** The order in the log against the order as written. */
const checkOrder = (run: readonly Line[], written: readonly Line[]): void => {
  const genuine = new Set(written);
  for (const [index, line] of run.entries()) {
    if (line === written[index]) continue;
    if (!genuine.has(line)) throw new Problem(line.at, "was inserted");
    throw new Problem(line.at, `is out of order: number ${line.link.seq} of its writer is here`);
  }
};

/** After the last checkpoint nobody vouches; numbers and hashes must still fit. */
const checkTail = (trusted: Trusted, tail: readonly Line[]): void => {
  let before: Trusted & { readonly at?: number } = trusted;
  for (const line of tail) {
    const { seq, prev } = line.link;
    if (seq > before.seq + 1)
      throw new Problem(line.at, `follows a line that is missing (number ${seq - 1} of its writer)`);
    if (seq <= before.seq) throw new Problem(line.at, `was inserted or is out of order: number ${seq} of its writer`);
    if (before.hash !== undefined && prev !== before.hash) {
      throw new Problem(before.at ?? line.at, "was changed after it was written, or the line after it was");
    }
    before = { seq, hash: line.hash, at: line.at };
  }
};

const checkWriter = (
  lines: readonly Line[],
  signatures: Signatures,
  continued: boolean,
): Omit<WriterSeen, "writer"> => {
  const [first] = lines;
  const start = continued ? lines.reduce((least, line) => Math.min(least, line.link.seq), Number.MAX_SAFE_INTEGER) : 1;
  let trusted: Trusted = start > 1 ? { seq: start - 1, hash: undefined } : { seq: 0, hash: NO_LINE };
  if (first && lines.every((line) => line.link.seq !== start)) {
    throw new Problem(
      first.at,
      `is not the beginning of its chain: number ${first.link.seq - 1} of its writer is missing`,
    );
  }
  let run: Line[] = [];
  for (const line of lines) {
    run.push(line);
    if (!line.checkpoint) continue;
    checkSignature(signatures({ link: line.link, time: line.time, ...line.checkpoint }), line, line.checkpoint);
    checkOrder(run, authentic(trusted, run.slice(0, -1), line));
    trusted = { seq: line.link.seq, hash: line.hash };
    run = [];
  }
  checkTail(trusted, run);
  return { lines: lines.length, unsigned: run.length };
};

export const readAuditLog = ({ continued = false, mixed = false }: VerifyOptions = {}): AuditLog => {
  const writers = new Map<string, Line[]>();
  const checkpoints: SignedLink[] = [];
  const unreadable: Problem[] = [];
  let at = 0;
  let others = 0;

  const trying = (problems: Problem[], work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error);
    }
  };

  const keep = (line: Line): void => {
    const { link, time, checkpoint } = line;
    if (!writers.get(link.writer)?.push(line)) writers.set(link.writer, [line]);
    if (checkpoint) checkpoints.push({ link, time, ...checkpoint });
  };

  return {
    checkpoints,
    add: (text, hash) => {
      at += 1;
      trying(unreadable, () => {
        const line = readLine(text, hash, at, mixed);
        if (line) keep(line);
        else others += 1;
      });
    },
    verdict: (signatures) => {
      const problems = [...unreadable];
      const seen: WriterSeen[] = [];
      for (const [writer, own] of writers) {
        trying(problems, () => seen.push({ writer, ...checkWriter(own, signatures, continued) }));
      }
      const [first] = problems.sort((a, b) => a.line - b.line);
      return first ? { ok: false, line: first.line, what: first.message } : { ok: true, writers: seen, others };
    },
  };
};
