import { useEffect, useState } from "preact/hooks";
import type { Callback } from "../client/callback.ts";
import { askAttempt } from "../client/port.ts";
import type { Stage } from "../client/stage.ts";
import { ownPlace } from "../foreign-links.ts";
import { Page } from "../kit/index.ts";
import { SignInForm } from "../pages/sign-in/form.tsx";
import { navigate } from "../router.ts";
import { signIn } from "../texts/sign-in.ts";
import { Bare, Waiting } from "./notices.tsx";
import { Brand } from "./side.tsx";

/** The end of a login that led over another site: the worker has its secret, the browser came back with the code. */

const { refused } = signIn;

/** A provider says why in a word of a standard's list; nothing else of it is shown. */
const providerWord = (text: string): string => (/^[a-z_]{1,40}$/.test(text) ? text : "error");

interface FinishingProps {
  readonly callback: Callback;
  readonly stage: Extract<Stage, { is: "out" | "in" | "away" }>;
  readonly onEnd: () => void;
}

export const Finishing = ({ callback, stage, onEnd }: FinishingProps) => {
  const [error, setError] = useState<string>();
  const [done, setDone] = useState(false);
  const ended = done || error !== undefined;
  useEffect(() => {
    void askAttempt({ how: "callback", ...callback }).then(({ answer, signedIn, backTo }) => {
      const { error: told } = callback.query;
      if (signedIn) {
        navigate(ownPlace(backTo), { replace: true });
        setDone(true);
      } else if (answer.status === 410) setError(refused.lost);
      else if (told !== undefined) setError(refused.provider(providerWord(told)));
      else setError(answer.status === 0 ? refused.network : refused.other);
    });
  }, [callback]);
  useEffect(() => {
    if (ended && stage.is === "in") onEnd();
  }, [ended, stage.is]);
  return (
    <div class="shell-out">
      <header>
        <Brand />
      </header>
      <Bare>
        {error === undefined || stage.is === "in" ? (
          <Waiting title={signIn.finishing} />
        ) : (
          <Page title={signIn.title(location.host)}>
            <SignInForm mounts={stage.mounts.auth} first={callback.mount} error={error} />
          </Page>
        )}
      </Bare>
    </div>
  );
};
