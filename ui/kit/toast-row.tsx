import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { kit } from "../texts/kit.ts";
import { IconButton } from "./button.tsx";
import { giveBack } from "./give-back.ts";
import type { Shown } from "./toast.ts";

/** One message: goes after 8 s, or later while somebody points at it; focus in it goes back to where it came from. */

const LASTS_MS = 8_000;

interface ToastProps {
  readonly entry: Shown;
  /** Where focus was before it came to the messages. */
  readonly cameFrom: () => EventTarget | null;
  readonly onClose: () => void;
}

export const Toast = ({ entry, cameFrom, onClose }: ToastProps) => {
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
