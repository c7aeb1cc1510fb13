import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { kit } from "../texts/kit.ts";
import { Announcer } from "./announce.tsx";
import { IconButton } from "./button.tsx";
import { dismiss, onToasts, type Shown, shownToasts } from "./toast.ts";

/** Says what was done, once it is done; goes after 8 s, or later while somebody points at it. */

const LASTS_MS = 8_000;

const Toast = ({ entry, onClose }: { readonly entry: Shown; readonly onClose: () => void }) => {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (entry.stays || held) return;
    const timer = setTimeout(onClose, LASTS_MS);
    return () => clearTimeout(timer);
  }, [entry, held]);
  return (
    <li
      class="toast"
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

/** Mounted once, by the shell; brings the status line with it. */
export const Toasts = () => {
  const [entries, setEntries] = useState(shownToasts);
  const ref = useRef<HTMLUListElement>(null);
  useEffect(() => onToasts(() => setEntries(shownToasts())), []);
  // Shown again with each new one, so that it lies above a dialog opened since.
  useLayoutEffect(() => {
    ref.current?.hidePopover();
    if (entries.length > 0) ref.current?.showPopover();
  }, [entries]);
  return (
    <>
      <Announcer />
      <ul class="toasts" popover="manual" ref={ref}>
        {entries.map((entry) => (
          <Toast key={entry.id} entry={entry} onClose={() => dismiss(entry.id)} />
        ))}
      </ul>
    </>
  );
};
