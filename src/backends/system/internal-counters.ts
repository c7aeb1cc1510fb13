import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { notFound, op, path } from "../../framework/index.ts";
import { entityListAddress } from "../../storage/keys.ts";

/** `sys/internal/counters`: how many tokens and entities there are. Client counts by month are not kept. */

const Clients = z.object({
  clients: z.number(),
  distinct_entities: z.number(),
  entity_clients: z.number(),
  non_entity_clients: z.number(),
  non_entity_tokens: z.number(),
});
const Total = z.object({ total: z.number() });
/** No month is kept, so both lists are empty. */
const Activity = z.object({ by_namespace: z.array(z.never()), months: z.array(z.never()), total: Clients });
const Settings = z.object({
  default_report_months: z.number(),
  enabled: z.string(),
  queries_available: z.boolean(),
  retention_months: z.number(),
});

const NO_CLIENTS = { clients: 0, distinct_entities: 0, entity_clients: 0, non_entity_clients: 0, non_entity_tokens: 0 };

export const counterPaths = (core: Core) => {
  const entities = async (): Promise<number> => {
    let count = 0;
    for await (const keys of core.store.sortKeys(entityListAddress("").pk)) count += keys.length;
    return count;
  };
  const activity = op({
    summary: "show no activity",
    answers: Activity,
    handle: async () => ({ data: { by_namespace: [], months: [], total: NO_CLIENTS } }),
  });
  return [
    path("internal/counters/requests", {
      summary: "removed from Vault",
      params: {},
      ops: {
        read: op({
          summary: "say that this was removed",
          answers: "nothing",
          handle: async () => {
            throw notFound("The functionality has been removed on this path");
          },
        }),
      },
    }),
    path("internal/counters/tokens", {
      summary: "how many tokens are alive",
      params: {},
      ops: {
        read: op({
          summary: "count the living service tokens",
          answers: z.object({ counters: z.object({ service_tokens: Total }) }),
          handle: async () => {
            const total = (await core.tokens.accessors()).length;
            return { data: { counters: { service_tokens: { total } } } };
          },
        }),
      },
    }),
    path("internal/counters/entities", {
      summary: "how many entities there are",
      params: {},
      ops: {
        read: op({
          summary: "count the entities",
          answers: z.object({ counters: z.object({ entities: Total }) }),
          handle: async () => ({ data: { counters: { entities: { total: await entities() } } } }),
        }),
      },
    }),
    path("internal/counters/activity", { summary: "clients by month", params: {}, ops: { read: activity } }),
    path("internal/counters/activity/monthly", { summary: "clients this month", params: {}, ops: { read: activity } }),
    path("internal/counters/config", {
      summary: "how client counts are kept: not at all",
      params: {},
      ops: {
        read: op({
          summary: "show the settings of client counts",
          answers: Settings,
          handle: async () => ({
            data: {
              default_report_months: 12,
              enabled: "default-disabled",
              queries_available: false,
              retention_months: 0,
            },
          }),
        }),
      },
    }),
  ];
};
