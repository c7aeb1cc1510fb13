import { BatchGetItemCommand, type BatchGetItemCommandInput } from "@aws-sdk/client-dynamodb";
import { type Figure, figure } from "./figures.ts";
import type { Bench } from "./operations.ts";
import { median, type Timed, timed } from "./samples.ts";

/**
 * A warm KV read compared with the one SDK call it makes: the very BatchGetItem the read makes, taken from it, sent by
 * the same client to the same table. Both are measured in turn, pair by pair, so that whatever else the machine does
 * falls on both.
 */
export const measureReads = async ({ world, token }: Bench, pairs: number): Promise<readonly Figure[]> => {
  const read = () => world.call("GET", "secret/data/app", { token });
  await read();
  const [made] = await world.callsOf(read);
  if (made?.operation !== "BatchGetItem") throw new Error("a KV read begins with something else than BatchGetItem");
  // What the client was given for this very command.
  const input = made.input as BatchGetItemCommandInput;
  const bare = () => world.dynamodb.send(new BatchGetItemCommand(input));

  const [reads, bares]: [Timed[], Timed[]] = [[], []];
  const warmUp = Math.ceil(pairs / 5);
  for (let pair = -warmUp; pair < pairs; pair++) {
    const readFirst = pair % 2 === 0;
    const first = await timed(readFirst ? read : bare);
    const second = await timed(readFirst ? bare : read);
    if (pair < 0) continue;
    reads.push(readFirst ? first : second);
    bares.push(readFirst ? second : first);
  }
  const items = Object.values(input.RequestItems ?? {})[0]?.Keys?.length ?? 0;
  const wall = (all: readonly Timed[]) => median(all.map((one) => one.wall));
  const processor = (all: readonly Timed[]) => median(all.map((one) => one.processor));
  return [
    figure(`bare BatchGetItem of ${items} items`, wall(bares), "us"),
    figure("KV read, warm", wall(reads), "us"),
    figure("KV read / bare BatchGetItem", wall(reads) / wall(bares), "x", 1.25),
    figure("the same in processor time", processor(reads) / processor(bares), "x"),
  ];
};
