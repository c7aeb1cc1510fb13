import type { DynamoDBRecord } from "aws-lambda";
import type { Table } from "dynalite/db/index.js";

/** Takes one batch; the next one comes when the promise resolves. A rejection means: this batch again later. */
export type Listener = (records: readonly DynamoDBRecord[]) => Promise<void>;

const BATCH = 100;

/**
 * One consumer of one table's records. Batches are delivered one after the other, so an item's records arrive in the
 * order of its writes. A batch that fails stays at the head and blocks what follows, as a stream's shard does; it is
 * tried again with the next record and with `settle`.
 */
export class Subscription {
  readonly #table: string;
  readonly #listener: Listener;
  readonly #waiting: DynamoDBRecord[] = [];
  #delivery: Promise<void> | undefined;
  #ended = false;

  /** `table` is a name, which matches in every account, or a table's ARN. */
  constructor(table: string, listener: Listener) {
    this.#table = table;
    this.#listener = listener;
  }

  hears(table: Table): boolean {
    return this.#table === table.TableName || this.#table === table.TableArn;
  }

  push(record: DynamoDBRecord): void {
    this.#waiting.push(record);
    // A failure is not lost: the batch waits, and `settle` reports it.
    this.#deliver().catch(() => {});
  }

  /** Resolves when everything that waits has been taken; rejects with the listener's error when it refuses again. */
  async settle(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#ended) await this.#deliver();
    await this.#delivery;
  }

  /** Stops delivering; resolves when the current batch is done. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#delivery?.catch(() => {});
  }

  #deliver(): Promise<void> {
    this.#delivery ??= this.#drain().finally(() => {
      this.#delivery = undefined;
    });
    return this.#delivery;
  }

  async #drain(): Promise<void> {
    // Lets the writes of this moment join one batch.
    await Promise.resolve();
    while (this.#waiting.length > 0 && !this.#ended) {
      const batch = this.#waiting.slice(0, BATCH);
      await this.#listener(batch);
      this.#waiting.splice(0, batch.length);
    }
  }
}
