import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { kit } from "../texts/kit.ts";
import { Announcer } from "./announce.tsx";
import { IconButton } from "./button.tsx";
import { giveBack } from "./give-back.ts";
import { dismiss, onToasts, type Shown, shownToasts } from "./toast.ts";

/**
 * Says what was done, once it is done; goes after 8 s, or later while somebody points at it. Outside a modal dialog
 * nothing can be pressed, so that a dialog brings its own, and what is said is in the innermost.
 */

const LASTS_MS = 8_000;

interface ToastProps {
  readonly entry: Shown;
  /** Where focus was before it came to the messages. */
  readonly cameFrom: () => EventTarget | null;
  readonly onClose: () => void;
}

const Toast = ({ entry, cameFrom, onClose }: ToastProps) => {
  const [held, setHeld] = useState(false);
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (entry.stays || held) return;
    const timer = setTimeout(onClose, LASTS_MS);
    return () => clearTimeout(timer);
  }, [entry, held]);
  useLayoutEffect(
    () => () => {
      if (ref.current?.contains(document.activeElement)) giveBack(cameFrom());
    },
    [],
  );
  return (
    <li
      class="toast"
      ref={ref}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocusIn={() => setHeld(true)}
      onFocusOut={() => setHeld(false)}
    >
      <span class="toast-text">{entry.text}</span>
      {entry.action && (
        <button
          class="toast-action"
          type="button"
          onClick={() => {
            onClose();
            entry.action?.run();
          }}
        >
          {entry.action.label}
        </button>
      )}
      <IconButton icon="close" label={kit.dismiss} onClick={onClose} />
    </li>
  );
};

const places: (() => void)[] = [];

/** What is to be drawn here: everything, or nothing while a dialog within has its own place. */
const useEntries = (): readonly Shown[] => {
  const [entries, setEntries] = useState<readonly Shown[]>([]);
  useLayoutEffect(() => {
    const draw = (): void => setEntries(places.at(-1) === draw ? shownToasts() : []);
    const drawAll = (): void => {
      for (const each of places) each();
    };
    places.push(draw);
    drawAll();
    const stop = onToasts(draw);
    return () => {
      stop();
      places.splice(places.indexOf(draw), 1);
      drawAll();
    };
  }, []);
  return entries;
};

/** Mounted by the shell and by each modal dialog; brings the status line with it. */
export const Toasts = () => {
  const entries = useEntries();
  const ref = useRef<HTMLUListElement>(null);
  const before = useRef<EventTarget | null>(null);
  // Shown again with each new one, so that it lies above a dialog opened since.
  useLayoutEffect(() => {
    ref.current?.hidePopover();
    if (entries.length > 0) ref.current?.showPopover();
  }, [entries]);
  return (
    <>
      <Announcer />
      <ul
        class="toasts"
        popover="manual"
        ref={ref}
        onFocusIn={({ relatedTarget, currentTarget }) => {
          if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) before.current = relatedTarget;
        }}
      >
        {entries.map((entry) => (
          <Toast key={entry.id} entry={entry} cameFrom={() => before.current} onClose={() => dismiss(entry.id)} />
        ))}
      </ul>
    </>
  );
};
