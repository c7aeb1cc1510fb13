import type { Gate, Passed } from "./gate.ts";
import { latch } from "./latch.ts";

/** The order of answers, chosen by a test: what one page shows may come first or last. */

export interface Held {
  /** The first of the requests has come to the gate. */
  readonly asked: Promise<void>;
  /** Answers what was held, and holds nothing more. */
  release(): void;
}

/** Keeps the answers to these requests back. Takes the place of `gate.instead`, and asks what was there before. */
export const hold = (gate: Gate, isMeant: (request: Passed) => boolean): Held => {
  const [first, answers] = [latch(), latch()];
  const { instead } = gate;
  gate.instead = async (request) => {
    if (isMeant(request)) {
      first.open();
      await answers.opened;
    }
    return instead(request);
  };
  return { asked: first.opened, release: answers.open };
};

/** By the path below `/v1/`. */
export const pathIs =
  (path: string) =>
  ({ url }: Passed): boolean =>
    url.pathname === `/v1/${path}`;
