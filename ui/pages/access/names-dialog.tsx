import { useState } from "preact/hooks";
import type { Answer } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { useAct } from "../../client/use-act.ts";
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
  readonly save: (names: readonly string[]) => Promise<Answer>;
  readonly onClose: () => void;
}

export const NamesDialog = ({ title, label, hint, names, options, free, save, onClose }: NamesDialogProps) => {
  const [chosen, setChosen] = useState(names);
  const { busy, failure, act } = useAct();
  const submit = async (): Promise<void> => {
    if (await act(() => save(chosen))) onClose();
  };
  return (
    <FormDialog title={title} action={access.save} busy={busy} onSubmit={submit} onClose={onClose}>
      <ChosenField label={label} hint={hint} chosen={chosen} onChange={setChosen} options={options} free={free} />
      {failure && <Failed failure={failure} />}
    </FormDialog>
  );
};
