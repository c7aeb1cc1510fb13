import { useEffect, useRef, useState } from "preact/hooks";
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

const isSave = (event: KeyboardEvent): boolean =>
  event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;

/** Ctrl+S and ⌘+S, wherever the focus is. */
export const useSaveKey = (save: () => void): void => {
  // Effects come after drawing: a quick key would meet the function, and the work, of the drawing before.
  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!isSave(event)) return;
      event.preventDefault();
      // A dialog over the page asks something first: who is there, or whether to leave.
      if (!event.repeat && !document.querySelector("dialog:modal")) latest.current();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
};
