import type { Item } from "../../../src/storage/operation.ts";

/**
 * Units that partitions take, counted by size as AWS bills them. Every partition key counts as alone on its partition,
 * which is the most a key can have.
 */

/** Limits of one partition, a second. Source: DynamoDB developer guide, "Partitions and data distribution". */
const LIMITS = { reads: 3000, writes: 1000 } as const;

export const steps = (bytes: number, step: number): number => Math.max(1, Math.ceil(bytes / step));

export const bytesOf = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, { S, N, B }]) => {
    const value =
      S !== undefined ? Buffer.byteLength(S) : N !== undefined ? Math.ceil(N.length / 2) + 1 : (B?.length ?? 0);
    return sum + name.length + value;
  }, 0);

export class Units {
  readonly spent = { reads: 0, writes: 0 };
  /** The most units any partition was asked for in a second. */
  readonly hottest = { writes: 0, partition: "" };
  /** Refused calls. */
  throttled = 0;

  readonly #now: () => number;
  #second = 0;
  readonly #used = new Map<string, number>();

  /** `now`: epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes units of a partition, or refuses. */
  take(kind: "reads" | "writes", partition: string, units: number): boolean {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#used.clear();
    }
    const key = `${kind} ${partition}`;
    const used = (this.#used.get(key) ?? 0) + units;
    if (kind === "writes" && used > this.hottest.writes) {
      this.hottest.writes = used;
      this.hottest.partition = partition;
    }
    if (used > LIMITS[kind]) {
      this.throttled += 1;
      return false;
    }
    this.#used.set(key, used);
    this.spent[kind] += units;
    return true;
  }
}
