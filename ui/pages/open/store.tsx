import { useState } from "preact/hooks";
import { type Answer, call } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { addressesOf, isFolder, type KvPath, kvPathOf, placesToKeep } from "../../client/kv.ts";
import { isMismatch } from "../../client/kv-answers.ts";
import type { MountShown } from "../../client/session.ts";
import { unlessThere, useAct } from "../../client/use-act.ts";
import { Combobox, FormDialog, toast } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
import { hrefOf } from "../../routes.ts";
import { open } from "../../texts/open.ts";

/** Stores what was opened as a new secret, exactly as it came; nothing that is there already is overwritten. */

const store = async (at: KvPath, json: string): Promise<"taken" | Answer> => {
  const { data } = addressesOf(at);
  if (at.version === 2) {
    const body = `{"data":${json},"options":{"cas":0}}`;
    const answer = await call({ method: "POST", path: data, body });
    return !answer.ok && isMismatch(answer) ? "taken" : answer;
  }
  // Version 1 has no check-and-set: the least that can be done is to look.
  return unlessThere(data, () => call({ method: "POST", path: data, body: json }));
};

interface StoreDialogProps {
  /** The text of one JSON object. */
  readonly json: string;
  readonly mounts: readonly MountShown[];
  readonly onStored: () => void;
  readonly onClose: () => void;
}

export const StoreDialog = ({ json, mounts, onStored, onClose }: StoreDialogProps) => {
  const kvMounts = placesToKeep(mounts);
  const [path, setPath] = useState(kvMounts[0] ?? "");
  const [error, setError] = useState<string>();
  const { busy, failure, act } = useAct();

  const save = async (): Promise<void> => {
    const at = kvPathOf(mounts, path);
    setError(at && !isFolder(at.path) ? undefined : open.storeBad);
    if (!at || isFolder(at.path)) return;
    const stored = await act(() => store(at, json));
    if (stored === "taken") return setError(open.storeTaken);
    if (!stored) return;
    toast(open.stored(path), { label: open.storedGo, run: () => navigate(hrefOf("browse", path)) });
    onStored();
  };

  return (
    <FormDialog title={open.storeTitle} action={open.storeSave} busy={busy} onSubmit={save} onClose={onClose}>
      <Combobox
        label={open.storePath}
        hint={open.storeHint}
        error={error}
        value={path}
        options={kvMounts}
        onInput={setPath}
        autofocus
      />
      {failure && <Failed failure={failure} />}
    </FormDialog>
  );
};
