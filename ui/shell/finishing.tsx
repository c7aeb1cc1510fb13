import { useEffect, useState } from "preact/hooks";
import type { Callback } from "../client/callback.ts";
import { askAttempt } from "../client/port.ts";
import type { Stage } from "../client/stage.ts";
import { Page } from "../kit/index.ts";
import { SignInForm } from "../pages/sign-in/form.tsx";
import { outcomeOf, type Requirement } from "../pages/sign-in/outcome.ts";
import type { Attempted } from "../protocol.ts";
import { goBackTo } from "../router.ts";
import { signIn } from "../texts/sign-in.ts";
import { Bare, Waiting } from "./notices.tsx";
import { Brand } from "./side.tsx";

/** The end of a login that led over another site: the worker has its secret, the browser came back with the code. */

const { refused } = signIn;

/** A provider says why in a word of a standard's list; nothing else of it is shown. */
const providerWord = (text: string): string => (/^[a-z_]{1,40}$/.test(text) ? text : "error");

type End =
  | { readonly is: "in"; readonly backTo: string | undefined }
  | { readonly is: "factor"; readonly requirement: Requirement; readonly backTo: string | undefined }
  | { readonly is: "refused"; readonly error: string };

const endOf = ({ query: { error } }: Callback, attempted: Attempted): End => {
  const outcome = outcomeOf("redirect", attempted);
  const { answer, backTo } = attempted;
  if (outcome.is === "in") return { is: "in", backTo };
  if (outcome.is === "factor") return { ...outcome, backTo };
  if (answer.status === 410) return { is: "refused", error: refused.lost };
  if (error !== undefined) return { is: "refused", error: refused.provider(providerWord(error)) };
  return { is: "refused", error: answer.status === 0 ? refused.network : refused.other };
};

interface FinishingProps {
  readonly callback: Callback;
  readonly stage: Extract<Stage, { is: "out" | "in" | "away" }>;
  readonly onEnd: () => void;
}

export const Finishing = ({ callback, stage, onEnd }: FinishingProps) => {
  const [end, setEnd] = useState<End>();
  useEffect(() => {
    void askAttempt({ how: "callback", ...callback }).then((attempted) => setEnd(endOf(callback, attempted)));
  }, [callback]);
  useEffect(() => {
    if (!end || stage.is !== "in") return;
    if (end.is === "refused") onEnd();
    else void goBackTo(end.backTo).then(onEnd);
  }, [end, stage.is]);
  return (
    <div class="shell-out">
      <header>
        <Brand />
      </header>
      <Bare>
        {!end || end.is === "in" || stage.is === "in" || !stage.mounts ? (
          <Waiting title={signIn.finishing} />
        ) : (
          <Page title={signIn.title(location.host)}>
            <SignInForm
              mounts={stage.mounts.auth}
              first={callback.mount}
              error={end.is === "refused" ? end.error : undefined}
              requirement={end.is === "factor" ? end.requirement : undefined}
            />
          </Page>
        )}
      </Bare>
    </div>
  );
};
