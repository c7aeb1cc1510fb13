/**
 * Does something once, however many ask for it, and keeps what came of it. A failure is kept for nobody: whoever asks
 * after it makes the next try. That holds for `import()` too on Node 24, which runs in AWS: it looks again for a file
 * that could not be read. Node 20 remembers some of these failures by itself.
 */
export const once = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work().catch((cause: unknown) => {
      done = undefined;
      throw cause;
    });
    return done;
  };
};
