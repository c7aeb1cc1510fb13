import {
  type BatchGetItemCommandInput,
  DynamoDBClient,
  BatchGetItemCommand as StockCommand,
} from "@aws-sdk/client-dynamodb";
import { BatchGetItemCommand } from "../../src/aws-clients/dynamodb.ts";
import { type Figure, figure } from "./figures.ts";
import type { Bench } from "./operations.ts";
import { median, type Timed, timed } from "./samples.ts";

/**
 * A warm KV read compared with the one call it makes, as a stock client of the SDK makes it: the very BatchGetItem of
 * the read, taken from it, to the same table in this process. And the same call by the product's own client. The three
 * take turns, so that whatever else the machine does falls on all of them.
 */
export const measureReads = async ({ world, token }: Bench, rounds: number): Promise<readonly Figure[]> => {
  const read = () => world.call("GET", "secret/data/app", { token });
  await read();
  const [made] = await world.callsOf(read);
  if (made?.operation !== "BatchGetItem") throw new Error("a KV read begins with something else than BatchGetItem");
  // What the client was given for this very command.
  const input = made.input as BatchGetItemCommandInput;
  const client = new DynamoDBClient({
    region: world.embedded.region,
    maxAttempts: 1,
    credentials: { accessKeyId: "none", secretAccessKey: "none", ...world.embedded.accounts[0] },
    requestHandler: world.embedded.dynamo.requestHandler,
  });
  const stock = () => client.send(new StockCommand(input));
  const own = () => world.dynamodb.send(new BatchGetItemCommand(input));
  const found = Object.values((await stock()).Responses ?? {})[0]?.length ?? 0;
  if (found === 0) throw new Error("the stock client asks another table");

  const works = [read, stock, own];
  const times: Timed[][] = works.map(() => []);
  for (let round = -Math.ceil(rounds / 5); round < rounds; round++) {
    for (let turn = 0; turn < works.length; turn++) {
      const at = (turn + Math.abs(round)) % works.length;
      const time = await timed(works[at] ?? read);
      if (round >= 0) times[at]?.push(time);
    }
  }
  const [reads, stocks, owns] = times.map((all) => ({
    wall: median(all.map((one) => one.wall)),
    processor: median(all.map((one) => one.processor)),
  }));
  if (!reads || !stocks || !owns) throw new Error("nothing was measured");
  const items = Object.values(input.RequestItems ?? {})[0]?.Keys?.length ?? 0;
  return [
    figure(`stock BatchGetItem of ${items} items`, stocks.wall, "us"),
    figure("the same in processor time", stocks.processor, "us"),
    figure("KV read, warm", reads.wall, "us"),
    figure("the same in processor time", reads.processor, "us"),
    figure("KV read / stock BatchGetItem", reads.wall / stocks.wall, "x", 1.5),
    figure("the same in processor time", reads.processor / stocks.processor, "x", 1.6),
    figure("our client's BatchGetItem / the stock client's", owns.wall / stocks.wall, "x"),
    figure("the same in processor time", owns.processor / stocks.processor, "x"),
  ];
};
