/**
 * Works through items a few at a time. Takes no more once `go` says no or something failed, waits for what runs, then
 * throws the first failure. Answers whether every item was taken.
 */
export const workThrough = async <T>(
  items: AsyncIterable<T> | Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
  go: () => boolean = () => true,
): Promise<boolean> => {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let whole = true;
  for await (const item of items) {
    if (failures.length > 0 || !go()) {
      whole = false;
      break;
    }
    const one = work(item)
      .catch((cause: unknown) => {
        failures.push(cause);
      })
      .finally(() => running.delete(one));
    running.add(one);
    if (running.size >= width) await Promise.race(running);
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
  return whole;
};
