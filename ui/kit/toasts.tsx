import { useLayoutEffect, useRef } from "preact/hooks";
import { Announcer } from "./announce.tsx";
import { dismiss } from "./toast.ts";
import { useEntries } from "./toast-entries.ts";
import { Toast } from "./toast-row.tsx";

/**
 * Says what was done, once it is done. Outside a modal dialog nothing can be pressed, so that a dialog brings its own,
 * and what is said is in the innermost.
 */

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
