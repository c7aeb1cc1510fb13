import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { QUOTA_KIND, type QuotaRule, rulesOf, settingRow, settingsOf } from "../../core/quotas/rules.ts";
import { toSealed } from "../../core/sealed.ts";
import { field, invalidRequest, Keys, op, path } from "../../framework/index.ts";

/** `sys/quotas`: rate limits and what they do besides limiting. */

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
  enable_rate_limit_response_headers: field.flag("tell callers how much is left"),
  rate_limit_exempt_paths: field.textList("paths that are never limited"),
});

const ruleInput = z.object({
  path: field.text("mount or path it holds for; empty: everything"),
  role: field.text("only logins with this role"),
  rate: field.text("requests per interval; may be a fraction").transform((text, ctx) => {
    if (text === undefined || text === "") return 0;
    const rate = Number(text);
    if (Number.isFinite(rate)) return rate;
    const why = `strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`;
    ctx.addIssue({ code: "custom", message: `cannot parse '' as float: ${why}` });
    return z.NEVER;
  }),
  interval: field.duration("length of the interval; one second unless given"),
  block_interval: field.duration("how long a caller is refused after a request too many"),
  inheritable: field.flag("kept for Vault's clients; there are no namespaces below the root"),
});

export const quotaPaths = (core: Core) => {
  const rules = async () => rulesOf(await core.config.snapshot());
  const find = async (name: string) => (await rules()).find((rule) => rule.name === name);

  const put = async (rule: QuotaRule): Promise<void> => {
    const snapshot = await core.config.snapshot();
    if (!(rule.rate > 0)) throw invalidRequest("'rate' is invalid");
    const mount = rule.path === "" ? undefined : core.config.mountFor(snapshot, rule.path);
    if (rule.path !== "" && !mount) throw invalidRequest(`invalid mount path ${JSON.stringify(rule.path)}`);
    if (rule.role !== "" && (mount?.kind !== "auth" || mount.info.path !== rule.path)) {
      const where = JSON.stringify(rule.path);
      throw invalidRequest(
        `Mount path ${where} is not a valid auth method and therefore unsuitable for use with role-based quotas`,
      );
    }
    const twin = rulesOf(snapshot).find(
      (one) => one.name !== rule.name && one.path === rule.path && one.role === rule.role,
    );
    if (twin) {
      const name = JSON.stringify(twin.name);
      throw invalidRequest(`quota rule with similar properties exists under the name ${name}`);
    }
    await core.config.putSetting(QUOTA_KIND, rule.name, toSealed(rule));
  };

  const name = { name: "name of the rule" };
  return [
    path("quotas/config", {
      summary: "what the quotas do besides limiting",
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
            const old = settingsOf(await core.config.snapshot());
            const row = settingRow({
              auditLogging: input.enable_rate_limit_audit_logging ?? old.auditLogging,
              responseHeaders: input.enable_rate_limit_response_headers ?? old.responseHeaders,
              exemptPaths: input.rate_limit_exempt_paths ?? old.exemptPaths,
            });
            await core.config.putSetting(...row);
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
            const old = await find(params.name);
            const where = input.path?.replace(/^\/+/, "") ?? old?.path ?? "";
            await put({
              name: params.name,
              path: where,
              role: input.role ?? old?.role ?? "",
              rate: input.rate,
              interval: input.interval || 1,
              blockInterval: input.block_interval ?? 0,
              inheritable: input.inheritable ?? where === "",
            });
            return undefined;
          },
        }),
        delete: op({
          summary: "delete a rate limit",
          answers: "nothing",
          handle: async ({ params }) => {
            if (await find(params.name)) await core.config.putSetting(QUOTA_KIND, params.name, undefined);
            return undefined;
          },
        }),
      },
    }),
  ];
};
