import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { kit } from "../texts/kit.ts";
import { Announcer } from "./announce.tsx";
import { Button } from "./button.tsx";
import { TextField } from "./text-field.tsx";

/** A question over the page. Mounted is open; Escape closes, a click beside it does not: work may be in it. */

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

/** Where focus was when the dialog opened, or the heading where that is gone. */
const giveBack = (opener: Element | null): void => {
  const target =
    opener instanceof HTMLElement && opener.isConnected ? opener : document.querySelector<HTMLElement>("h1");
  target?.focus();
};

export const Dialog = ({ title, onClose, children, actions, onSubmit, wide }: DialogProps) => {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const opener = document.activeElement;
    ref.current?.showModal();
    return () => giveBack(opener);
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
      onClose={onClose}
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
      <Announcer />
    </dialog>
  );
};

interface ConfirmTypedProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** What must be typed. */
  readonly name: string;
  /** The button's text. */
  readonly action: string;
  readonly busy?: boolean | undefined;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** For what cannot be undone: until the name is typed, neither Enter nor the button does anything. */
export const ConfirmTyped = ({ title, children, name, action, busy, onConfirm, onClose }: ConfirmTypedProps) => {
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const right = typed === name;
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => {
        if (right && !busy) onConfirm();
        setTried(true);
      }}
      actions={
        <>
          <Button kind="danger" type="submit" disabled={!right} busy={busy}>
            {action}
          </Button>
          <Button onClick={onClose}>{kit.cancel}</Button>
        </>
      }
    >
      {children}
      <TextField
        label={kit.typeName(name)}
        value={typed}
        onInput={setTyped}
        error={tried && typed !== "" && !right ? kit.typeNameWrong(name) : undefined}
        mono
        autofocus
      />
    </Dialog>
  );
};
