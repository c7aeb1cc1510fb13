import type { Snapshot } from "../config/types.ts";

/** What a rule holds for, and which of several holds: the most specific. Rate limits and lease counts alike. */

export interface StoredPlace {
  /** The mount it holds for, whatever its path is by now; empty: everything. */
  readonly mountId: string;
  /** Below the mount's path; empty: the whole mount. `*` at the end: all that begin so. */
  readonly suffix: string;
  /** Only logins with this role, in lower case. */
  readonly role: string;
}

export interface Placed extends StoredPlace {
  /** The mount's path with the suffix behind it. */
  readonly path: string;
}

/** Rules as they hold now. One whose mount is gone is gone; one whose mount was moved follows it. */
export const placed = <R extends StoredPlace>(snapshot: Snapshot, rules: readonly R[]): readonly (R & Placed)[] => {
  if (rules.length === 0) return [];
  const paths = new Map([...snapshot.mounts.values()].map(({ info }): [string, string] => [info.id, info.path]));
  return rules.flatMap((rule): (R & Placed)[] => {
    const at = rule.mountId === "" ? "" : paths.get(rule.mountId);
    return at === undefined ? [] : [{ ...rule, path: `${at}${rule.suffix}` }];
  });
};

/** Higher wins; 0: does not apply. Path and role, then path, then longest beginning, then mount, then everything. */
const weight = (rule: Placed, path: string, mountId: string | undefined, role: string | undefined): number => {
  if (rule.mountId === "") return 1;
  if (rule.mountId !== mountId) return 0;
  if (rule.role !== "") return rule.role === role ? 5_000_000 : 0;
  if (rule.suffix === "") return 2;
  if (rule.path === path.replace(/\/$/, "")) return 4_000_000;
  return rule.path.endsWith("*") && path.startsWith(rule.path.slice(0, -1)) ? 1_000_000 + rule.path.length : 0;
};

/** The one rule that counts; `role` is the one a login will use. */
export const mostSpecific = <R extends Placed>(
  rules: readonly R[],
  path: string,
  mountId: string | undefined,
  role: string | undefined,
): R | undefined => {
  let best: R | undefined;
  let bestWeight = 0;
  for (const rule of rules) {
    const own = weight(rule, path, mountId, role);
    if (own > bestWeight) [best, bestWeight] = [rule, own];
  }
  return best;
};
