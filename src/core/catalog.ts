import type { Home } from "../contract/homes.ts";
import { homeOfPath, RENEWS } from "../contract/routes.ts";
import { type Backend, type FoldTable, foldsOf } from "../framework/index.ts";

/**
 * The backends core was given, by kind and type. Core imports none of them: the list is in `src/catalog.ts`.
 */

/** The built-in backend types by name, as core receives them. */
export interface Catalog {
  /** The code for a mount; `undefined` for an unknown type, and for one that another function serves. */
  find(
    kind: "secret" | "auth",
    type: string,
    options: Readonly<Record<string, string>>,
    path?: string,
  ): Promise<Backend | undefined>;
  /** The path table of a type, whichever function serves it: used to tell what a path needs, never to run it. */
  table(kind: "secret" | "auth", type: string, options: Readonly<Record<string, string>>): Promise<Backend | undefined>;
  /** Which captures fold in a backend, whether or not its code is here. */
  foldsOf(kind: "secret" | "auth", type: string): FoldTable;
  /** Name of the function that serves this instead; `undefined` when nobody does. */
  elsewhere(kind: "secret" | "auth", type: string, path: string): string | undefined;
  /** Whether the backend of a type has `onUnmount`, wherever it is hosted. */
  hasUnmountHook(kind: "secret" | "auth", type: string): boolean;
  readonly types: readonly {
    readonly kind: "secret" | "auth";
    readonly type: string;
    readonly aliases: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly lockable: boolean;
    readonly resolvesRole: boolean;
  }[];
}

export interface CatalogRow extends Home {
  /** Other names an operator may mount it by, and the options they imply. */
  readonly aliases?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Which of its path tables serves a mount with these options; absent: there is one. */
  readonly variant?: (options: Readonly<Record<string, string>>) => string;
  /** Its backend has a `lockoutName`, so its mounts may tune user lockout. */
  readonly lockable?: true;
  /** Its backend has the hook of that name. Repeated here for the function that unmounts without hosting it. */
  readonly onUnmount?: true;
  /**
   * Which captures of its paths fold, for functions without its code. Compared with the path table when it is loaded.
   */
  readonly folds?: FoldTable;
  /** Its backend has a `roleOf`, so a rate limit may hold for one role. */
  readonly resolvesRole?: true;
  /** Loads the code when it is first needed, so that a function parses only what it serves. */
  readonly load: (options: Readonly<Record<string, string>>) => Promise<Backend>;
}

/** Which function runs a row for a path; a path may be empty where only the type is asked for. */
export type Hosted = (row: CatalogRow, path: string) => boolean;

const NOTHING_FOLDS: FoldTable = {};

const foldsIn = (table: FoldTable): string => JSON.stringify(Object.entries(table).sort());

/** Throws where row and backend disagree, about leases or about names that fold, which is a bug. */
const checked = (row: CatalogRow, backend: Backend): Backend => {
  const hooks = Object.values(backend.leases ?? {});
  if (hooks.length > 0 !== (row.leases ?? false)) {
    throw new Error(
      `the catalog's row of "${row.type}" must say whether it grants leases: leases: ${hooks.length > 0}`,
    );
  }
  if (row.home !== RENEWS && hooks.some(({ renew }) => renew !== undefined)) {
    throw new Error(`"${row.type}" cannot be renewed: leases are renewed in ${RENEWS}, which does not run its code`);
  }
  const folds = foldsOf(backend.paths);
  if (foldsIn(folds) === foldsIn(row.folds ?? {})) return backend;
  throw new Error(`the catalog's row of "${row.type}" must say what its paths fold: ${JSON.stringify(folds)}`);
};

export const createCatalog = (rows: readonly CatalogRow[], hosted: Hosted = () => true): Catalog => {
  const made = new Map<string, Promise<Backend>>();
  const byName = new Map(rows.map((row) => [`${row.kind}/${row.type}`, row]));
  const rowOf = (kind: string, type: string) => byName.get(`${kind}/${type}`);
  const load = (row: CatalogRow, options: Readonly<Record<string, string>>): Promise<Backend> => {
    const key = `${row.kind}/${row.type}/${row.variant?.(options) ?? ""}`;
    const known = made.get(key);
    if (known) return known;
    const loading = row.load(options).then((backend) => checked(row, backend));
    made.set(key, loading);
    loading.catch(() => made.delete(key));
    return loading;
  };
  return {
    types: rows.map(({ kind, type, aliases, lockable, resolvesRole }) => ({
      kind,
      type,
      aliases: aliases ?? {},
      lockable: lockable ?? false,
      resolvesRole: resolvesRole ?? false,
    })),
    find: async (kind, type, options, path = "") => {
      const row = rowOf(kind, type);
      return row && hosted(row, path) ? load(row, options) : undefined;
    },
    table: async (kind, type, options) => {
      const row = rowOf(kind, type);
      return row && load(row, options);
    },
    foldsOf: (kind, type) => rowOf(kind, type)?.folds ?? NOTHING_FOLDS,
    hasUnmountHook: (kind, type) => rowOf(kind, type)?.onUnmount === true,
    elsewhere: (kind, type, path) => {
      const row = rowOf(kind, type);
      return row && !hosted(row, path) ? (homeOfPath(path) ?? row.home) : undefined;
    },
  };
};
