import { type Body, isBody, list, text } from "./bodies.ts";
import { type Catalog, nameInArn, type Place, type TableRecord } from "./catalog.ts";
import type { Checked } from "./dynalite.ts";
import { refused, unreadable } from "./errors.ts";

/** Tags as name to value, from the list a caller sends. */
export const readTags = (given: unknown): Readonly<Record<string, string>> => {
  if (given === undefined || given === null) return {};
  if (!Array.isArray(given)) throw unreadable();
  return Object.fromEntries(
    given.map((tag: unknown) => {
      if (!isBody(tag)) throw unreadable();
      return [text(tag, "Key"), text(tag, "Value")];
    }),
  );
};

/** TagResource, UntagResource, ListTagsOfResource, for tables. */
export class Tags {
  readonly #catalog: Catalog;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  async add(body: Body, place: Place): Promise<Checked> {
    const record = this.#find(body, place);
    await this.#catalog.save({ ...record, tags: { ...record.tags, ...readTags(list(body, "Tags")) } });
    return {};
  }

  async remove(body: Body, place: Place): Promise<Checked> {
    const record = this.#find(body, place);
    const gone = new Set(list(body, "TagKeys"));
    const kept = Object.entries(record.tags ?? {}).filter(([name]) => !gone.has(name));
    await this.#catalog.save({ ...record, tags: Object.fromEntries(kept) });
    return {};
  }

  list(body: Body, place: Place): Checked {
    const tags = Object.entries(this.#find(body, place).tags ?? {});
    return { Tags: tags.map(([Key, Value]) => ({ Key, Value })) };
  }

  #find(body: Body, { accountId }: Place): TableRecord {
    const arn = text(body, "ResourceArn");
    const record = this.#catalog.find(nameInArn(arn, accountId) ?? "");
    if (record === undefined)
      throw refused("ResourceNotFoundException", `Requested resource not found: ResourcArn: ${arn} not found`);
    return record;
  }
}
