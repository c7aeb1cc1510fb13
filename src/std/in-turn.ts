/** Runs work of one key one after another within this process, so that only processes that race need conditions. */
export type InTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export const createInTurn = (): InTurn => {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const turn = (tails.get(key) ?? Promise.resolve()).then(work, work);
    tails.set(key, turn);
    try {
      return await turn;
    } finally {
      if (tails.get(key) === turn) tails.delete(key);
    }
  };
};
