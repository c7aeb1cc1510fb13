import { FUNCTION_TABLE, FUNCTIONS, type FunctionName, type OutsideRights } from "./functions.ts";
import { homeOfPath } from "./routes.ts";

/**
 * Who runs what: which functions a deployment has, and whom each hands requests and leases to. All of it follows from the
 * table of functions and from what the rows of the catalog say of themselves.
 */

/** Where a backend runs: what a row of the catalog says of itself. */
export interface Home {
  readonly kind: "secret" | "auth";
  readonly type: string;
  readonly home: FunctionName;
  /** Its backend grants leases. */
  readonly leases?: true;
  /** What it needs outside table and key; its function gets it. */
  readonly outside?: readonly OutsideRights[];
  /** Of that, what ending its leases needs; a function that ends them gets this alone. */
  readonly outsideToEnd?: readonly OutsideRights[];
}

/** The functions a deployment has: a function without paths, events or a backend is left out. */
export const deployedFunctions = (homes: readonly Home[]): readonly FunctionName[] =>
  FUNCTIONS.filter((name) => {
    const { answers, paths } = FUNCTION_TABLE[name];
    return answers !== "requests" || paths.length > 0 || homes.some(({ home }) => home === name);
  });

/** Whether a function runs a backend for a path: where a route leads to it, or by itself, or to end its leases. */
export const runs = (name: FunctionName, { home }: Pick<Home, "home">, path: string): boolean =>
  (homeOfPath(path) ?? home) === name || FUNCTION_TABLE[name].endsFor.includes(home);

/** Below which routes a backend may be mounted that lead to functions besides its home. */
const routesBelow = ({ kind, type }: Pick<Home, "kind" | "type">): string | undefined => {
  if (kind === "auth") return "/v1/auth/";
  return type === "system" ? "/v1/sys/" : undefined;
};

/** Whether a function has the code of a backend: it runs it for some path, or is asked about all of them. */
export const carries = (name: FunctionName, row: Pick<Home, "kind" | "type" | "home">): boolean => {
  const { paths, knowsAll } = FUNCTION_TABLE[name];
  const routes = routesBelow(row);
  return knowsAll || runs(name, row, "") || (routes !== undefined && paths.some((path) => path.startsWith(routes)));
};

/**
 * Whom a function hands requests to. `kv` may hand to every other; nobody hands back to it, so no circle is possible.
 */
export const handsOnTo = (name: FunctionName, homes: readonly Home[]): readonly FunctionName[] => {
  if (!FUNCTION_TABLE[name].handsOn) return [];
  return deployedFunctions(homes).filter((other) => {
    const { answers, handsOn } = FUNCTION_TABLE[other];
    return other !== name && answers === "requests" && (!handsOn || (name === "kv" && other === "system"));
  });
};

/**
 * Whom a function hands leases to that are to end: every function whose backends grant some and whose code it does not
 * run itself. Such a function hands none on, so no circle is possible.
 */
export const handsLeasesTo = (name: FunctionName, homes: readonly Home[]): readonly FunctionName[] => {
  const { handsLeases, endsFor } = FUNCTION_TABLE[name];
  if (!handsLeases) return [];
  return deployedFunctions(homes).filter(
    (other) =>
      other !== name &&
      !endsFor.includes(other) &&
      !FUNCTION_TABLE[other].handsLeases &&
      homes.some(({ home, leases }) => home === other && leases === true),
  );
};
