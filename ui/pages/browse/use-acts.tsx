import { useState } from "preact/hooks";
import type { Answer, Failure } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import type { KvPath } from "../../client/kv.ts";
import { Note, toast } from "../../kit/index.ts";
import { browse } from "../../texts/browse.ts";
import { type Act, actOn, deleteLatest, restore } from "./acts.ts";
import type { Secret } from "./use-secret.ts";

/** Acts on versions, one at a time; says what was done once it is done, and undoes a deletion. */

type Problem = Failure | "conflict" | undefined;

export const useActs = (at: KvPath, secret: Secret) => {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const { rights, again } = secret;

  const run = async (ask: () => Promise<Answer>, said: string, undo?: () => void): Promise<boolean> => {
    setBusy(true);
    setProblem(undefined);
    const answer = await ask();
    setBusy(false);
    if (!answer.ok) {
      setProblem(answer);
      return false;
    }
    toast(said, undo && { label: browse.undo, run: undo });
    again();
    return true;
  };

  const act = (what: Act, version: number): Promise<boolean> => {
    const bringBack = (): void => void run(() => actOn(at, "undelete", version), browse.did.undelete(version));
    const undo = what === "delete" && rights.undelete ? bringBack : undefined;
    const ask = what === "delete" && !rights.delete ? () => deleteLatest(at) : () => actOn(at, what, version);
    return run(ask, browse.did[what](version), undo);
  };

  const bring = async (version: number, current: number): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    const done = await restore(at, version, current);
    setBusy(false);
    if (done.is === "failed") setProblem(done.failure);
    if (done.is === "conflict") setProblem("conflict");
    if (done.is === "restored") toast(browse.did.restore(version, done.as));
    if (done.is !== "failed") again();
  };

  return {
    busy,
    act: (what: Act, version: number): void => {
      if (!busy) void act(what, version);
    },
    restore: (version: number, current: number): void => {
      if (!busy) void bring(version, current);
    },
    problem: problem && (
      <div>{problem === "conflict" ? <Note kind="warn">{browse.conflict}</Note> : <Failed failure={problem} />}</div>
    ),
  };
};
