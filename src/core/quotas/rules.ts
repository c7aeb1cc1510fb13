import { isJsonObject, type JsonObject, type JsonValue } from "../../std/json.ts";
import type { Snapshot } from "../config/types.ts";
import type { Mount } from "../mounts/mount.ts";
import { fromSealed, toSealed } from "../sealed.ts";

/** Rate limit rules as configured at `sys/quotas`, and which one counts for a request: the most specific. */

export interface QuotaRule {
  readonly name: string;
  /** Empty: everything. A mount, or a path below one; `*` at the end: all that begin so. */
  readonly path: string;
  /** Only logins with this role. */
  readonly role: string;
  readonly rate: number;
  /** Seconds. */
  readonly interval: number;
  readonly blockInterval: number;
  readonly inheritable: boolean;
}

export interface QuotaSettings {
  readonly auditLogging: boolean;
  readonly responseHeaders: boolean;
  readonly exemptPaths: readonly string[];
}

export const QUOTA_KIND = "quota";
const SETTINGS = "quota-config";

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

export const rulesOf = (snapshot: Snapshot): readonly QuotaRule[] => {
  const cached = known.get(snapshot);
  if (cached) return cached;
  const rows = [...snapshot.settings].filter(([key]) => key.startsWith(`${QUOTA_KIND}/`));
  // A fraction comes out of storage as the text it was written with.
  const rules = rows
    .map(([, value]) => fromSealed<QuotaRule>(value))
    .map((rule) => ({ ...rule, rate: Number(rule.rate) }));
  known.set(snapshot, rules);
  return rules;
};

const texts = (value: JsonValue | undefined): readonly string[] | undefined =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;

export const settingsOf = (snapshot: Snapshot): QuotaSettings => {
  const value = snapshot.settings.get(`setting/${SETTINGS}`);
  const stored: JsonObject = isJsonObject(value) ? value : {};
  return {
    auditLogging: stored["auditLogging"] === true,
    responseHeaders: stored["responseHeaders"] === true,
    exemptPaths: texts(stored["exemptPaths"]) ?? DEFAULT_EXEMPT,
  };
};

export const settingRow = (settings: QuotaSettings): readonly ["setting", string, JsonObject] => [
  "setting",
  SETTINGS,
  toSealed(settings),
];

/** Exactly, or by prefix where the configured path ends in `/` or `*`. */
export const isExempt = ({ exemptPaths }: QuotaSettings, path: string): boolean =>
  exemptPaths.some((one) => {
    if (one.endsWith("*")) return path.startsWith(one.slice(0, -1));
    return one === path || (one.endsWith("/") && path.startsWith(one));
  });

/** Higher wins; 0: does not apply. Path and role, then path, then longest beginning, then mount, then everything. */
const weight = (rule: QuotaRule, path: string, mount: Mount | undefined, role: string | undefined): number => {
  if (rule.role !== "" && (rule.role !== role || rule.path !== mount?.info.path)) return 0;
  if (rule.role !== "") return 5_000_000;
  if (rule.path === "") return 1;
  if (rule.path === mount?.info.path) return 2;
  if (rule.path === path) return 4_000_000;
  return rule.path.endsWith("*") && path.startsWith(rule.path.slice(0, -1)) ? 1_000_000 + rule.path.length : 0;
};

/** The one rule that counts; `role` is the one a login names. */
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
