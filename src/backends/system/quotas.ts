import { z } from "zod";
import { SETTINGS } from "../../core/config/settings.ts";
import { changeInTurn, changeSetting } from "../../core/config/turn.ts";
import type { Snapshot } from "../../core/config/types.ts";
import type { Core } from "../../core/core.ts";
import { type QuotaRule, rulesOf, type StoredRule, settingsOf } from "../../core/quotas/rules.ts";
import { toSealed } from "../../core/sealed.ts";
import { field, invalidRequest, Keys, op, path } from "../../framework/index.ts";

import { uuid } from "../../std/random.ts";
import { shown as shownText } from "../../std/shown.ts";
import { placeGiven, placeOf, refuseTwin } from "./quota-places.ts";

/** `sys/quotas`: rate limits, and how they are enforced. */

const RateLimit = z.object({
  type: z.string(),
  name: z.string(),
  path: z.string(),
  role: z.string(),
  rate: z.number(),
  interval: z.number(),
  block_interval: z.number(),
  inheritable: z.boolean(),
});
const QuotaConfig = z.object({
  enable_rate_limit_audit_logging: z.boolean(),
  enable_rate_limit_response_headers: z.boolean(),
  rate_limit_exempt_paths: z.array(z.string()),
  absolute_rate_limit_exempt_paths: z.array(z.string()),
});

const shown = (rule: QuotaRule) => ({
  type: "rate-limit",
  name: rule.name,
  path: rule.path,
  role: rule.role,
  rate: rule.rate,
  interval: rule.interval,
  block_interval: rule.blockInterval,
  inheritable: rule.inheritable,
});

const configInput = z.object({
  enable_rate_limit_audit_logging: field.flag("record refused requests in the audit log"),
  enable_rate_limit_response_headers: field.flag("tell callers how many requests are left"),
  rate_limit_exempt_paths: field.textList("paths that are never limited"),
});

const ruleInput = z.object({
  path: field.text("mount or path it applies to; empty: everything"),
  role: field.text("only logins with this role"),
  rate: field.text("requests per interval; may be a fraction").transform((text, ctx) => {
    if (text === undefined || text === "") return 0;
    const rate = Number(text);
    if (Number.isFinite(rate)) return rate;
    const why = `strconv.ParseFloat: parsing ${shownText(text)}: invalid syntax`;
    ctx.addIssue({ code: "custom", message: `cannot parse '' as float: ${why}` });
    return z.NEVER;
  }),
  interval: field.duration("length of the interval; one second by default"),
  block_interval: field.duration("how long a caller is refused after exceeding the limit"),
  inheritable: field.flag("accepted for Vault's clients; there are no namespaces below the root"),
});

export const quotaPaths = (core: Core) => {
  const rules = async () => rulesOf(await core.config.snapshot());
  const find = async (name: string) => (await rules()).find((rule) => rule.name === name);

  const put = async (name: string, input: z.infer<typeof ruleInput>): Promise<void> => {
    if (!(input.rate > 0)) throw invalidRequest("'rate' is invalid");
    const decide = async (snapshot: Snapshot) => {
      const all = rulesOf(snapshot);
      const old = all.find((rule) => rule.name === name);
      const given = placeGiven(input, old);
      const rule: StoredRule = {
        ...placeOf(core, snapshot, given),
        name,
        id: uuid(core.random),
        rate: input.rate,
        interval: input.interval || 1,
        blockInterval: input.block_interval ?? 0,
        inheritable: given.inheritable,
      };
      refuseTwin(all, rule);
      return [await core.config.row("quota", name, toSealed(rule), "any")];
    };
    await changeInTurn(core, "quotas", decide, "the quotas are busy");
  };

  const name = { name: "name of the rule" };
  return [
    path("quotas/config", {
      summary: "settings common to all quotas",
      params: {},
      ops: {
        read: op({
          summary: "read the configuration of the quotas",
          answers: QuotaConfig,
          handle: async () => {
            const { auditLogging, responseHeaders, exemptPaths } = settingsOf(await core.config.snapshot());
            return {
              data: {
                enable_rate_limit_audit_logging: auditLogging,
                enable_rate_limit_response_headers: responseHeaders,
                rate_limit_exempt_paths: exemptPaths,
                absolute_rate_limit_exempt_paths: [],
              },
            };
          },
        }),
        update: op({
          summary: "configure the quotas",
          answers: "nothing",
          input: configInput,
          handle: async ({ input }) => {
            await changeSetting(core, SETTINGS.quotas, (snapshot) => {
              const old = settingsOf(snapshot);
              return {
                auditLogging: input.enable_rate_limit_audit_logging ?? old.auditLogging,
                responseHeaders: input.enable_rate_limit_response_headers ?? old.responseHeaders,
                exemptPaths: input.rate_limit_exempt_paths ?? old.exemptPaths,
              };
            });
            return undefined;
          },
        }),
      },
    }),
    path("quotas/rate-limit", {
      summary: "names of the rate limits",
      params: {},
      ops: {
        list: op({
          summary: "list the rate limits",
          answers: Keys,
          handle: async () => ({ data: { keys: (await rules()).map((rule) => rule.name).sort() } }),
        }),
      },
    }),
    path("quotas/rate-limit/{name}", {
      summary: "a rate limit",
      params: name,
      ops: {
        read: op({
          summary: "read a rate limit",
          answers: RateLimit,
          handle: async ({ params }) => {
            const rule = await find(params.name);
            return rule && { data: shown(rule) };
          },
        }),
        update: op({
          summary: "write a rate limit",
          answers: "nothing",
          input: ruleInput,
          handle: async ({ params, input }) => {
            await put(params.name, input);
            return undefined;
          },
        }),
        delete: op({
          summary: "delete a rate limit",
          answers: "nothing",
          handle: async ({ params }) => {
            if (await find(params.name)) await core.config.putRow("quota", params.name, undefined);
            return undefined;
          },
        }),
      },
    }),
  ];
};
