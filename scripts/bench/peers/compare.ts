import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, figure } from "../figures.ts";
import { median } from "../samples.ts";
import { canMeasure } from "./child.ts";
import { furnish, type Shared, speakTo } from "./requests.ts";
import { type Peer, startOpenBaoWithRaft, startZeroth } from "./servers.ts";

/**
 * The processor time of a request in both products: OpenBao with Raft, Zeroth over a table in another process, four
 * clients, an audit log in a file on both sides. The two take turns, so that whatever else the machine does falls on
 * both. OpenBao's time includes its storage; Zeroth's does not, because DynamoDB is not on the machine that is paid for.
 */

const CLIENTS = 4;

interface Ready {
  readonly peer: Peer;
  readonly shared: readonly Shared[];
  close(): void;
}

const readied = async (peer: Peer): Promise<Ready> => {
  const speaker = speakTo(peer, CLIENTS);
  return { peer, shared: await furnish(speaker), close: () => speaker.close() };
};

/** Milliseconds of processor a request takes, over `count` of them by all clients together. */
const processorOf = async ({ process }: Peer, { run }: Shared, count: number, from: number): Promise<number> => {
  const before = await process.processor();
  let next = from;
  const client = async (): Promise<void> => {
    while (next < from + count) await run(next++);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return ((await process.processor()) - before) / count;
};

const compared = async ([a, b]: readonly [Ready, Ready], at: number, rounds: number, count: number) => {
  const [one, two] = [a.shared[at], b.shared[at]];
  if (!one || !two) throw new Error("both products are asked the same");
  const [ours, theirs]: [number[], number[]] = [[], []];
  // The first round warms both.
  for (let round = 0; round <= rounds; round++) {
    const from = round * count;
    const pair = [await processorOf(a.peer, one, count, from), await processorOf(b.peer, two, count, from)] as const;
    if (round === 0) continue;
    ours.push(pair[0]);
    theirs.push(pair[1]);
  }
  return [
    figure(`${one.name}: ${b.peer.name}`, median(theirs), "ms of processor"),
    figure(`${one.name}: ${a.peer.name}`, median(ours), "ms of processor"),
    figure(`${one.name}: ${a.peer.name} / ${b.peer.name}`, median(ours) / median(theirs), "x"),
  ];
};

/** `program`: OpenBao's. */
export const comparePeers = async (program: string, quick: boolean): Promise<readonly Figure[]> => {
  if (!canMeasure) throw new Error("the processor time of another process can only be read on Linux");
  const folder = await mkdtemp(join(tmpdir(), "zeroth-peers-"));
  const started: Peer[] = [];
  const ready: Ready[] = [];
  const begin = async (starting: Promise<Peer>): Promise<Ready> => {
    const peer = await starting;
    started.push(peer);
    const one = await readied(peer);
    ready.push(one);
    return one;
  };
  try {
    const pair = [await begin(startZeroth(folder)), await begin(startOpenBaoWithRaft(program, folder))] as const;
    const figures: Figure[] = [];
    for (const at of pair[0].shared.keys()) {
      figures.push(...(await compared(pair, at, quick ? 3 : 9, quick ? 200 : 1000)));
    }
    return figures;
  } finally {
    for (const one of ready) one.close();
    for (const peer of started) await peer.stop();
    await rm(folder, { recursive: true, force: true });
  }
};
