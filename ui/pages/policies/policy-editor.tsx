import { useMemo } from "preact/hooks";
import { Failed } from "../../client/denied.tsx";
import { useSession } from "../../client/session.ts";
import { useSaveKey } from "../../client/use-act.ts";
import { Button, Note, TextField, useLeaveWarning } from "../../kit/index.ts";
import { draftOf } from "../../policy/draft.ts";
import { policies } from "../../texts/policies.ts";
import { ConflictNote } from "./conflict-note.tsx";
import { Dialogs } from "./dialogs.tsx";
import { Holders } from "./holders.tsx";
import type { SavedPolicy } from "./saved.ts";
import { TextEditor } from "./text-editor.tsx";
import { TrialPanel } from "./trial-panel.tsx";
import { type PolicyDraft, useDraft } from "./use-draft.ts";
import { type UsedSaving, useSaving } from "./use-saving.ts";

/** One policy: its text with the server's errors while it is written, what it would decide, and saving it. */

interface PartProps {
  readonly draft: PolicyDraft;
  readonly saving: UsedSaving;
}

const Trouble = ({ draft, saving }: PartProps) => {
  const { failure, conflict } = saving;
  if (failure) return <Failed failure={failure} />;
  if (!conflict) return undefined;
  return (
    <ConflictNote
      theirs={conflict.theirs}
      mine={draft.text}
      onTake={(theirs) => {
        draft.change({ text: theirs.text, base: theirs });
        saving.setConflict(undefined);
      }}
      onKeep={(theirs) => {
        draft.change({ base: theirs });
        saving.setConflict(undefined);
      }}
    />
  );
};

const Actions = ({ draft, saving, removable }: PartProps & { readonly removable: boolean }) => (
  <div class="actions">
    <Button
      kind="primary"
      onClick={() => void saving.save()}
      busy={saving.busy}
      disabled={!draft.changed || !draft.judged.ok || draft.name === ""}
    >
      {policies.save}
    </Button>
    {draft.base && (
      <Button onClick={() => saving.ask("compare")} disabled={!draft.changed}>
        {policies.compare}
      </Button>
    )}
    {draft.changed && <Button onClick={draft.discard}>{policies.discard}</Button>}
    {removable && (
      <Button kind="danger" onClick={() => saving.ask("remove")}>
        {policies.remove}
      </Button>
    )}
  </div>
);

/** What is saved under this name, as the server reads it. */
const useSavedPolicy = (base: SavedPolicy | undefined) =>
  useMemo(() => {
    const read = base && draftOf(base.name, base.text);
    return read?.ok ? read.policy : undefined;
  }, [base]);

const useRights = (saved: SavedPolicy | undefined, draft: PolicyDraft) => {
  const { may } = useSession();
  const path = `sys/policies/acl/${draft.name || "new"}`;
  return {
    writable: may(path, "update") || (!saved && may(path, "create")),
    removable: saved !== undefined && saved.name !== "default" && may(path, "delete"),
  };
};

export const PolicyEditor = ({ saved }: { readonly saved: SavedPolicy | undefined }) => {
  const draft = useDraft(saved);
  const saving = useSaving(saved, draft);
  const { changed, judged } = draft;
  const leaveWarning = useLeaveWarning(changed && !saving.busy);
  const now = useSavedPolicy(draft.base);
  const { writable, removable } = useRights(saved, draft);
  useSaveKey(() => {
    if (changed && writable) void saving.save();
  });
  return (
    <>
      {draft.restored && changed && <Note kind="info">{policies.restored}</Note>}
      {!saved && (
        <TextField
          label={policies.name}
          hint={policies.nameHint}
          error={saving.taken !== undefined && saving.taken === draft.name ? policies.nameTaken : undefined}
          value={draft.name}
          onInput={(name) => draft.change({ name: name.toLowerCase() })}
          mono
          required
          autofocus
        />
      )}
      <TextEditor
        value={draft.text}
        onInput={(text) => draft.change({ text })}
        errors={judged.ok ? [] : judged.errors}
        readonly={!writable}
      />
      {judged.ok && <p class="muted small">{policies.rules(judged.policy.stanzas.length)}</p>}
      <Trouble draft={draft} saving={saving} />
      {writable && <Actions draft={draft} saving={saving} removable={removable} />}
      {judged.ok && (
        <TrialPanel
          draft={judged.policy}
          saved={now}
          onAdd={(stanza) => draft.change({ text: `${draft.text.trimEnd()}\n\n${stanza}` })}
        />
      )}
      {saved && <Holders name={saved.name} />}
      <Dialogs draft={draft} saving={saving} />
      {leaveWarning}
    </>
  );
};
