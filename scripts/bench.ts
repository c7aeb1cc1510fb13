import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureAgent } from "./bench/agent.ts";
import { measureAuditLines } from "./bench/audit-lines.ts";
import { buildFunctions } from "./bench/bundles.ts";
import { measureCertificates } from "./bench/certificates.ts";
import { measureDecisions } from "./bench/decisions.ts";
import { type Figure, figure, printFigures } from "./bench/figures.ts";
import { measureFirstRequests } from "./bench/first-request.ts";
import { measureHot } from "./bench/hot/main.ts";
import { measureInit } from "./bench/init.ts";
import { measureIssuing } from "./bench/issuing.ts";
import { measureLeases } from "./bench/leases/main.ts";
import { measureNames } from "./bench/names.ts";
import { type Bench, countCalls, createBench } from "./bench/operations.ts";
import { measureOwnTime } from "./bench/own-time.ts";
import { measurePage } from "./bench/page.ts";
import { comparePeers } from "./bench/peers/compare.ts";
import { writePerformance } from "./bench/performance-page.ts";
import { measurePrice } from "./bench/price/main.ts";
import { measureReads } from "./bench/reads.ts";
import { type Group, recordOf } from "./bench/record.ts";
import { measureScale } from "./bench/scale/main.ts";
import { measureSealing } from "./bench/sealing.ts";
import { measureTransit } from "./bench/transit.ts";

/**
 * The product's budgets next to what this machine measures; `leases`, `scale`, `hot`, `agent`, `certificates`, `first`,
 * `init`, `page`, `price`, `sealing`, `transit`, `peers` and `own` are measurements of their own (`bench/README.md` has
 * the files).
 * `--quick` takes few samples; `--json FILE` writes the figures, with the machine; `--docs` writes what it measures into
 * its page below `docs`; `--openbao FILE` names the program of OpenBao that the same requests are sent to; `--against
 * FOLDER` the checkout of another version for `own` and `page`. Times never fail the run: they depend on the machine.
 * Calls per operation are exact, so more of them than budgeted, or any to KMS in a warm request, ends it with 1.
 */

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean" },
    json: { type: "string" },
    count: { type: "string" },
    docs: { type: "boolean" },
    only: { type: "string" },
    openbao: { type: "string" },
    against: { type: "string" },
  },
});
const quick = options.quick ?? false;
const openbao = options.openbao ?? process.env["BENCH_OPENBAO"];
const root = fileURLToPath(new URL("..", import.meta.url));

const SERVICES: readonly (readonly [string, string])[] = [
  ["dynamodb", "DynamoDB calls"],
  ["kms", "KMS calls"],
  ["sts", "STS calls"],
  ["ssm", "SSM calls"],
  ["iam", "IAM calls"],
];

const countedCalls = async (bench: Bench): Promise<readonly Figure[]> => {
  const figures: Figure[] = [];
  for (const operation of bench.operations) {
    const { calls, made } = await countCalls(bench, operation);
    const counted = SERVICES.filter(
      ([service]) => service === "kms" || service in calls || service in operation.budget,
    );
    const own = counted.map(([service, unit]) =>
      figure(operation.name, calls[service] ?? 0, unit, operation.budget[service] ?? 0),
    );
    if (own.some(({ ok }) => !ok)) console.error(`${operation.name} made: ${made.join(", ")}`);
    figures.push(...own);
  }
  return figures;
};

const inFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), "zeroth-bench-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const functions = (): Promise<readonly Figure[]> =>
  inFolder(async (folder) => {
    const built = await buildFunctions(root, folder);
    return [...built.figures, ...(await measureInit(folder, built, quick ? 3 : 15))];
  });

/** What was measured, and what of it fails the run. */
interface Measured {
  readonly figures: readonly Figure[];
  /** The same in groups; absent: they are one. */
  readonly groups?: readonly Group[];
  readonly exact: readonly Figure[];
}

