import { useState } from "preact/hooks";
import { Failed } from "../../client/denied.tsx";
import { APPLE } from "../../client/platform.ts";
import { Button, Dialog, Note } from "../../kit/index.ts";
import { edit } from "../../texts/edit.ts";
import { kit } from "../../texts/kit.ts";
import type { Saving } from "./use-saving.ts";

/** Saving and leaving it, and why the last try to save came to nothing. */

interface HinderedProps {
  readonly hindered: Saving["hindered"];
  /** Whether the page can tell later what was stored. */
  readonly tells: boolean;
  readonly again: () => void;
}

export const Hindered = ({ hindered, tells, again }: HinderedProps) => {
  if (!hindered) return undefined;
  if (hindered.is === "null") return <Note kind="danger">{edit.notNull}</Note>;
  // The shell asks to sign in; what is said here is read after that.
  if (hindered.failure.kind === "ended") return <Note kind="warn">{edit.endedBefore}</Note>;
  return (
    <div class="edit-hindered">
      <Failed failure={hindered.failure} again={again} byClick />
      {hindered.step === "expiry" && <p>{edit.expiryFailed}</p>}
      {hindered.unsure && <p>{tells ? edit.unsure : edit.unsureBlind}</p>}
    </div>
  );
};

interface SaveBarProps {
  readonly label: string;
  readonly busy: boolean;
  readonly changed: boolean;
  readonly onSave: () => void;
  /** Gives the work up. */
  readonly onCancel: () => void;
}

export const SaveBar = ({ label, busy, changed, onSave, onCancel }: SaveBarProps) => {
  const [asking, ask] = useState(false);
  return (
    <div class="edit-save">
      <div class="actions">
        <Button kind="primary" busy={busy} onClick={onSave}>
          {label}
        </Button>
        <Button onClick={() => (changed ? ask(true) : onCancel())}>{kit.cancel}</Button>
        <span class="hint edit-keys">{edit.keys(APPLE)}</span>
      </div>
      {asking && (
        <Dialog
          title={edit.discardTitle}
          onClose={() => ask(false)}
          actions={
            <>
              <Button kind="danger" onClick={onCancel}>
                {edit.discardDo}
              </Button>
              <Button onClick={() => ask(false)}>{edit.goOn}</Button>
            </>
          }
        >
          <p>{edit.discardText}</p>
        </Dialog>
      )}
    </div>
  );
};
