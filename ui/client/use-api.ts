import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiRequest } from "../protocol.ts";
import { type Answer, call } from "./api.ts";
import { useStage } from "./stage.ts";

/** A call that a page shows the answer of. Nothing is cached: an answer lives as long as what shows it. */

export interface Loading {
  /** `undefined`: on its way. */
  readonly answer: Answer | undefined;
  /** Asks again; the answer at hand stays until the new one is there. */
  readonly again: () => void;
}

/**
 * `undefined` for nothing to ask. A changed request (compared by its JSON) is a new call; a late answer is dropped. A
 * lock takes the answer away, and it is asked for again after it; so is one that came when the session had ended.
 */
export const useApi = (request: ApiRequest | undefined): Loading => {
  const stage = useStage();
  const locked = stage.is === "away" && stage.why === "locked";
  const key = request && JSON.stringify(request);
  const [round, setRound] = useState(0);
  const [came, setCame] = useState<{ readonly key: string; readonly answer: Answer }>();
  const latest = useRef(request);
  latest.current = request;

  useEffect(() => {
    const asked = latest.current;
    if (locked) setCame(undefined);
    if (locked || !asked || key === undefined) return;
    let current = true;
    void call(asked).then((answer) => {
      if (current) setCame({ key, answer });
    });
    return () => {
      current = false;
    };
  }, [key, round, locked]);

  const again = useRef(() => setRound((last) => last + 1)).current;
  const answer = came && came.key === key && !locked ? came.answer : undefined;
  const missed = answer !== undefined && !answer.ok && answer.kind === "ended";
  const present = stage.is === "in";
  useEffect(() => {
    if (missed && present) again();
  }, [missed, present]);
  return { answer, again };
};
