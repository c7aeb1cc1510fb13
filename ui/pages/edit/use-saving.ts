import { useState } from "preact/hooks";
import { call } from "../../client/api.ts";
import { useAct } from "../../client/use-act.ts";
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
  const { busy, act } = useAct();
  const [hindered, setHindered] = useState<Hindered>();
  const run = async (order: Order): Promise<Outcome | undefined> => {
    const outcome = await act(() => save(order, call));
    if (outcome) setHindered(outcome.is === "saved" || outcome.is === "conflict" ? undefined : outcome);
    return outcome;
  };
  return { busy, hindered, run };
};
