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
  const begin = (): Client => {
    if (underWay === 0 && Math.abs(clock.now() - last) > IDLE) {
      client.close();
      client = make();
    }
    underWay += 1;
    return client;
  };
  const end = (): void => {
    underWay -= 1;
    last = clock.now();
  };
  return {
    call: (call) => begin().call(call).finally(end),
    // The body is still to come when the answer is there.
    send: async (request) => {
      const awake = begin();
      try {
        const answer = await awake.send(request);
        answer.body.once("close", end);
        return answer;
      } catch (failure) {
        end();
        throw failure;
      }
    },
    with: (changes) => createThawingClient(() => make().with(changes), clock),
    close: () => client.close(),
  };
};
