import { parseArgs } from "node:util";
import { SERIES } from "./all.ts";
import { play } from "./measure.ts";

/** One series in a process of its own, so that its memory is its own: prints what was measured as JSON. */

export interface Order {
  readonly name: string;
  readonly sizes: readonly number[];
}

const { values } = parseArgs({ options: { order: { type: "string" } } });
if (values.order !== undefined) {
  const { name, sizes } = JSON.parse(values.order) as Order;
  const series = SERIES.find((one) => one.name === name);
  if (!series) throw new Error(`no series is called ${name}`);
  process.stdout.write(JSON.stringify(await play(series, sizes, true)));
}
