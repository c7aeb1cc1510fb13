import type { Client } from "../../client/contract.ts";
import type { Clock } from "../../std/time.ts";

/** Milliseconds. A server keeps an idle connection much longer; a frozen process does not see it end. */
const IDLE = 1000;

/**
 * A client whose connections are not used again after a pause, by the wall clock: the process may have been frozen in
 * between, and the other side has hung up without anybody here seeing it. What is under way keeps its connection.
 */
export const createThawingClient = (make: () => Client, clock: Clock): Client => {
  let client = make();
  let underWay = 0;
  let last = clock.now();
  const awake = async <T>(use: (client: Client) => Promise<T>): Promise<T> => {
    if (underWay === 0 && Math.abs(clock.now() - last) > IDLE) {
      client.close();
      client = make();
    }
    underWay += 1;
    try {
      return await use(client);
    } finally {
      underWay -= 1;
      last = clock.now();
    }
  };
  return {
    call: (call) => awake((it) => it.call(call)),
    send: (request) => awake((it) => it.send(request)),
    with: (changes) => createThawingClient(() => make().with(changes), clock),
    close: () => client.close(),
  };
};
