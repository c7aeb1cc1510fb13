import type { ComponentChildren } from "preact";
import { kit } from "../texts/kit.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

interface FormDialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** The button's text. */
  readonly action: string;
  readonly busy: boolean;
  readonly onSubmit: () => Promise<void>;
  readonly onClose: () => void;
  readonly wide?: boolean | undefined;
}

/** Fields over the page, with a button that sends them and one that leaves. */
export const FormDialog = ({ title, children, action, busy, onSubmit, onClose, wide }: FormDialogProps) => (
  <Dialog
    title={title}
    onClose={onClose}
    onSubmit={() => void onSubmit()}
    wide={wide}
    actions={
      <>
        <Button kind="primary" type="submit" busy={busy}>
          {action}
        </Button>
        <Button onClick={onClose}>{kit.cancel}</Button>
      </>
    }
  >
    {children}
  </Dialog>
);
