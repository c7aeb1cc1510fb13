import { createSealing } from "./sealing-works.ts";

/** The process that `sealing.ts` starts on another Node: sent a count of samples, it sends back their `SealingTimes`. */

const { times } = createSealing();
process.on("message", (samples) => {
  process.send?.(times(Number(samples)));
});
