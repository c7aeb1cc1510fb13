/** Which tabs live, each by the locks that it holds. */

export const createTabs = () => {
  const locks = new Set<string>();
  return {
    count: (): number => locks.size,
    has: (lock: string): boolean => locks.has(lock),
    come: (lock: string): void => {
      locks.add(lock);
    },
    gone: (lock: string): void => {
      locks.delete(lock);
    },
    /**
     * A tab closes, before or after its locks come free: they count no more, or two tabs that close together would each
     * leave the session to the other. Whether it was the last.
     */
    leave: (own: readonly string[]): boolean => {
      for (const lock of own) locks.delete(lock);
      return locks.size === 0;
    },
  };
};
