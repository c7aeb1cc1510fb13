import { useState } from "preact/hooks";
import { remove } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { useSession } from "../../client/session.ts";
import { useAct, useGo } from "../../client/use-act.ts";
import { Button, ConfirmTyped, toast } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import type { access } from "../../texts/access.ts";

interface DeletingProps {
  readonly path: string;
  readonly name: string;
  /** The button's text. */
  readonly action: string;
  readonly title: string;
  readonly text: string;
  /** Said once it is done. */
  readonly done: string;
  /** Where the list is that it was in. */
  readonly tab: keyof typeof access.tabs;
}

/** Deletes what has this page, once its name is typed; nothing for those who may not. */
export const Deleting = ({ path, name, action, title, text, done, tab }: DeletingProps) => {
  const { may } = useSession();
  const [asking, setAsking] = useState(false);
  const { failure, act } = useAct();
  const { go } = useGo();
  if (!may(path, "delete")) return null;
  const close = (): void => setAsking(false);
  const drop = async (): Promise<void> => {
    close();
    if (!(await act(() => remove(path)))) return;
    toast(done);
    go(hrefOf("access", "", { tab }));
  };
  return (
    <>
      <Button kind="danger" onClick={() => setAsking(true)}>
        {action}
      </Button>
      {failure && <Failed failure={failure} />}
      {asking && (
        <ConfirmTyped title={title} name={name} action={action} onConfirm={() => void drop()} onClose={close}>
          <p>{text}</p>
        </ConfirmTyped>
      )}
    </>
  );
};
