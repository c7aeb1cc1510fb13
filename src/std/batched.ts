/**
 * Sends items in batches: while one batch is under way, what is asked for meanwhile gathers for the next. One item
 * alone is sent at once. Whoever asked learns the outcome of the batch its item was in.
 */
export const batched = <T, R>(most: number, send: (items: readonly T[]) => Promise<R>): ((item: T) => Promise<R>) => {
  interface Waiting {
    readonly item: T;
    readonly settle: (outcome: Promise<R>) => void;
  }
  let waiting: Waiting[] = [];
  let sending = false;

  const sendAll = async (): Promise<void> => {
    sending = true;
    // Those who ask in the same turn are sent together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      const outcome = Promise.resolve(batch.map(({ item }) => item)).then(send);
      for (const { settle } of batch) settle(outcome);
      await outcome.catch(() => undefined);
    }
    sending = false;
  };

  return (item) =>
    new Promise<R>((resolve) => {
      waiting.push({ item, settle: resolve });
      if (!sending) void sendAll();
    });
};
