import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { kit } from "../texts/kit.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./text-field.tsx";

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
  const right = typed === name;
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => {
        if (right && !busy) onConfirm();
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
        error={!name.startsWith(typed) ? kit.typeNameWrong(name) : undefined}
        mono
        autofocus
      />
    </Dialog>
  );
};