/** What takes minutes, and has a name of its own besides: not for a quick look. */
const longer = async (): Promise<readonly Group[]> => [
  { title: "Processor time besides the calls", figures: await measureOwnTime(quick, options.against) },
  { title: "The web page", figures: await inFolder((folder) => measurePage(folder, quick, options.against)) },
];

/** Everything but what takes a run of its own; with OpenBao's program, next to it. */
const operations = async (): Promise<Measured> => {
  const bench = await createBench();
  const calls = [...(await countedCalls(bench)), ...(await measureFirstRequests(false))];
  const reads = await measureReads(bench, quick ? 400 : 4000);
  const issuing = await measureIssuing(bench, quick ? 100 : 1000);
  const transit = await measureTransit(bench, quick ? 100 : 1000);
  await bench.world.close();
  const parts = [
    ...(await measureSealing(quick ? 11 : 101)),
    ...measureDecisions(quick ? 11 : 101),
    ...measureAuditLines(quick ? 11 : 51),
    ...measureNames(quick ? 11 : 51),
  ];
  const keys = [...issuing, ...transit, ...(await measureCertificates(quick ? 11 : 51))];
  const groups: readonly Group[] = [
    { title: "Calls", figures: calls },
    { title: "A read next to the one call it makes", figures: reads },
    { title: "Sealing, deciding, recording", figures: parts },
    { title: "Keys and certificates", figures: keys },
    { title: "The start of a function", figures: await functions() },
    { title: "The agent", figures: await inFolder((folder) => measureAgent(folder, quick)) },
    { title: "Price", figures: await measurePrice(false) },
    ...(quick ? [] : await longer()),
    ...(openbao === undefined ? [] : [{ title: "Next to OpenBao", figures: await comparePeers(openbao, quick) }]),
  ];
  if (options.docs) await writePerformance(root, groups);
  return { figures: groups.flatMap(({ figures }) => figures), groups, exact: calls };
};

const leases = async () => {
  const count = options.count === undefined ? undefined : Number(options.count);
  const figures = await measureLeases({ quick, count, docs: options.docs ?? false });
  return { figures, exact: figures };
};

const scale = async () => {
  const count = options.count === undefined ? undefined : Number(options.count);
  const figures = await measureScale({
    quick,
    count,
    docs: options.docs ?? false,
    only: options.only ?? positionals[1] ?? "",
  });
  return { figures, exact: figures };
};

const agent = async () => ({ figures: await inFolder((folder) => measureAgent(folder, quick)), exact: [] });

const certificates = async () => ({ figures: await measureCertificates(quick ? 11 : 51), exact: [] });

const page = async () => ({
  figures: await inFolder((folder) => measurePage(folder, quick, options.against)),
  exact: [],
});

const price = async () => ({ figures: await measurePrice(options.docs ?? false), exact: [] });

const transit = async () => {
  const bench = await createBench();
  const figures = await measureTransit(bench, quick ? 100 : 1000);
  await bench.world.close();
  return { figures, exact: [] };
};

const peers = async () => {
  if (openbao === undefined) throw new Error("name OpenBao's program: --openbao FILE");
  return { figures: await comparePeers(openbao, quick), exact: [] };
};

const init = async () => ({ figures: await functions(), exact: [] });

const own = async () => ({ figures: await measureOwnTime(quick, options.against), exact: [] });

const sealing = async () => ({ figures: await measureSealing(quick ? 11 : 101), exact: [] });

const first = async () => {
  const figures = await measureFirstRequests(true);
  return { figures, exact: figures };
};

const hot = async () => ({ figures: await measureHot(options.docs ?? false), exact: [] });

const MEASUREMENTS: Readonly<Record<string, () => Promise<Measured>>> = {
  leases,
  scale,
  agent,
  certificates,
  first,
  init,
  hot,
  page,
  peers,
  price,
  sealing,
  transit,
  own,
  operations,
};
const name = positionals[0] ?? "operations";
const { figures, exact, groups = [{ title: name, figures }] } = await (MEASUREMENTS[name] ?? operations)();
console.log(printFigures(figures));
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(recordOf(groups), undefined, 2)}\n`);
if (exact.some(({ ok }) => !ok)) process.exitCode = 1;
