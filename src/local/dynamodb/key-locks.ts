/**
 * Locks on item keys. A caller joins the queues of all its keys in one step, so the order of arrival is the one global
 * order of everything: two transactions that share keys can neither deadlock nor overtake each other.
 */
export class KeyLocks {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `work` when every earlier holder of any of these keys is done; later ones wait for it. */
  async hold<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const { promise: mine, release } = openGate();
    const earlier = keys.flatMap((key) => this.#last.get(key) ?? []);
    for (const key of keys) this.#last.set(key, mine);
    if (earlier.length > 0) await Promise.all(earlier);
    try {
      return await work();
    } finally {
      for (const key of keys) if (this.#last.get(key) === mine) this.#last.delete(key);
      release();
    }
  }

  /** Resolves when everything that now holds or awaits a key with this prefix is done. */
  async idle(prefix: string): Promise<void> {
    await Promise.all([...this.#last].filter(([key]) => key.startsWith(prefix)).map(([, done]) => done));
  }
}

const openGate = (): { promise: Promise<void>; release: () => void } => {
  let release = (): void => {};
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
};
