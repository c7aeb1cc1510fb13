import { VaultError } from "../../framework/index.ts";
import { shown } from "../../std/shown.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import { mountOf } from "../request/canonical.ts";
import { createRateLimiter, type RateLimiter, type Taken } from "./rate-limiter.ts";
import { asksForRole, isExempt, ruleFor, rulesOf, settingsOf } from "./rules.ts";
import type { Limited, Quotas } from "./types.ts";

/**
 * Rate limits at work. A request is counted once, by the one rule that fits it best: as it arrives, by address and
 * path, before its body is read; where a rule wants to know the role of a login, after routing. Both come before the
 * token is looked at. It counts in memory, so a rule holds separately for each environment of a function; the
 * platform's own throttling holds for all of them.
 */

const seconds = (ms: number): number => Math.max(0, Math.ceil(ms / 1000));

const headersOf = ({ limit, remaining, resetMs }: Taken): Readonly<Record<string, string>> => ({
  "x-ratelimit-limit": String(limit),
  "x-ratelimit-remaining": String(remaining),
  "x-ratelimit-reset": String(seconds(resetMs)),
});

/** Requests whose answer was never encoded must not pile up. */
const MAX_WAITING = 1000;

interface Counted {
  /** The rule that counted it. */
  readonly by: string;
  readonly headers: Readonly<Record<string, string>> | undefined;
}

export const createQuotas = (core: () => Core, limiter: RateLimiter = createRateLimiter()): Quotas => {
  const counted = new Map<string, Counted>();

  const refuse = async (limited: Limited, record: boolean, taken: Taken): Promise<never> => {
    const { decoded } = limited;
    const wire = `request path ${shown(decoded.path)}: rate limit quota exceeded`;
    if (record) {
      await core().audit.request({
        ...limited,
        operation: decoded.verb,
        error: wire,
        refused: true,
      });
    }
    throw new VaultError("rate_limited", { wire, retryAfter: seconds(taken.resetMs) });
  };

  const count = async (limited: Limited, snapshot: Snapshot, role: string | undefined): Promise<void> => {
    const { decoded, mount } = limited;
    const settings = settingsOf(snapshot);
    if (isExempt(settings, decoded.path)) return;
    const rule = ruleFor(rulesOf(snapshot), decoded.path, mount?.info.id, role);
    if (!rule || counted.get(decoded.requestId)?.by === rule.id) return;
    const rate = { rate: rule.rate, intervalMs: rule.interval * 1000, blockMs: rule.blockInterval * 1000 };
    const taken = limiter.take(`${rule.id}\n${decoded.sourceAddress}`, rate, core().clock.now());
    if (counted.size >= MAX_WAITING) counted.clear();
    counted.set(decoded.requestId, { by: rule.id, headers: settings.responseHeaders ? headersOf(taken) : undefined });
    if (!taken.allowed) await refuse(limited, settings.auditLogging, taken);
  };

  return {
    admit: async (arriving) => {
      const { config, catalog } = core();
      const snapshot = await config.snapshot();
      const rules = rulesOf(snapshot);
      if (rules.length === 0) return;
      const mount = mountOf(core(), snapshot, arriving.path);
      if (mount && catalog.elsewhere(mount.kind, mount.info.type, arriving.path) !== undefined) return;
      if (asksForRole(rules, mount) && arriving.verb === "update") return;
      await count({ decoded: { ...arriving, wrapFormat: "", data: {} }, mount, payload: false }, snapshot, undefined);
    },
    limit: async (limited, snapshot, role) => {
      const rules = rulesOf(snapshot);
      if (rules.length === 0) return;
      const asked = asksForRole(rules, limited.mount) && limited.decoded.verb === "update";
      await count(limited, snapshot, asked ? (await role())?.toLowerCase() : undefined);
    },
    limitRole: async (limited, role) => {
      const snapshot = await core().config.snapshot();
      if (asksForRole(rulesOf(snapshot), limited.mount)) await count(limited, snapshot, role.toLowerCase());
    },
    headersFor: (requestId) => {
      const headers = counted.get(requestId)?.headers;
      counted.delete(requestId);
      return headers;
    },
  };
};
