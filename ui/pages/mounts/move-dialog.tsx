import { useEffect, useState } from "preact/hooks";
import { get, post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { objectIn, textIn } from "../../client/read-json.ts";
import { load } from "../../client/stage.ts";
import { useAct, useGo } from "../../client/use-act.ts";
import { FormDialog, Loading, Note, TextField, toast } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { mounts } from "../../texts/mounts.ts";
import { addressOf, type Mount, pathIsSound } from "./mount.ts";

/** Moves a mount and follows the move to its end: the server does it after it has answered. */

const FOLLOW_MS = 1_000;

/** `undefined`: under way. */
const useMove = (migration: string | undefined): string | undefined => {
  const [ended, setEnded] = useState<string | undefined>(undefined);
  useEffect(() => {
    if (migration === undefined) return;
    const look = async (): Promise<void> => {
      const answer = await get(`sys/remount/status/${migration}`);
      const status = textIn(objectIn(answer.data, "migration_info"), "status");
      if (answer.ok && status !== "in-progress") setEnded(status);
    };
    void look();
    const timer = setInterval(() => void look(), FOLLOW_MS);
    return () => clearInterval(timer);
  }, [migration]);
  return ended;
};

export const MoveDialog = ({ mount, onClose }: { readonly mount: Mount; readonly onClose: () => void }) => {
  const from = addressOf(mount);
  const prefix = mount.kind === "auth" ? "auth/" : "";
  const [typed, setTyped] = useState(mount.path.replace(/\/$/, ""));
  const [tried, setTried] = useState(false);
  const [migration, setMigration] = useState<string | undefined>(undefined);
  const { busy, failure, act } = useAct();
  const { go } = useGo();
  const ended = useMove(migration);
  const wanted = typed.replace(/\/+$/, "");
  const to = `${prefix}${wanted}/`;

  useEffect(() => {
    if (ended !== "success") return;
    toast(mounts.moved(from, to));
    void load();
    go(hrefOf("mounts", to), { replace: true });
  }, [ended]);

  const move = async (): Promise<void> => {
    setTried(true);
    if (!pathIsSound(wanted) || to === from) return;
    const answer = await act(() => post("sys/remount", { from, to }));
    if (answer) setMigration(textIn(answer.data, "migration_id"));
  };

  const underWay = migration !== undefined && ended === undefined;
  return (
    <FormDialog
      title={mounts.moveTitle(from)}
      action={mounts.move}
      busy={busy || underWay}
      onSubmit={move}
      onClose={onClose}
    >
      <p>
        {mounts.moveText} {mounts.moveTokens}
      </p>
      <TextField
        label={mounts.moveTo}
        value={typed}
        onInput={setTyped}
        error={tried && !pathIsSound(wanted) ? mounts.pathWrong : undefined}
        mono
        autofocus
      />
      {underWay && (
        <>
          <p role="status">{mounts.moving(from, to)}</p>
          <Loading />
        </>
      )}
      {ended !== undefined && ended !== "success" && <Note kind="danger">{mounts.moveFailed(ended)}</Note>}
      {failure && <Failed failure={failure} />}
    </FormDialog>
  );
};
