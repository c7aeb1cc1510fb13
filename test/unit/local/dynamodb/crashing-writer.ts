import { TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { key, openBench, TABLE } from "./fixture.ts";

// Run as a process of its own: writes transactions forever, reports each acknowledged one, and is killed meanwhile.
const { client } = await openBench({}, { dataDir: String(process.argv[2]) });

for (let n = 1; ; n++) {
  const Put = (pk: string) => ({ TableName: TABLE, Item: { ...key(pk), n: { N: String(n) } } });
  await client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: Put("left") }, { Put: Put("right") }] }));
  process.stdout.write(`${n}\n`);
}
