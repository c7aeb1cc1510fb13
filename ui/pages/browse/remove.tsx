import { useState } from "preact/hooks";
import { Failed } from "../../client/denied.tsx";
import { type KvPath, parentOf } from "../../client/kv.ts";
import { titleOf } from "../../client/kv-place.ts";
import { forgetOpened } from "../../client/lately.ts";
import { forgetNames } from "../../client/names.ts";
import { useAct, useGo } from "../../client/use-act.ts";
import { Button, ConfirmTyped, toast } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { browse } from "../../texts/browse.ts";
import { removeAll } from "./acts.ts";

/** Takes a secret away for good, with all its versions, once its name is typed. */
export const RemoveSecret = ({ at }: { readonly at: KvPath }) => {
  const [asking, setAsking] = useState(false);
  const { busy, failure, act } = useAct();
  const { go } = useGo();
  const name = titleOf(at);
  const plain = at.version === 1;

  const confirm = async (): Promise<void> => {
    const done = await act(() => removeAll(at));
    setAsking(false);
    if (!done) return;
    toast(browse.did.removed(name));
    forgetOpened(at.mount + at.path);
    forgetNames();
    go(hrefOf("browse", at.mount + parentOf(at.path)), { replace: true });
  };

  return (
    <div class="browse-remove">
      {failure && <Failed failure={failure} />}
      <Button kind="danger" icon="remove" onClick={() => setAsking(true)}>
        {plain ? browse.remove : browse.removeAll}
      </Button>
      {asking && (
        <ConfirmTyped
          title={plain ? browse.removePlainTitle(name) : browse.removeTitle(name)}
          name={name}
          action={plain ? browse.remove : browse.removeAll}
          busy={busy}
          onConfirm={() => void confirm()}
          onClose={() => setAsking(false)}
        >
          <p>{plain ? browse.removePlainText : browse.removeText}</p>
        </ConfirmTyped>
      )}
    </div>
  );
};
