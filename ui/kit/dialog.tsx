import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { giveBack } from "./give-back.ts";
import { Toasts } from "./toasts.tsx";

/** A question over the page. Mounted is open; Escape closes, a click outside does not: work may be in it. */

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Buttons, the primary one first. */
  readonly actions: ComponentChildren;
  /** Enter in a field, and the button of type `submit`. */
  readonly onSubmit?: (() => void) | undefined;
  readonly wide?: boolean | undefined;
}

export const Dialog = ({ title, onClose, children, actions, onSubmit, wide }: DialogProps) => {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const gone = useRef(false);
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const dialog = ref.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      gone.current = true;
      // While it is open, nothing outside takes focus.
      dialog?.close();
      giveBack(opener);
    };
  }, []);
  // The browser closes by itself at the second Escape: what is mounted is open.
  useEffect(() => {
    if (ref.current && !ref.current.open) ref.current.showModal();
  });
  return (
    <dialog
      class={wide ? "dialog wide" : "dialog"}
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        if (!gone.current) onClose();
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit?.();
        }}
      >
        <h2 id={id}>{title}</h2>
        <div class="dialog-body">{children}</div>
        <div class="actions">{actions}</div>
      </form>
      <Toasts />
    </dialog>
  );
};
