import type { Reach } from "../../outgoing/index.ts";
import { awsOver } from "./adapters/index.ts";
import type { EngineWorld } from "./world.ts";

/** AWS as a running process finds it. */

/** Waits by the system's clock. */
export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Surroundings {
  /** Absent: that of the environment. */
  readonly region?: string | undefined;
  /** What may be dialled where an operator names an endpoint; absent: public addresses only. */
  readonly reach?: Reach | undefined;
}

/** As Vault finds the region that no configuration names. */
const regionOf = (environment: Readonly<Record<string, string | undefined>>): string =>
  environment["AWS_REGION"] || environment["AWS_DEFAULT_REGION"] || "us-east-1";

/** AWS as the environment of the process names it. */
export const awsWorld = ({ region = regionOf(process.env), reach }: Surroundings = {}): EngineWorld => ({
  aws: awsOver({ region, sleep: wait, reach }),
  sleep: wait,
});
