import { useState } from "preact/hooks";
import { get, post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { textIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { useAct } from "../../client/use-act.ts";
import { useApi } from "../../client/use-api.ts";
import { Button, Code, Note, toast } from "../../kit/index.ts";
import { onboard } from "../../texts/onboard.ts";
import type { Steps } from "./steps.ts";

/** The role, saved by the page; and whether the method tells servers of one IAM role apart. */

interface RoleStepProps {
  readonly mount: string;
  readonly name: string;
  readonly role: Steps["role"];
}

const Apart = ({ mount }: { readonly mount: string }) => {
  const path = `auth/${mount}config/identity`;
  const { may } = useSession();
  const { answer, again } = useApi(may(path, "read") ? { method: "GET", path } : undefined);
  const { busy, failure, act } = useAct();
  if (!answer?.ok || textIn(answer.data, "iam_alias") === "ssm_instance_id") return null;
  const change = async (): Promise<void> => {
    if (!(await act(() => post(path, { iam_alias: "ssm_instance_id" })))) return;
    toast(onboard.apartDone);
    again();
  };
  return (
    <>
      <Note
        kind="info"
        actions={
          may(path, "update") && (
            <Button busy={busy} onClick={() => void change()}>
              {onboard.apart}
            </Button>
          )
        }
      >
        {onboard.shared}
      </Note>
      {failure && <Failed failure={failure} />}
    </>
  );
};

export const RoleStep = ({ mount, name, role }: RoleStepProps) => {
  const [exists, setExists] = useState(false);
  const { busy, failure, act } = useAct();
  const path = `auth/${mount}role/${name}`;
  const save = async (look: boolean): Promise<void> => {
    const saved = await act(async () => (look && (await get(path)).ok ? "exists" : post(path, role)));
    setExists(saved === "exists");
    if (saved && saved !== "exists") toast(onboard.saved(name));
  };
  return (
    <>
      <Code text={JSON.stringify(role, undefined, 2)} label={onboard.as.role} copy />
      {exists ? (
        <Note
          kind="warn"
          actions={
            <Button busy={busy} onClick={() => void save(false)}>
              {onboard.replace}
            </Button>
          }
        >
          {onboard.exists(name)}
        </Note>
      ) : (
        <p>
          <Button kind="primary" busy={busy} onClick={() => void save(true)}>
            {onboard.save}
          </Button>
        </p>
      )}
      {failure && <Failed failure={failure} />}
      <Apart mount={mount} />
    </>
  );
};
