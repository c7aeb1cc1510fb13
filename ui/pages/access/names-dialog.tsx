import { useState } from "preact/hooks";
import type { Failure } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { FormDialog } from "../../kit/index.ts";
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
    <FormDialog title={title} action={access.save} busy={busy} onSubmit={submit} onClose={onClose}>
      <ChosenField label={label} hint={hint} chosen={chosen} onChange={setChosen} options={options} free={free} />
      {failure && <Failed failure={failure} />}
    </FormDialog>
  );
};
