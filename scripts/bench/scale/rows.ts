import type { Item, Key } from "../../../src/storage/operation.ts";
import { bytesOf } from "../leases/units.ts";

/** The rows of one partition of the counted table, in order of their sort keys, in little room. */

/** An item without its keys. Binary is kept as text of one byte each. */
export interface Stored {
  readonly v: string;
  readonly rest: Item;
  readonly bytes: number;
}

/** So that one more row in a partition of a million moves a few rows and not half a million. */
const BLOCK = 512;

export const storedOf = (item: Item): Stored => {
  const { pk: _pk, sk: _sk, v, ...rest } = item;
  return { v: Buffer.from(v?.B ?? []).toString("latin1"), rest, bytes: bytesOf(item) };
};

export const itemOf = ({ pk, sk }: Key, { v, rest }: Stored): Item => ({
  pk: { S: pk },
  sk: { S: sk },
  v: { B: Buffer.from(v, "latin1") },
  ...rest,
});

type Row = readonly [sk: string, stored: Stored];

/** The first index whose value is not below the text. */
const place = (length: number, at: (index: number) => string, text: string): number => {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) < text) low = middle + 1;
    else high = middle;
  }
  return low;
};

export class Rows {
  #blocks: Row[][] = [];
  /** Written while the table was filled: put in order when somebody first looks, if not before. */
  #loaded: Row[] = [];

  /** Quick, for many at once; each sort key once. */
  load(sk: string, stored: Stored): void {
    this.#loaded.push([sk, stored]);
  }

  get(sk: string): Stored | undefined {
    const [block, index] = this.#find(sk);
    const row = this.#blocks[block]?.[index];
    return row?.[0] === sk ? row[1] : undefined;
  }

  set(sk: string, stored: Stored): void {
    const [at, index] = this.#find(sk);
    const block = this.#blocks[at];
    if (!block) this.#blocks.push([[sk, stored]]);
    else if (block[index]?.[0] === sk) block[index] = [sk, stored];
    else {
      block.splice(index, 0, [sk, stored]);
      if (block.length > 2 * BLOCK) this.#blocks.splice(at + 1, 0, block.splice(BLOCK));
    }
  }

  /** Answers whether any row is left. */
  delete(sk: string): boolean {
    const [at, index] = this.#find(sk);
    const block = this.#blocks[at];
    if (block?.[index]?.[0] === sk) {
      block.splice(index, 1);
      if (block.length === 0) this.#blocks.splice(at, 1);
    }
    return this.#blocks.length > 0;
  }

  /** Rows from a sort key on, or backwards from the last one below it. */
  from(start: string, backwards: boolean): Generator<Row> {
    const [block, index] = this.#find(start);
    return backwards ? this.#down(block, index) : this.#up(block, index);
  }

  *#up(first: number, index: number): Generator<Row> {
    for (let block = first; block < this.#blocks.length; block += 1) {
      const rows = this.#blocks[block] ?? [];
      yield* block === first ? rows.slice(index) : rows;
    }
  }

  *#down(first: number, index: number): Generator<Row> {
    for (let block = first; block >= 0; block -= 1) {
      const rows = this.#blocks[block] ?? [];
      yield* (block === first ? rows.slice(0, index) : [...rows]).reverse();
    }
  }

  /** The block a sort key belongs to, and its place there. */
  #find(sk: string): readonly [number, number] {
    this.settle();
    const next = place(this.#blocks.length, (index) => this.#blocks[index]?.[0]?.[0] ?? "", `${sk}\u0000`);
    const at = Math.max(0, next - 1);
    const block = this.#blocks[at] ?? [];
    return [at, place(block.length, (index) => block[index]?.[0] ?? "", sk)];
  }

  /** Puts in order what was loaded. */
  settle(): void {
    if (this.#loaded.length === 0) return;
    const rows = [...this.#blocks.flat(), ...this.#loaded].sort(([a], [b]) => (a < b ? -1 : 1));
    this.#loaded = [];
    this.#blocks = [];
    for (let at = 0; at < rows.length; at += BLOCK) this.#blocks.push(rows.slice(at, at + BLOCK));
  }
}
