import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { SPLIT_MODULES } from "../build/bundle.ts";
import { type Figure, figure } from "./figures.ts";
import { nodeOfRuntime } from "./runtime.ts";
import { median } from "./samples.ts";
import { createSealing, type SealingTimes } from "./sealing-works.ts";

/**
 * What `sealing-works.ts` takes on the Node that runs this, and on that of the functions in AWS where npm has it: a
 * process of its own, and a round each in turn, so that whatever else the machine does falls on both.
 */

const ROUNDS = 15;
/** Microseconds, on either Node. */
const BUDGET = 8;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The bundle that the other Node runs, as the functions are bundled. */
const bundled = async (): Promise<string> => {
  const outdir = join(ROOT, "dist", "sealing");
  await build({
    ...SPLIT_MODULES,
    entryPoints: [join(ROOT, "scripts/bench/sealing-run.ts")],
    outdir,
    outExtension: { ".js": ".mjs" },
    target: "node20",
  });
  return join(outdir, "sealing-run.mjs");
};

const startOn = async (node: string): Promise<ChildProcess> =>
  fork(await bundled(), { execPath: node, execArgv: ["--no-warnings"] });

/** Throws where the process ends instead of answering. */
const ask = async (child: ChildProcess, samples: number): Promise<SealingTimes> => {
  const stop = new AbortController();
  const ended = once(child, "exit", stop).then(([code]) => Promise.reject(new Error(`sealing ended with ${code}`)));
  const answered = once(child, "message", stop);
  child.send(samples);
  try {
    const [times] = await Promise.race([answered, ended]);
    return times;
  } finally {
    answered.catch(() => undefined);
    ended.catch(() => undefined);
    stop.abort();
  }
};

const figuresOf = (taken: readonly SealingTimes[], where: string): readonly Figure[] => {
  const of = (name: keyof SealingTimes): number => median(taken.map((times) => times[name]));
  const [seal, sealAlone, open, openAlone] = [of("seal"), of("sealAlone"), of("open"), of("openAlone")];
  return [
    figure(`seal 1 KB${where}`, seal, "us", BUDGET),
    figure(`AES-256-GCM alone${where}`, sealAlone, "us"),
    figure(`seal 1 KB / AES-256-GCM alone${where}`, seal / sealAlone, "x"),
    figure(`open 1 KB${where}`, open, "us", BUDGET),
    figure(`AES-256-GCM alone${where}`, openAlone, "us"),
    figure(`open 1 KB / AES-256-GCM alone${where}`, open / openAlone, "x"),
  ];
};

export const measureSealing = async (samples: number): Promise<readonly Figure[]> => {
  const node = await nodeOfRuntime();
  const other = node === process.execPath ? undefined : await startOn(node);
  const sealing = createSealing();
  const [here, there]: [SealingTimes[], SealingTimes[]] = [[], []];
  const each = Math.ceil((samples * 5) / ROUNDS);
  // The first round only warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    const now = [sealing.times(each), other && (await ask(other, each))] as const;
    if (round === 0) continue;
    here.push(now[0]);
    if (now[1]) there.push(now[1]);
  }
  other?.kill();
  return [
    ...figuresOf(here, ""),
    ...(other ? figuresOf(there, ", Node 24") : []),
    figure("sealed 1 KB is longer by", sealing.longer, "bytes", 65),
  ];
};
