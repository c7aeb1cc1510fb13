import { createEmbeddedAws } from "../../../src/local/aws/index.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { systemClock } from "../../../src/std/time.ts";

/** A process of its own that is AWS, table included: prints where it listens and whose keys it knows, as JSON. */
const aws = await createEmbeddedAws({ clock: systemClock, tableClock: systemClock, random: systemRandom });
const { url } = await aws.listen({ host: "127.0.0.1", port: 0 });
console.log(JSON.stringify({ url, ...aws.accounts[0] }));
