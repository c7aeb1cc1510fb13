import { VaultError } from "../../framework/index.ts";
import type { Core } from "../core.ts";
import type { Mount } from "../mounts/mount.ts";
import type { Decoded } from "../request/decoded.ts";
import { createRateLimiter, type RateLimiter, type Taken } from "./rate-limiter.ts";
import { isExempt, ruleFor, rulesOf, settingsOf } from "./rules.ts";
import type { Limited, Quotas } from "./types.ts";

/**
 * Rate limits at work: asked once per request, after routing and before the token is looked at. It counts in memory, so a
 * rule holds for each environment of a function by itself; the platform's own throttling holds for all of them.
 */

const seconds = (ms: number): number => Math.max(0, Math.ceil(ms / 1000));

const headersOf = ({ limit, remaining, resetMs }: Taken): Readonly<Record<string, string>> => ({
  "x-ratelimit-limit": String(limit),
  "x-ratelimit-remaining": String(remaining),
  "x-ratelimit-reset": String(seconds(resetMs)),
});

/** The role a login names in its body. */
const roleOf = (decoded: Decoded, mount: Mount | undefined): string | undefined => {
  const role = mount?.kind === "auth" && decoded.verb === "update" ? decoded.data["role"] : undefined;
  return typeof role === "string" ? role.toLowerCase() : undefined;
};

/** Headers whose answer was never encoded (a request that was forwarded) must not pile up. */
const MAX_WAITING = 1000;

export const createQuotas = (core: () => Core, limiter: RateLimiter = createRateLimiter()): Quotas => {
  const waiting = new Map<string, Readonly<Record<string, string>>>();

  const refuse = async (limited: Limited, record: boolean, taken: Taken): Promise<never> => {
    const { decoded } = limited;
    const wire = `request path ${JSON.stringify(decoded.path)}: rate limit quota exceeded`;
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

  return {
    limit: async (limited, snapshot) => {
      const { decoded, mount } = limited;
      const rules = rulesOf(snapshot);
      if (rules.length === 0) return;
      const settings = settingsOf(snapshot);
      if (isExempt(settings, decoded.path)) return;
      const rule = ruleFor(rules, decoded.path, mount, roleOf(decoded, mount));
      if (!rule) return;
      const rate = { rate: rule.rate, intervalMs: rule.interval * 1000, blockMs: rule.blockInterval * 1000 };
      const taken = limiter.take(`${rule.name}\n${decoded.sourceAddress}`, rate, core().clock.now());
      if (settings.responseHeaders) {
        if (waiting.size >= MAX_WAITING) waiting.clear();
        waiting.set(decoded.requestId, headersOf(taken));
      }
      if (!taken.allowed) await refuse(limited, settings.auditLogging, taken);
    },
    headersFor: (requestId) => {
      const headers = waiting.get(requestId);
      waiting.delete(requestId);
      return headers;
    },
  };
};
