import type { Item, Key } from "../../../src/storage/operation.ts";
import { cursorOf, ExpiryIndex } from "../leases/expiry-index.ts";
import { type Fields, fields, text } from "../leases/inputs.ts";
import { bytesOf, steps } from "../leases/units.ts";

/** The expiry index of the counted table: what it shows at once, and the read units of looking. */

/** Of an entry, as AWS bills storage of an index. */
const ENTRY_BYTES = 100;

export interface Shown {
  readonly answer: object;
  readonly reads: number;
}

export class Ends {
  readonly #index = new ExpiryIndex();

  /** `loading`: nobody has looked yet. */
  change(key: Key, was: Item | undefined, is: Item | undefined, loading: boolean): void {
    const [from, to] = [was?.["bucket"]?.S, is?.["bucket"]?.S];
    if (from !== undefined) this.#index.remove(from, Number(was?.["exp"]?.N), key);
    if (to === undefined) return;
    if (loading) this.#index.load(to, Number(is?.["exp"]?.N), key);
    else this.#index.put(to, Number(is?.["exp"]?.N), key);
  }

  settle(): void {
    this.#index.settle();
  }

  query(input: Fields): Shown {
    const values = fields(input["ExpressionAttributeValues"]);
    const start = input["ExclusiveStartKey"];
    return this.#shown(
      this.#index.query({
        bucket: text(values[":bucket"]),
        until: Number(fields(values[":until"])["N"]),
        limit: Number(input["Limit"]),
        // What the program gives back is what this answered.
        after: start === undefined ? undefined : cursorOf(start as Item),
        latestFirst: input["ScanIndexForward"] === false,
      }),
    );
  }

  scan(input: Fields): Shown {
    return this.#shown(this.#index.all(Number(input["Limit"])));
  }

  #shown({ items, more }: { readonly items: readonly Item[]; readonly more: boolean }): Shown {
    const bytes = items.reduce((sum, item) => sum + bytesOf(item) + ENTRY_BYTES, 0);
    // Eventually consistent reads are half price.
    return {
      answer: { Items: items, LastEvaluatedKey: more ? items.at(-1) : undefined },
      reads: steps(bytes, 4096) / 2,
    };
  }
}
