import { useState } from "preact/hooks";
import { Plot, Section } from "../../kit/index.ts";
import { status } from "../../texts/status.ts";
import { dollarsFor, READS, SECRETS, WAYS } from "./prices.ts";
import { Slider } from "./slider.tsx";

/** What a deployment and two services of AWS cost, by how much they are used. */

const STANDARD_PARAMETERS = 10_000;
/** Parts of the chosen reads: all lines are straight. */
const PARTS = [0, 0.25, 0.5, 0.75, 1];

export const Cost = () => {
  const [secrets, setSecrets] = useState<number>(1_000);
  const [reads, setReads] = useState<number>(10_000_000);
  const at = PARTS.map((part) => reads * part);
  return (
    <Section title={status.cost}>
      <p class="muted">{status.costAbout}</p>
      <div class="status-sliders">
        <Slider label={status.secrets} steps={SECRETS} value={secrets} onChange={setSecrets} format={status.count} />
        <Slider label={status.reads} steps={READS} value={reads} onChange={setReads} format={status.count} />
      </div>
      <Plot
        title={status.plot(status.count(secrets))}
        series={WAYS.map((way) => ({
          label: status.ways[way],
          points: at.map((x) => [x, dollarsFor(way, { secrets, reads: x })] as const),
        }))}
        format={status.dollars}
        formatX={status.short}
        table={{
          head: [status.reads, ...WAYS.map((way) => status.ways[way])],
          rows: at.map((x) => [
            status.count(x),
            ...WAYS.map((way) => status.dollars(dollarsFor(way, { secrets, reads: x }))),
          ]),
        }}
      />
      {secrets > STANDARD_PARAMETERS && <p class="muted small">{status.standard}</p>}
    </Section>
  );
};
