import { Readable } from "node:stream";
import db, { type Level, type LevelChange, type Range } from "dynalite/db/index.js";

/**
 * The bytes: one LevelDB folder, or memory. Every change is one atomic batch, synced to disk before it is acknowledged,
 * so a crash at any moment leaves either all of a change or none of it. Reads are synchronous and see every batch that
 * was acknowledged. It knows keys and JSON values, nothing of tables.
 */
export class Bytes {
  readonly #level: Level;
  readonly #methods: Level;

  private constructor(level: Level) {
    this.#level = level;
    // dynalite hides `batch` and `close` behind versions of its own that drop the `sync` option: take the originals.
    this.#methods = Object.getPrototypeOf(level);
  }

  /** Opens the folder (made if absent), or memory without one. Throws when another process holds the folder. */
  static async open(path?: string): Promise<Bytes> {
    const level = db.create(path === undefined ? {} : { path }).db;
    try {
      await level.open();
    } catch (error) {
      throw new Error(`cannot open the table's data in ${path}: is another process using it?`, { cause: error });
    }
    return new Bytes(level);
  }

  get(key: string): unknown {
    return this.#level.getSync(key);
  }

  /** All changes or none; resolves when they are on disk. */
  async commit(changes: readonly LevelChange[]): Promise<void> {
    if (changes.length > 0) await this.#methods.batch.call(this.#level, changes, { sync: true });
  }

  /** Removes every key that starts with the prefix. */
  async clear(prefix: string): Promise<void> {
    await this.#level.clear(within(prefix, {}));
  }

  /** Pairs whose key starts with the prefix, in order, as of the first step; keys come without the prefix. */
  async *entries(prefix: string, range: Range = {}): AsyncGenerator<[key: string, value: unknown]> {
    const iterator = this.#level.iterator(within(prefix, range));
    try {
      for (;;) {
        const page = await iterator.nextv(PAGE);
        if (page.length === 0) return;
        for (const [key, value] of page) yield [key.slice(prefix.length), value];
      }
    } finally {
      await iterator.close();
    }
  }

  /** The values of `entries`, as the stream dynalite's queries read from. */
  values(prefix: string, range: Range): Readable {
    const iterator = this.#level.iterator(within(prefix, range));
    return new Readable({
      objectMode: true,
      highWaterMark: PAGE,
      read() {
        iterator.nextv(PAGE).then(
          (page) => {
            for (const [, value] of page) this.push(value);
            if (page.length === 0) this.push(null);
          },
          (error: Error) => this.destroy(error),
        );
      },
      destroy(error, done) {
        iterator.close().then(
          () => done(error),
          (closing: Error) => done(error ?? closing),
        );
      },
    });
  }

  async close(): Promise<void> {
    await this.#methods.close.call(this.#level);
  }
}

const PAGE = 64;

/** Keys are ASCII, so `\xff` ends every prefix. */
const within = (prefix: string, { gt, gte, lt, lte, ...rest }: Range): Range => {
  const from = gt === undefined ? { gte: prefix + (gte ?? "") } : { gt: prefix + gt };
  const to = lt === undefined && lte !== undefined ? { lte: prefix + lte } : { lt: prefix + (lt ?? "\xff") };
  return { ...rest, ...from, ...to };
};
