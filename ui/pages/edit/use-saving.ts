import { useRef, useState } from "preact/hooks";
import { call } from "../../client/api.ts";
import { type Order, type Outcome, save } from "./saving.ts";

/** One save at a time, begun by a click or Ctrl+S and never by itself. */

type Hindered = Exclude<Outcome, { readonly is: "saved" | "conflict" }>;

export interface Saving {
  readonly busy: boolean;
  /** Why the last try came to nothing. */
  readonly hindered: Hindered | undefined;
  readonly run: (order: Order) => Promise<Outcome | undefined>;
}

export const useSaving = (): Saving => {
  // A second click may come before the first one is drawn.
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [hindered, setHindered] = useState<Hindered>();
  const run = async (order: Order): Promise<Outcome | undefined> => {
    if (running.current) return undefined;
    running.current = true;
    setBusy(true);
    try {
      const outcome = await save(order, call);
      setHindered(outcome.is === "saved" || outcome.is === "conflict" ? undefined : outcome);
      return outcome;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { busy, hindered, run };
};
