import type { ServerResponse } from "node:http";

/**
 * The clock of a session's worker, which stands still until a test puts it forward: no step of a test is too slow. The
 * worker asks the gate how far and is answered when the test says so; it asks again once it has ticked with the new
 * time, so that what is seen after that is true of it.
 */

/** Where the worker asks. */
export const CLOCK = "/ui/clock-of-tests";

/** Of the worker's seconds, so that nobody waits for a tick. */
const TICKS_AS_FAST = 10;

/** Put before the script of the worker. */
export const CLOCK_OF_WORKER = `{
  const ask = fetch.bind(self), start = Date.now(), { setInterval: often } = self;
  let ahead = 0, ticked = () => {};
  Date.now = () => start + ahead;
  self.setInterval = (run, ms = 0) => often.call(self, () => { run(); ticked(); }, ms / ${TICKS_AS_FAST});
  const follow = async () => {
    for (;;) {
      const answer = await ask("${CLOCK}", { cache: "no-store" });
      ahead += Number(await answer.text());
      await new Promise((resolve) => { ticked = resolve; });
    }
  };
  follow().catch(() => undefined);
}`;

export interface WorkerClock {
  /** The worker's question: answered by the next `advance`. */
  asked(response: ServerResponse): void;
  /** Resolves when the worker has ticked. */
  advance(ms: number): Promise<void>;
}

export const createWorkerClock = (): WorkerClock => {
  let question: ServerResponse | undefined;
  let heard: (() => void) | undefined;
  const asking = async (): Promise<void> => {
    if (question) return;
    await new Promise<void>((resolve) => {
      heard = resolve;
    });
  };
  return {
    asked: (response) => {
      question = response;
      heard?.();
    },
    advance: async (ms) => {
      await asking();
      question?.writeHead(200, { "content-type": "text/plain" }).end(String(ms));
      question = undefined;
      await asking();
    },
  };
};
