import { useRef, useState } from "preact/hooks";
import { useListener } from "../client/use-listener.ts";
import { useGuard } from "../router.ts";
import { kit } from "../texts/kit.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

type LeaveWords = { readonly [word in keyof typeof kit.leave]: string };

/** Holds moves to other pages back while `unsaved`, and asks. What it returns must be rendered: the question. */
export const useLeaveWarning = (unsaved: boolean, words: Partial<LeaveWords> = {}) => {
  const [proceed, setProceed] = useState<() => void>();
  const guard = useRef((go: () => void): boolean => {
    setProceed(() => go);
    return false;
  });
  useGuard(unsaved ? guard.current : undefined);
  useListener(["beforeunload"], (event) => event.preventDefault(), { active: unsaved });
  if (!proceed) return undefined;
  const said = { ...kit.leave, ...words };
  const stay = (): void => setProceed(undefined);
  return (
    <Dialog
      title={said.title}
      onClose={stay}
      actions={
        <>
          <Button kind="primary" onClick={stay}>
            {said.stay}
          </Button>
          <Button kind="danger" onClick={proceed}>
            {said.leave}
          </Button>
        </>
      }
    >
      <p>{said.text}</p>
    </Dialog>
  );
};
