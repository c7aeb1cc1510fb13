import { useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Stage } from "../client/stage.ts";
import { Button, Loading, Toasts } from "../kit/index.ts";
import { SignInForm } from "../pages/sign-in/form.tsx";
import { BASE } from "../routes.ts";
import { shell } from "../texts/shell.ts";

/**
 * Over a page whose session is locked or ended: the page stands behind it, out of reach, and goes on when the same
 * person signs in. It cannot be closed, only left.
 */

const words = shell.away;

export const AwayDialog = ({ stage }: { readonly stage: Extract<Stage, { is: "away" }> }) => {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const opener = document.activeElement;
    ref.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  // The browser closes by itself at the second Escape.
  const stay = (event: Event): void => {
    event.preventDefault();
    if (ref.current && !ref.current.open) ref.current.showModal();
  };
  const { name } = stage.session.who;
  const mount = mountOf(stage.session.who.mount);
  return (
    <dialog class="dialog" ref={ref} aria-labelledby={id} onCancel={stay} onClose={stay}>
      <div class="shell-away">
        <h2 id={id}>{words[stage.why]}</h2>
        <p>{stage.why === "locked" ? words.lockedText(name) : words.endedText(name)}</p>
        {stage.mounts ? (
          <SignInForm
            mounts={stage.mounts.auth}
            first={mount === "" ? "token" : mount}
            name={mount === "" ? undefined : name}
            aside
            nextToIt={
              <Button kind="quiet" onClick={() => location.replace(BASE)}>
                {words.leave}
              </Button>
            }
          />
        ) : (
          <Loading />
        )}
      </div>
      <Toasts />
    </dialog>
  );
};

/** `auth/userpass/` is `userpass`. */
const mountOf = (mount: string): string => mount.replace(/^auth\/|\/$/g, "");
