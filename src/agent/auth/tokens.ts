import { sameSecret } from "../../std/same-secret.ts";
import type { Login, Tokens } from "../contract.ts";

export interface OwnTokens extends Tokens {
  /** Tells everybody who listens, unless it is the token they have. */
  publish(login: Login): void;
}

const secretOf = (login: Login): string => (login.kind === "token" ? login.token.reveal() : login.wrapInfo.token);

export const createTokens = (): OwnTokens => {
  const listeners = new Set<(login: Login) => void>();
  let newest: Login | undefined;
  return {
    current: () => newest,
    subscribe: (listener) => {
      listeners.add(listener);
      if (newest !== undefined) listener(newest);
      return () => listeners.delete(listener);
    },
    publish: (login) => {
      const same = newest !== undefined && sameSecret(secretOf(newest), secretOf(login));
      newest = login;
      if (!same) for (const listener of listeners) listener(login);
    },
  };
};
