import type { z } from "zod";
import type { Address, Entry, View } from "../storage/store.ts";
import { foundKeys, type Given, Keys } from "./answers.ts";
import { type AnyPath, type BackendContext, op, type Path, path } from "./backend.ts";

/**
 * The paths every backend writes for its named records (roles, users, connections): a listing of their names, and one
 * record created, changed, read and deleted. What a record is, and how it is kept, stays the backend's.
 */

/** Records read in one call. */
const AT_ONCE = 100;

/** Every record below a prefix of the mount's keys, in the order of names. */
export async function* allRecords(
  view: View,
  prefix: string,
  addressOf: (name: string) => Address,
): AsyncGenerator<readonly [name: string, entry: Entry]> {
  const names = await view.list(prefix);
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    const entries = await view.getMany(some.map(addressOf));
    for (const [index, name] of some.entries()) {
      const entry = entries[index];
      if (entry) yield [name, entry];
    }
  }
}

/** A row that lists names: `all` says of what, `list` what the operation does. */
export const listing = (
  template: string,
  { all, list }: { readonly all: string; readonly list: string },
  names: (cx: BackendContext) => Promise<readonly string[]>,
): AnyPath =>
  path(template, {
    summary: all,
    params: {},
    ops: { list: op({ summary: list, answers: Keys, handle: async (_, cx) => foundKeys(await names(cx)) }) },
  });

/** One record of a name. `Found` is a record as it is kept. */
export interface NamedRecord<P extends string, In, Shown extends z.ZodType, Found> {
  /** Template of one record, with one capture: `role/{name}`. */
  readonly at: P;
  readonly params: Path<P>["params"];
  /** What the record is, and what each operation does. */
  readonly summary: {
    readonly one: string;
    readonly read: string;
    readonly write: string;
    readonly delete: string;
  };
  readonly input: z.ZodType<In>;
  readonly answers: Shown;
  readonly find: (name: string, cx: BackendContext) => Promise<Found | undefined>;
  readonly show: (found: Found) => Given<z.output<Shown>> | Promise<Given<z.output<Shown>>>;
  /** Creates or changes a record; answers warnings. Throws `VaultError`. */
  readonly write: (name: string, input: In, cx: BackendContext) => Promise<readonly string[] | undefined>;
  /** Must not mind a record that is not there. */
  readonly remove: (name: string, cx: BackendContext) => Promise<unknown>;
}

/** Records and the listing of their names. */
export interface Records<P extends string, In, Shown extends z.ZodType, Found>
  extends NamedRecord<P, In, Shown, Found> {
  /** Templates that list the names; clients of long ago may ask by another. */
  readonly lists: readonly string[];
  /** Besides: what the records are (`the roles of this mount`), and what a listing does. */
  readonly summary: NamedRecord<P, In, Shown, Found>["summary"] & { readonly all: string; readonly list: string };
  readonly names: (cx: BackendContext) => Promise<readonly string[]>;
}

/** The row of one record, for records whose listing says more than their names. */
export const recordPath = <P extends string, In, Shown extends z.ZodType, Found>(
  record: NamedRecord<P, In, Shown, Found>,
): AnyPath => {
  const { summary, find, write } = record;
  // The declaration is held against `show` above; the row need only know that it is a schema.
  const answers: z.ZodType = record.answers;
  const nameIn = (params: Readonly<Record<string, string>>): string => Object.values(params)[0] ?? "";
  return path(record.at, {
    summary: summary.one,
    params: record.params,
    exists: async ({ params }, cx) => (await find(nameIn(params), cx)) !== undefined,
    ops: {
      read: op({
        summary: summary.read,
        answers,
        handle: async ({ params }, cx) => {
          const found = await find(nameIn(params), cx);
          return found && { data: await record.show(found) };
        },
      }),
      update: op({
        summary: summary.write,
        answers: "nothing",
        input: record.input,
        handle: async ({ params, input }, cx) => {
          const warnings = (await write(nameIn(params), input, cx)) ?? [];
          return warnings.length === 0 ? undefined : { warnings };
        },
      }),
      delete: op({
        summary: summary.delete,
        answers: "nothing",
        handle: async ({ params }, cx): Promise<undefined> => {
          await record.remove(nameIn(params), cx);
        },
      }),
    },
  });
};

/** The rows for the path table: one for each listing, then that of one record. */
export const recordPaths = <P extends string, In, Shown extends z.ZodType, Found>(
  records: Records<P, In, Shown, Found>,
): readonly AnyPath[] => {
  const listings = records.lists.map((template) => listing(template, records.summary, records.names));
  return [...listings, recordPath(records)];
};
