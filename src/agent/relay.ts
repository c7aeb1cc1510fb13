import type { Login, Tokens } from "./contract.ts";

/** Tokens for parts that begin before the logins do: a listener that cannot listen must not have cost a secret id. */
export interface Relay {
  readonly tokens: Tokens;
  /** From now on, they are these. */
  connect(source: Tokens): void;
}

export const createRelay = (): Relay => {
  let source: Tokens | undefined;
  const waiting = new Map<(login: Login) => void, () => void>();
  return {
    tokens: {
      current: () => source?.current(),
      subscribe: (listener) => {
        waiting.set(listener, source?.subscribe(listener) ?? (() => undefined));
        return () => {
          waiting.get(listener)?.();
          waiting.delete(listener);
        };
      },
      doubt: () => source?.doubt?.(),
    },
    connect: (given) => {
      source = given;
      for (const listener of waiting.keys()) waiting.set(listener, given.subscribe(listener));
    },
  };
};
