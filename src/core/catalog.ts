import type { Backend } from "../framework/index.ts";
import type { Catalog } from "./services.ts";

/**
 * The backends core was given, by kind and type. Core imports none of them: the list stands in `src/catalog.ts`.
 */

export interface CatalogRow {
  readonly kind: "secret" | "auth";
  readonly type: string;
  /** Which function of a deployment runs it. */
  readonly home: string;
  readonly make: (options: Readonly<Record<string, string>>) => Backend | undefined;
}

export const createCatalog = (
  rows: readonly CatalogRow[],
  hosted: (row: CatalogRow, path: string) => boolean = () => true,
): Catalog => {
  const made = new Map<string, Backend | undefined>();
  const rowOf = (kind: string, type: string) => rows.find((row) => row.kind === kind && row.type === type);
  return {
    types: rows.map(({ kind, type }) => ({ kind, type })),
    find: (kind, type, options) => {
      const row = rowOf(kind, type);
      if (!row || !hosted(row, "")) return undefined;
      const key = `${kind}/${type}/${options["version"] ?? ""}`;
      if (!made.has(key)) made.set(key, row.make(options));
      return made.get(key);
    },
    elsewhere: (kind, type, path) => {
      const row = rowOf(kind, type);
      return row && !hosted(row, path) ? row.home : undefined;
    },
  };
};
