import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Item, Key } from "../../../src/storage/operation.ts";
import { bytesOf } from "./units.ts";

/** The items of the simulated table, in little room: a million leases fit into memory. */

/** An item without its keys. Binary is kept as text of one byte each. */
export interface Stored {
  readonly v: string;
  readonly rest: Readonly<Record<string, AttributeValue>>;
  readonly exp: number;
  readonly bucket: string | undefined;
  readonly bytes: number;
}

const textOf = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

export class Items {
  readonly #items = new Map<string, Stored>();
  /** Sort keys by partition, of partitions with more than a lease in them. */
  readonly #partitions = new Map<string, Set<string>>();

  stored(key: Key): Stored | undefined {
    return this.#items.get(textOf(key));
  }

  found(key: Key): Item | undefined {
    const stored = this.stored(key);
    if (!stored) return undefined;
    return { pk: { S: key.pk }, sk: { S: key.sk }, v: { B: Buffer.from(stored.v, "latin1") }, ...stored.rest };
  }

  /** In no order. */
  sortKeys(pk: string): readonly string[] {
    return [...(this.#partitions.get(pk) ?? [])];
  }

  /** `undefined` removes. */
  set(key: Key, item: Item | undefined): void {
    if (item) {
      const { pk, sk, v, ...rest } = item;
      this.#items.set(textOf(key), {
        v: Buffer.from(v?.B ?? []).toString("latin1"),
        rest,
        exp: Number(rest["exp"]?.N ?? 0),
        bucket: rest["bucket"]?.S,
        bytes: bytesOf(item),
      });
    } else this.#items.delete(textOf(key));
    this.#file(key, item !== undefined);
  }

  #file({ pk, sk }: Key, isThere: boolean): void {
    if (sk === "l") return;
    const keys = this.#partitions.get(pk) ?? new Set();
    if (isThere) keys.add(sk);
    else keys.delete(sk);
    if (keys.size > 0) this.#partitions.set(pk, keys);
    else this.#partitions.delete(pk);
  }
}
