import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { SPLIT_MODULES } from "../build/bundle.ts";
import { type Figure, figure } from "./figures.ts";
import type { Commands } from "./frozen-table.ts";

/**
 * What the program itself takes of the processor: a request as the front door hands it over, minus the SDK calls it
 * makes, sent bare by the same client with the same inputs. A table that answers at once is behind both. Whole and bare
 * take turns, a block of requests each, so that whatever else the machine does falls on both, and the collection of
 * garbage on who makes it.
 *
 * It is measured as it is deployed, bundled together with the SDK and in a process of its own: what runs sources as they
 * stand gives every function its name when it is made and looks up every import once more.
 *
 * `--against FOLDER` measures the checkout of another version in the same run and the same turns.
 */

/** What the bundle of a checkout holds. */
export interface Parts {
  readonly buildServer: typeof import("../../src/server.ts").buildServer;
  readonly builtInRows: typeof import("../../src/catalog.ts").builtInRows;
  readonly initialize: typeof import("../../src/core/config/initialize.ts").initialize;
  readonly makeMount: typeof import("../../src/core/config/initialize.ts").makeMount;
  readonly embeddedCloud: typeof import("../../src/local/server/cloud.ts").embeddedCloud;
  readonly random: typeof import("../../src/std/random.ts").systemRandom;
  readonly clock: typeof import("../../src/std/time.ts").systemClock;
  readonly commands: Commands;
}

/** Where the commands of a checkout's client are from: a version before our own clients has stock ones. */
const commandsIn = (root: string): string =>
  existsSync(join(root, "src/aws-clients/dynamodb.ts")) ? "./src/aws-clients/dynamodb.ts" : "@aws-sdk/client-dynamodb";

const partsOf = (root: string): string => `
import * as dynamodb from "${commandsIn(root)}";
export { buildServer } from "./src/server.ts";
export { builtInRows } from "./src/catalog.ts";
export { initialize, makeMount } from "./src/core/config/initialize.ts";
export { embeddedCloud } from "./src/local/server/cloud.ts";
export { systemRandom as random } from "./src/std/random.ts";
export { systemClock as clock } from "./src/std/time.ts";
export const commands = { ...dynamodb };`;

const RUN = `import "./scripts/bench/own-time-run.ts";`;

/** Microseconds a request: processor time of all threads, and by the clock. */
export interface OwnTime {
  readonly name: string;
  readonly calls: readonly string[];
  readonly whole: number;
  readonly bare: number;
  readonly wholeWall: number;
  readonly bareWall: number;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Bundles what `contents` imports from a checkout, into that checkout. Answers the bundle's path. */
const bundled = async (root: string, name: string, contents: string): Promise<string> => {
  const outdir = join(root, "dist", name);
  await build({
    ...SPLIT_MODULES,
    absWorkingDir: root,
    stdin: { contents, resolveDir: root, loader: "ts" },
    outdir,
    outExtension: { ".js": ".mjs" },
    target: "node20",
    external: ["dynalite", "level", "memory-level", "esbuild"],
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
  });
  return join(outdir, "stdin.mjs");
};

const own = ({ whole, bare }: OwnTime): number => whole - bare;

const figuresOf = (now: OwnTime, former: OwnTime | undefined): readonly Figure[] => {
  const { name, calls, whole, bare, wholeWall, bareWall } = now;
  const against = former && [
    figure(`${name}: own, former version`, own(former), "us"),
    figure(`${name}: own / former own`, own(now) / own(former), "x", 0.5),
    figure(`${name}: whole / former whole`, whole / former.whole, "x"),
  ];
  return [
    figure(`${name}: own processor time`, own(now), "us"),
    figure(`${name}: its ${calls.length} SDK calls alone`, bare, "us"),
    figure(`${name}: whole / SDK calls`, whole / bare, "x"),
    figure(`${name}: the same by the clock`, wholeWall / bareWall, "x"),
    ...(against ?? []),
  ];
};

/** `against`: the folder of a checkout of another version. */
export const measureOwnTime = async (quick: boolean, against: string | undefined): Promise<readonly Figure[]> => {
  const bundles = [await bundled(ROOT, "own-time", partsOf(ROOT))];
  if (against !== undefined) bundles.push(await bundled(against, "own-time", partsOf(against)));
  const run = await bundled(ROOT, "own-time-run", RUN);
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--no-warnings",
    run,
    quick ? "30" : "150",
    ...bundles,
  ]);
  const [now = [], former = []]: readonly (readonly OwnTime[])[] = JSON.parse(stdout);
  return now.flatMap((one, index) => figuresOf(one, former[index]));
};
