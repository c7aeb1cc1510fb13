import { useEffect, useState } from "preact/hooks";
import { type Answer, get, post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { numberIn, objectsIn, textIn } from "../../client/read-json.ts";
import { useAct } from "../../client/use-act.ts";
import { Button, ConfirmTyped, Note, toast } from "../../kit/index.ts";
import { leases } from "../../texts/leases.ts";

/** Revokes everything below a prefix, and follows what takes longer than a request. */

const EVERY_MS = 2_000;

type Progress =
  | { readonly at: "working"; readonly done: number }
  | { readonly at: "unseen" | "done" }
  | { readonly at: "failed"; readonly why: string };

const progressIn = (answer: Answer, job: string): Progress => {
  if (!answer.ok) return answer.kind === "denied" ? { at: "unseen" } : { at: "working", done: 0 };
  const found = objectsIn(answer.data, "jobs").find((one) => textIn(one, "id") === job);
  const state = found && textIn(found, "state");
  if (found && state === "running") return { at: "working", done: numberIn(found, "handled") };
  return found && state === "failure" ? { at: "failed", why: textIn(found, "error") } : { at: "done" };
};

const useJob = (job: string | undefined): Progress | undefined => {
  const [progress, setProgress] = useState<Progress>();
  useEffect(() => {
    if (job === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let current = true;
    const ask = async (): Promise<void> => {
      const next = progressIn(await get("sys/leases/jobs"), job);
      if (!current) return;
      setProgress(next);
      if (next.at === "working") timer = setTimeout(ask, EVERY_MS);
    };
    setProgress({ at: "working", done: 0 });
    void ask();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [job]);
  return progress;
};

const Told = ({ prefix, progress }: { readonly prefix: string; readonly progress: Progress }) => {
  switch (progress.at) {
    case "working":
      return <Note kind="info">{leases.working(prefix, progress.done)}</Note>;
    case "unseen":
      return <Note kind="info">{leases.workingUnseen(prefix)}</Note>;
    case "done":
      return <Note kind="info">{leases.revokedAll(prefix)}</Note>;
    case "failed":
      return (
        <Note kind="danger">
          {leases.failed(prefix)} {progress.why}
        </Note>
      );
  }
};

interface RevokeAllProps {
  /** With its slash at the end. */
  readonly prefix: string;
  /** The list may have changed. */
  readonly onChange: () => void;
}

export const RevokeAll = ({ prefix, onChange }: RevokeAllProps) => {
  const [asking, setAsking] = useState(false);
  const { busy, failure, act } = useAct();
  const [job, setJob] = useState<string>();
  const progress = useJob(job);
  const isDone = progress?.at === "done";
  useEffect(() => {
    if (isDone) onChange();
  }, [isDone]);

  const revoke = async (): Promise<void> => {
    const answer = await act(() => post(`sys/leases/revoke-prefix/${prefix.replace(/\/$/, "")}`));
    setAsking(false);
    if (!answer) return;
    const id = textIn(answer.data, "job_id");
    setJob(id === "" ? undefined : id);
    if (id === "") toast(leases.revokedAll(prefix));
    onChange();
  };

  return (
    <div class="leases-revoke">
      <div class="actions">
        <Button kind="danger" label={`${leases.revokeAll} ${prefix}`} onClick={() => setAsking(true)}>
          {leases.revokeAll}
        </Button>
      </div>
      {progress && <Told prefix={prefix} progress={progress} />}
      {failure && <Failed failure={failure} />}
      {asking && (
        <ConfirmTyped
          title={leases.revokeAllTitle}
          name={prefix}
          action={leases.revokeAll}
          busy={busy}
          onConfirm={() => void revoke()}
          onClose={() => setAsking(false)}
        >
          <p>{leases.revokeAllText(prefix)}</p>
        </ConfirmTyped>
      )}
    </div>
  );
};
