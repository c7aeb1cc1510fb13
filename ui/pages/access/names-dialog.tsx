import { useState } from "preact/hooks";
import type { Failure } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { Button, Dialog } from "../../kit/index.ts";
import { access } from "../../texts/access.ts";
import { ChosenField } from "./chosen-field.tsx";

/** Changes a set of names; what was chosen stays when saving fails. */

interface NamesDialogProps {
  readonly title: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly names: readonly string[];
  readonly options: readonly string[];
  readonly free?: boolean | undefined;
  /** `undefined`: saved. */
  readonly save: (names: readonly string[]) => Promise<Failure | undefined>;
  readonly onClose: () => void;
}

export const NamesDialog = ({ title, label, hint, names, options, free, save, onClose }: NamesDialogProps) => {
  const [chosen, setChosen] = useState(names);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const submit = async (): Promise<void> => {
    setBusy(true);
    const failed = await save(chosen);
    setBusy(false);
    setFailure(failed);
    if (!failed) onClose();
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button kind="primary" type="submit" busy={busy}>
            {access.save}
          </Button>
          <Button onClick={onClose}>{access.cancel}</Button>
        </>
      }
    >
      <ChosenField label={label} hint={hint} chosen={chosen} onChange={setChosen} options={options} free={free} />
      {failure && <Failed failure={failure} />}
    </Dialog>
  );
};
