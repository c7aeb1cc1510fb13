import type { Write } from "../../storage/store.ts";
import { type QuotaSettings, rowsIn, SETTINGS, settingIn } from "../config/settings.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import type { Mount } from "../mounts/mount.ts";
import { fromSealed } from "../sealed.ts";
import { mostSpecific, type Placed, placed, type StoredPlace } from "./places.ts";

/** Rate limit rules as configured at `sys/quotas`, and which one counts for a request: the most specific. */

export interface StoredRule extends StoredPlace {
  readonly name: string;
  /** New with every write: a rule that is made again counts from zero. */
  readonly id: string;
  readonly rate: number;
  /** Seconds. */
  readonly interval: number;
  readonly blockInterval: number;
  readonly inheritable: boolean;
}

/** A rule as it holds now. */
export type QuotaRule = StoredRule & Placed;

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
  const stored = rowsIn(snapshot, "quota").map(([, value]): StoredRule => {
    const rule = fromSealed<StoredRule>(value);
    // A fraction comes back from the table as the text it was written with.
    return { ...rule, rate: Number(rule.rate) };
  });
  const rules = placed(snapshot, stored);
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

/** Whether a rule of this mount asks which role a login means. */
export const asksForRole = (rules: readonly QuotaRule[], mount: Mount | undefined): boolean =>
  rules.some((rule) => rule.role !== "" && rule.mountId === mount?.info.id);

export const ruleFor = mostSpecific<QuotaRule>;
