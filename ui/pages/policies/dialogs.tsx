import { Button, ConfirmTyped, Dialog } from "../../kit/index.ts";
import { policies } from "../../texts/policies.ts";
import { Compare } from "./compare.tsx";
import type { PolicyDraft } from "./use-draft.ts";
import type { UsedSaving } from "./use-saving.ts";

/** What is asked or shown over the editor. */

export const Dialogs = ({ draft, saving }: { readonly draft: PolicyDraft; readonly saving: UsedSaving }) => {
  const close = (): void => saving.ask("nothing");
  if (saving.asked === "compare") {
    return (
      <Dialog
        wide
        title={policies.compareTitle}
        onClose={close}
        actions={<Button onClick={close}>{policies.close}</Button>}
      >
        <Compare before={draft.base?.text ?? ""} after={draft.text} />
      </Dialog>
    );
  }
  if (saving.asked === "remove") {
    return (
      <ConfirmTyped
        title={policies.removeTitle(draft.name)}
        name={draft.name}
        action={policies.remove}
        busy={saving.busy}
        onConfirm={() => void saving.removeIt()}
        onClose={close}
      >
        <p>{policies.removeText}</p>
      </ConfirmTyped>
    );
  }
  if (saving.asked !== "own") return undefined;
  return (
    <ConfirmTyped
      title={policies.ownTitle}
      name={draft.name}
      action={policies.ownSave}
      busy={saving.busy}
      onConfirm={() => void saving.write()}
      onClose={close}
    >
      <p>{policies.ownText(draft.name)}</p>
    </ConfirmTyped>
  );
};
