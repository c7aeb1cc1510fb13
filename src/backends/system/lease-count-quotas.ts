import { z } from "zod";
import { changeInTurn } from "../../core/config/turn.ts";
import type { Snapshot } from "../../core/config/types.ts";
import type { Core } from "../../core/core.ts";
import { type LeaseRule, leaseRulesOf, type StoredLeaseRule } from "../../core/quotas/lease-rules.ts";
import { toSealed } from "../../core/sealed.ts";
import { field, invalidRequest, Keys, op, path } from "../../framework/index.ts";
import { uuid } from "../../std/random.ts";
import { isSamePlace, placeGiven, placeOf, refuseTwin } from "./quota-places.ts";

/**
 * `sys/quotas/lease-count`: how many leases there may be. A rule that is new, or holds for something else than before,
 * has every lease counted again, in this request as far as two seconds reach and then as a job.
 *
 * Source: HashiCorp's API documentation, "/sys/quotas/lease-count" (Vault Enterprise).
 */

const AT_ONCE_MS = 2000;

/** A rule for everything counts every login too: a mistake in it would lock everybody out but the root token. */
const LEAST_FOR_EVERYTHING = 100;
const TOO_FEW = `'max_leases' of a rule without a path must be at least ${LEAST_FOR_EVERYTHING}: it counts every login`;

const LeaseCount = z.object({
  type: z.string(),
  name: z.string(),
  path: z.string(),
  role: z.string(),
  max_leases: z.number(),
  counter: z.number(),
  inheritable: z.boolean(),
});

const ruleInput = z.object({
  path: field.text("mount or path it applies to; empty: everything"),
  role: field.text("only tokens of logins with this role"),
  max_leases: field.integer("how many leases there may be; without a path at least 100"),
  inheritable: field.flag("accepted for Vault's clients; there are no namespaces below the root"),
});

export const leaseCountQuotaPaths = (core: Core) => {
  const rules = async () => leaseRulesOf(await core.config.snapshot());
  const find = async (name: string) => (await rules()).find((rule) => rule.name === name);

  const shown = async (rule: LeaseRule) => ({
    type: "lease-count",
    name: rule.name,
    path: rule.path,
    role: rule.role,
    max_leases: rule.maxLeases,
    counter: await core.leaseCounts.used(rule.id),
    inheritable: rule.inheritable,
  });

  /** A rule as it is to be, or none; `recounted`: the path whose leases the change has counted. */
  interface Next {
    readonly rule: StoredLeaseRule | undefined;
    readonly recounted: string | undefined;
  }

  /** Changes a rule by what it was, and has the leases counted where that is needed. No answer: it stays as it is. */
  const change = async (
    name: string,
    nextOf: (old: LeaseRule | undefined, snapshot: Snapshot) => Next | undefined,
  ): Promise<void> => {
    let count = "";
    const decide = async (snapshot: Snapshot) => {
      count = "";
      const old = leaseRulesOf(snapshot).find((rule) => rule.name === name);
      const next = nextOf(old, snapshot);
      if (!next) return [];
      const write = await core.config.row("lease-quota", name, next.rule && toSealed(next.rule), "any");
      if (next.recounted === undefined) return [write];
      // The counter of the rule that was there goes.
      const job = core.jobs.begin("count-leases", { path: next.recounted, gone: old === undefined ? [] : [old.id] });
      count = job.id;
      return [write, job.write];
    };
    await changeInTurn(core, "lease-quotas", decide, "the quotas are busy");
    if (count !== "") await core.jobs.run(count, core.clock.now() + AT_ONCE_MS);
  };

  const put = (name: string, input: z.infer<typeof ruleInput>): Promise<void> =>
    change(name, (old, snapshot) => {
      const maxLeases = input.max_leases ?? old?.maxLeases ?? 0;
      if (maxLeases <= 0) throw invalidRequest("'max_leases' is invalid");
      const given = placeGiven(input, old);
      const place = placeOf(core, snapshot, given);
      if (place.mountId === "" && maxLeases < LEAST_FOR_EVERYTHING) throw invalidRequest(TOO_FEW);
      const stays = old !== undefined && isSamePlace(old, place);
      const id = stays ? old.id : uuid(core.random);
      const rule: StoredLeaseRule = { ...place, name, id, maxLeases, inheritable: given.inheritable };
      refuseTwin(leaseRulesOf(snapshot), rule);
      return { rule, recounted: stays ? undefined : given.path };
    });

  return [
    path("quotas/lease-count", {
      summary: "names of the lease-count quotas",
      params: {},
      ops: {
        list: op({
          summary: "list the lease-count quotas",
          answers: Keys,
          handle: async () => ({ data: { keys: (await rules()).map((rule) => rule.name).sort() } }),
        }),
      },
    }),
    path("quotas/lease-count/{name}", {
      summary: "a lease-count quota",
      params: { name: "name of the rule" },
      ops: {
        read: op({
          summary: "read a lease-count quota",
          answers: LeaseCount,
          handle: async ({ params }) => {
            const rule = await find(params.name);
            return rule && { data: await shown(rule) };
          },
        }),
        update: op({
          summary: "write a lease-count quota",
          answers: "nothing",
          input: ruleInput,
          handle: async ({ params, input }) => {
            await put(params.name, input);
            return undefined;
          },
        }),
        delete: op({
          summary: "delete a lease-count quota",
          answers: "nothing",
          handle: async ({ params }) => {
            await change(params.name, (old) => old && { rule: undefined, recounted: old.path });
            return undefined;
          },
        }),
      },
    }),
  ];
};
