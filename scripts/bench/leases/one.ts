import { parseArgs } from "node:util";
import { type Outcome, play, type Scenario } from "./scenario.ts";
import { burst, outage, steady } from "./scenarios.ts";

/** One run in a process of its own, so that its memory is its own: prints its outcome as JSON. */

export interface Order {
  readonly kind: "steady" | "burst" | "down" | "slow";
  readonly count: number;
  /** Of the others, a second. */
  readonly rate: number;
  readonly seconds: number;
}

const scenarioOf = ({ kind, count, rate, seconds }: Order): Scenario => {
  if (kind === "steady") return steady(count, seconds);
  return kind === "burst" ? burst(count, rate, seconds) : outage(rate, seconds, kind);
};

export type Printed = Omit<Outcome, "lags" | "byCall"> & {
  readonly lags: readonly (readonly [string, { leases: number; median: number; p99: number; max: number }])[];
};

const { values } = parseArgs({ options: { order: { type: "string" } } });
if (values.order !== undefined) {
  const { lags, byCall: _, ...rest } = await play(scenarioOf(JSON.parse(values.order) as Order));
  const printed: Printed = { ...rest, lags: [...lags] };
  process.stdout.write(JSON.stringify(printed));
}
