import type { Clock } from "../../std/time.ts";
import { type Body, constraint, optionalFlag, structure, text } from "./bodies.ts";
import type { Catalog, TableRecord } from "./catalog.ts";
import type { Checked } from "./dynalite.ts";
import { refused } from "./errors.ts";

/**
 * Point-in-time recovery, as a setting: it is kept and described, but nothing is backed up and nothing can be restored.
 * Source: API Reference, DescribeContinuousBackups and UpdateContinuousBackups.
 */

const DAY_S = 24 * 60 * 60;
/** AWS can restore up to about five minutes ago. */
const LAG_S = 5 * 60;
const DEFAULT_DAYS = 35;

export class ContinuousBackups {
  readonly #catalog: Catalog;
  readonly #clock: Clock;

  constructor(catalog: Catalog, clock: Clock) {
    this.#catalog = catalog;
    this.#clock = clock;
  }

  describe(body: Body): Checked {
    return this.#described(this.#find(body));
  }

  async update(body: Body): Promise<Checked> {
    const { recovery, ...record } = this.#find(body);
    const wanted = structure(body, "PointInTimeRecoverySpecification");
    const enabled = optionalFlag(wanted, "PointInTimeRecoveryEnabled");
    const where = "pointInTimeRecoverySpecification";
    if (enabled === undefined)
      throw constraint("null", `${where}.pointInTimeRecoveryEnabled`, "Member must not be null");
    const days = wanted["RecoveryPeriodInDays"] ?? recovery?.days ?? DEFAULT_DAYS;
    if (typeof days !== "number" || days < 1 || days > DEFAULT_DAYS)
      throw constraint(
        `'${days}'`,
        `${where}.recoveryPeriodInDays`,
        `Member must have value between 1 and ${DEFAULT_DAYS}`,
      );
    const since = recovery?.since ?? Math.floor(this.#clock.now() / 1000);
    const next = enabled ? { ...record, recovery: { days, since } } : record;
    await this.#catalog.save(next);
    return this.#described(next);
  }

  #described({ recovery }: TableRecord): Checked {
    const now = Math.floor(this.#clock.now() / 1000);
    return {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: "ENABLED",
        PointInTimeRecoveryDescription:
          recovery === undefined
            ? { PointInTimeRecoveryStatus: "DISABLED" }
            : {
                PointInTimeRecoveryStatus: "ENABLED",
                RecoveryPeriodInDays: recovery.days,
                EarliestRestorableDateTime: Math.max(recovery.since, now - recovery.days * DAY_S),
                LatestRestorableDateTime: Math.max(recovery.since, now - LAG_S),
              },
      },
    };
  }

  #find(body: Body): TableRecord {
    const name = text(body, "TableName");
    const record = this.#catalog.find(name);
    if (record === undefined) throw refused("TableNotFoundException", `Table not found: ${name}`);
    return record;
  }
}
