import type { Write } from "../../storage/store.ts";
import { type QuotaSettings, rowsIn, SETTINGS, settingIn } from "../config/settings.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import type { Mount } from "../mounts/mount.ts";
import { fromSealed } from "../sealed.ts";

/** Rate limit rules as configured at `sys/quotas`, and which one counts for a request: the most specific. */

export interface StoredRule {
  readonly name: string;
  /** New with every write: a rule that is made again counts from zero. */
  readonly id: string;
  /** The mount it holds for, wherever it was moved; empty: everything. */
  readonly mountId: string;
  /** Below the mount's path; empty: the whole mount. `*` at the end: every path with that beginning. */
  readonly suffix: string;
  /** Only logins with this role, in lower case. */
  readonly role: string;
  readonly rate: number;
  /** Seconds. */
  readonly interval: number;
  readonly blockInterval: number;
  readonly inheritable: boolean;
}

/** A rule as it holds now. */
export interface QuotaRule extends StoredRule {
  /** The mount's path with the suffix behind it. */
  readonly path: string;
}

export const DEFAULT_EXEMPT: readonly string[] = [
  "sys/generate-recovery-token/attempt",
  "sys/generate-recovery-token/update",
  "sys/generate-root/attempt",
  "sys/generate-root/update",
  "sys/health",
  "sys/seal-status",
  "sys/unseal",
];

const known = new WeakMap<Snapshot, readonly QuotaRule[]>();

/** The rules in force. A rule goes with its mount, and follows a mount that was moved. */
export const rulesOf = (snapshot: Snapshot): readonly QuotaRule[] => {
  const cached = known.get(snapshot);
  if (cached) return cached;
  const paths = new Map([...snapshot.mounts.values()].map(({ info }): [string, string] => [info.id, info.path]));
  const rules = rowsIn(snapshot, "quota").flatMap(([, value]): QuotaRule[] => {
    const rule = fromSealed<StoredRule>(value);
    const at = rule.mountId === "" ? "" : paths.get(rule.mountId);
    // A fraction comes back from the table as the text it was written with.
    return at === undefined ? [] : [{ ...rule, rate: Number(rule.rate), path: `${at}${rule.suffix}` }];
  });
  known.set(snapshot, rules);
  return rules;
};

const DEFAULTS: QuotaSettings = { auditLogging: false, responseHeaders: false, exemptPaths: DEFAULT_EXEMPT };

export const settingsOf = (snapshot: Snapshot): QuotaSettings => settingIn(snapshot, SETTINGS.quotas) ?? DEFAULTS;

/** Forgets the rules of a mount that goes. */
export const quotaRemovals = async (core: Core, snapshot: Snapshot, mountId: string): Promise<readonly Write[]> =>
  Promise.all(
    rulesOf(snapshot)
      .filter((rule) => rule.mountId === mountId)
      .map(async ({ name }): Promise<Write> => {
        return { op: "delete", address: await core.config.address("quota", name), when: "any" };
      }),
  );

/** Exactly, or by prefix where the configured path ends in `/` or `*`. */
export const isExempt = ({ exemptPaths }: QuotaSettings, path: string): boolean =>
  exemptPaths.some((one) => {
    if (one.endsWith("*")) return path.startsWith(one.slice(0, -1));
    return one === path || (one.endsWith("/") && path.startsWith(one));
  });

/** Higher wins; 0: does not apply. Path and role, then path, then longest beginning, then mount, then everything. */
const weight = (rule: QuotaRule, path: string, mount: Mount | undefined, role: string | undefined): number => {
  if (rule.mountId === "") return 1;
  if (rule.mountId !== mount?.info.id) return 0;
  if (rule.role !== "") return rule.role === role ? 5_000_000 : 0;
  if (rule.suffix === "") return 2;
  if (rule.path === path.replace(/\/$/, "")) return 4_000_000;
  return rule.path.endsWith("*") && path.startsWith(rule.path.slice(0, -1)) ? 1_000_000 + rule.path.length : 0;
};

/** Whether a rule of this mount asks which role a login means. */
export const asksForRole = (rules: readonly QuotaRule[], mount: Mount | undefined): boolean =>
  rules.some((rule) => rule.role !== "" && rule.mountId === mount?.info.id);

/** The one rule that counts; `role` is the one a login will use. */
export const ruleFor = (
  rules: readonly QuotaRule[],
  path: string,
  mount: Mount | undefined,
  role: string | undefined,
): QuotaRule | undefined => {
  let best: QuotaRule | undefined;
  let bestWeight = 0;
  for (const rule of rules) {
    const own = weight(rule, path, mount, role);
    if (own > bestWeight) [best, bestWeight] = [rule, own];
  }
  return best;
};
