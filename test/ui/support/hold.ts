import type { Gate, Passed } from "./gate.ts";

/** The order of answers, chosen by a test: what one page shows may come first or last. */

export interface Held {
  /** The first of the requests has come to the gate. */
  readonly asked: Promise<void>;
  /** Answers what was held, and holds nothing more. */
  release(): void;
}

/** Keeps the answers to these requests back. Takes the place of `gate.instead`. */
export const hold = (gate: Gate, isMeant: (request: Passed) => boolean): Held => {
  let [arrive, release] = [(): void => undefined, (): void => undefined];
  const asked = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const held = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  gate.instead = (request) => {
    if (!isMeant(request)) return undefined;
    arrive();
    return held;
  };
  return { asked, release: () => release() };
};

/** By the path below `/v1/`. */
export const pathIs =
  (path: string) =>
  ({ url }: Passed): boolean =>
    url.pathname === `/v1/${path}`;
