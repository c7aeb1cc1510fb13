import { useEffect } from "preact/hooks";
import { askAttempt } from "../../client/port.ts";
import { announce } from "../../kit/index.ts";
import type { Attempted } from "../../protocol.ts";
import { signIn } from "../../texts/sign-in.ts";
import { goesOn, type Provider, type Waiting } from "./outcome.ts";

/** The way to a provider's page in a tab of its own, while this one waits. */

interface WaitProps {
  readonly waiting: Waiting;
  readonly onEnd: (attempted: Attempted) => void;
}

/** Asks until the login is done, which the worker tells all tabs; or until it can no longer be. */
const Wait = ({ waiting: { state, code, every }, onEnd }: WaitProps) => {
  useEffect(() => announce(`${signIn.typeCode} ${code}`), [code]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let current = true;
    const look = async (): Promise<void> => {
      const attempted = await askAttempt({ how: "poll", state });
      if (!current || attempted.signedIn) return;
      if (goesOn(attempted.answer)) timer = setTimeout(() => void look(), every);
      else onEnd(attempted);
    };
    timer = setTimeout(() => void look(), every);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [state]);
  return (
    <p>
      {signIn.typeCode} <strong class="mono sign-in-code">{code}</strong>
    </p>
  );
};

interface ElsewhereProps {
  readonly provider: Provider;
  /** It was waited for, and nobody is signed in: refused, or something more is needed. */
  readonly onEnd: (attempted: Attempted) => void;
}

export const Elsewhere = ({ provider: { url, waiting }, onEnd }: ElsewhereProps) => (
  <div class="sign-in-elsewhere">
    {waiting && <Wait waiting={waiting} onEnd={onEnd} />}
    <p class="muted small">{signIn.aside}</p>
    <div class="actions">
      <a class="button primary" href={url.href} target="_blank" rel="noopener noreferrer">
        {signIn.goOnAt(url.host)}
      </a>
    </div>
  </div>
);
