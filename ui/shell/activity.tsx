import { useEffect, useRef, useState } from "preact/hooks";
import { onWorkerState, order, workerState } from "../client/port.ts";
import { useListener } from "../client/use-listener.ts";
import { announce, Button, Dialog } from "../kit/index.ts";
import { shell } from "../texts/shell.ts";

/** Tells the worker that somebody is here, and asks before it locks. */

const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel"] as const;
const AT_MOST_EVERY = 5_000;
const words = shell.idle;

const useActivity = (): void => {
  const told = useRef(0);
  const tell = (event: Event): void => {
    const now = Date.now();
    if (!event.isTrusted || Math.abs(now - told.current) < AT_MOST_EVERY) return;
    told.current = now;
    order({ kind: "active" });
  };
  useListener(SIGNS, tell, { capture: true, passive: true });
};

const SECOND = 1000;

const Question = ({ locksAt }: { readonly locksAt: number }) => {
  const secondsLeft = (): number => Math.max(0, Math.ceil((locksAt - Date.now()) / SECOND));
  const [seconds, setSeconds] = useState(secondsLeft);
  useEffect(() => {
    announce(words.text);
    const timer = setInterval(() => setSeconds(secondsLeft()), SECOND);
    return () => clearInterval(timer);
  }, [locksAt]);
  const stay = (): void => order({ kind: "stay" });
  return (
    <Dialog
      title={words.title}
      onClose={stay}
      onSubmit={stay}
      actions={
        <>
          <Button kind="primary" type="submit">
            {words.stay}
          </Button>
          <Button onClick={() => order({ kind: "lock" })}>{words.lock}</Button>
        </>
      }
    >
      <p>{words.text}</p>
      <p class="muted" role="timer">
        {words.soon(seconds)}
      </p>
    </Dialog>
  );
};

/** While somebody is signed in. */
export const Activity = () => {
  const [locksAt, setLocksAt] = useState(() => workerState()?.locksAt);
  useActivity();
  useEffect(() => onWorkerState((state) => setLocksAt(state.locksAt)), []);
  return locksAt === undefined ? undefined : <Question locksAt={locksAt} />;
};
