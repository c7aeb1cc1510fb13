import { remove } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { load } from "../../client/stage.ts";
import { useAct, useGo } from "../../client/use-act.ts";
import { ConfirmTyped, toast } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { mounts } from "../../texts/mounts.ts";
import { addressOf, endpointOf, type Mount } from "./mount.ts";

/** What is lost with a mount, and its path to type. */
export const RemoveDialog = ({ mount, onClose }: { readonly mount: Mount; readonly onClose: () => void }) => {
  const { busy, failure, act } = useAct();
  const { go } = useGo();
  const address = addressOf(mount);
  const confirm = async (): Promise<void> => {
    if (!(await act(() => remove(endpointOf(mount))))) return;
    toast(mounts.removed(address));
    void load();
    go(hrefOf("mounts"), { replace: true });
  };
  return (
    <ConfirmTyped
      title={mounts.removeTitle(address)}
      name={address}
      action={mounts.remove}
      busy={busy}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>{mount.kind === "secret" ? mounts.removeSecret : mounts.removeAuth}</p>
      {failure && <Failed failure={failure} />}
    </ConfirmTyped>
  );
};
