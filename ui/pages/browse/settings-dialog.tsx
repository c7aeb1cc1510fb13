import { useState } from "preact/hooks";
import { post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { addressesOf, type KvPath } from "../../client/kv.ts";
import type { KvMetadata } from "../../client/kv-metadata.ts";
import { useAct } from "../../client/use-act.ts";
import { Button, Checkbox, DurationField, FormDialog, IconButton, Note, TextField, toast } from "../../kit/index.ts";
import { browse } from "../../texts/browse.ts";
import { bodyOf, draftOf, faultsOf, isValid, type NoteDraft, newNote, type SettingsDraft } from "./settings-form.ts";

/** Changes the settings of a secret, and its notes. */

interface NotesProps {
  readonly notes: readonly NoteDraft[];
  readonly twice: ReadonlySet<number>;
  readonly onChange: (notes: readonly NoteDraft[]) => void;
}

const Notes = ({ notes, twice, onChange }: NotesProps) => {
  const change = (changed: NoteDraft): void => onChange(notes.map((note) => (note.id === changed.id ? changed : note)));
  return (
    <fieldset class="browse-notes">
      <legend class="label">{browse.custom}</legend>
      <p class="hint">{browse.customHint}</p>
      {notes.map((note) => (
        <div key={note.id} class="browse-note">
          <TextField
            label={browse.customName}
            bare
            placeholder={browse.customName}
            mono
            value={note.name}
            error={twice.has(note.id) ? browse.twice : undefined}
            onInput={(name) => change({ ...note, name })}
          />
          <TextField
            label={browse.customValue(note.name)}
            bare
            mono
            value={note.value}
            onInput={(value) => change({ ...note, value })}
          />
          <IconButton
            icon="remove"
            label={browse.removeCustom(note.name)}
            onClick={() => onChange(notes.filter(({ id }) => id !== note.id))}
          />
        </div>
      ))}
      <Button kind="quiet" icon="plus" onClick={() => onChange([...notes, newNote()])}>
        {browse.addCustom}
      </Button>
    </fieldset>
  );
};

const MISMATCH = /metadata check-and-set parameter does not match/;

interface SettingsDialogProps {
  readonly at: KvPath;
  readonly metadata: KvMetadata;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

export const SettingsDialog = ({ at, metadata, onClose, onSaved }: SettingsDialogProps) => {
  const [draft, setDraft] = useState<SettingsDraft>(() => draftOf(metadata));
  const { busy, failure, act } = useAct();
  const faults = faultsOf(draft);
  const addresses = addressesOf(at);

  const save = async (): Promise<void> => {
    if (!isValid(draft) || addresses.version === 1) return;
    const { metadata: path } = addresses;
    if (!(await act(() => post(path, bodyOf(draft, metadata))))) return;
    toast(browse.did.settings);
    onSaved();
  };

  const conflict = failure?.errors.some((error) => MISMATCH.test(error));
  return (
    <FormDialog title={browse.settings} action={browse.save} busy={busy} onSubmit={save} onClose={onClose}>
      {failure && (conflict ? <Note kind="warn">{browse.settingsConflict}</Note> : <Failed failure={failure} />)}
      <TextField
        label={browse.versionsKept}
        hint={browse.versionsKeptHint}
        type="number"
        value={draft.maxVersions}
        error={faults.maxVersions ? browse.badNumber : undefined}
        onInput={(maxVersions) => setDraft({ ...draft, maxVersions })}
      />
      <DurationField
        label={browse.deleteAfter}
        hint={browse.deleteAfterHint}
        value={draft.deleteAfter}
        onInput={(deleteAfter) => setDraft({ ...draft, deleteAfter })}
      />
      <Checkbox
        label={browse.casRequired}
        hint={browse.casRequiredHint}
        checked={draft.casRequired}
        onChange={(casRequired) => setDraft({ ...draft, casRequired })}
      />
      <Notes notes={draft.notes} twice={faults.twice} onChange={(notes) => setDraft({ ...draft, notes })} />
    </FormDialog>
  );
};
