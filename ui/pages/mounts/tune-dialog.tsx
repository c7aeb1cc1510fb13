import { useState } from "preact/hooks";
import { post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { useAct } from "../../client/use-act.ts";
import { Checkbox, DurationField, FormDialog, parseDuration, TextField, toast } from "../../kit/index.ts";
import { mounts } from "../../texts/mounts.ts";
import { addressOf, endpointOf, type Mount } from "./mount.ts";

/** The settings people change most; the rest are in the forms of `sys/mounts/M/tune`. */

interface TuneDialogProps {
  readonly mount: Mount;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

const shown = (seconds: number): string => (seconds === 0 ? "" : `${seconds}s`);
const isSound = (duration: string): boolean => duration === "" || parseDuration(duration) !== undefined;

export const TuneDialog = ({ mount, onClose, onSaved }: TuneDialogProps) => {
  const [description, setDescription] = useState(mount.description);
  const [defaultTtl, setDefaultTtl] = useState(shown(mount.defaultTtl));
  const [maxTtl, setMaxTtl] = useState(shown(mount.maxTtl));
  const [listed, setListed] = useState(mount.listed);
  const { busy, failure, act } = useAct();
  const address = addressOf(mount);

  const save = async (): Promise<void> => {
    if (!isSound(defaultTtl) || !isSound(maxTtl)) return;
    const done = await act(() =>
      post(`${endpointOf(mount)}/tune`, {
        description,
        default_lease_ttl: defaultTtl || "system",
        max_lease_ttl: maxTtl || "system",
        ...(mount.kind === "auth" && { listing_visibility: listed ? "unauth" : "hidden" }),
      }),
    );
    if (!done) return;
    toast(mounts.saved(address));
    onSaved();
  };

  return (
    <FormDialog title={mounts.tuneTitle(address)} action={mounts.save} busy={busy} onSubmit={save} onClose={onClose}>
      <TextField label={mounts.description} value={description} onInput={setDescription} autofocus />
      <DurationField label={mounts.defaultTtl} hint={mounts.tuneTtlHint} value={defaultTtl} onInput={setDefaultTtl} />
      <DurationField label={mounts.maxTtl} hint={mounts.tuneTtlHint} value={maxTtl} onInput={setMaxTtl} />
      {mount.kind === "auth" && <Checkbox label={mounts.tuneListed} checked={listed} onChange={setListed} />}
      {failure && <Failed failure={failure} />}
    </FormDialog>
  );
};
