import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Callback } from "../client/callback.ts";
import { patience } from "../client/patience.ts";
import { type Stage, useStage } from "../client/stage.ts";
import { clearClipboard, dismissPassing, expectArrival, hideValues, Loading, Toasts, Veil } from "../kit/index.ts";
import SignInPage from "../pages/sign-in/index.tsx";
import { navigate, usePlace } from "../router.ts";
import { BASE, hrefOf, type Place } from "../routes.ts";
import { shell } from "../texts/shell.ts";
import { Activity } from "./activity.tsx";
import { AwayDialog } from "./away-dialog.tsx";
import { CurrentPage } from "./current-page.tsx";
import { Finishing } from "./finishing.tsx";
import { Bare, Insecure, UnknownPage, Unreachable } from "./notices.tsx";
import { useSearchKey } from "./search.ts";
import { Brand, Side } from "./side.tsx";

/** What stands around every page, and which page that is. */

/** Longer than any browser takes to clear the clipboard, and no longer than a person waits for a page to go. */
const CLEARING_MS = 1_000;

/**
 * When the session goes, values and messages go from the screen, and what was copied goes from the clipboard; after a
 * sign-out the document goes too, once that is done. True while it goes: what somebody would write into it is lost.
 */
const useLeaving = (stage: Stage): boolean => {
  const entered = useRef(false);
  if (stage.is === "in") entered.current = true;
  const gone = entered.current && stage.is !== "in" ? stage.is : undefined;
  // With what is drawn over them, and not a frame later.
  useLayoutEffect(() => {
    if (gone === undefined) return;
    hideValues();
    dismissPassing();
    const cleared = clearClipboard();
    if (gone !== "out") return;
    void Promise.race([cleared, patience(CLEARING_MS)]).then(() => location.replace(BASE));
  }, [gone]);
  return gone === "out";
};

/** Signing in is a move too. */
const useArrivalAfterSignIn = (stage: Stage): void => {
  const before = useRef(stage.is);
  useLayoutEffect(() => {
    if (before.current === "out" && stage.is === "in") expectArrival();
    before.current = stage.is;
  }, [stage.is]);
};

const skip = (event: Event): void => {
  event.preventDefault();
  document.querySelector<HTMLElement>("h1")?.focus();
};

type Present = Extract<Stage, { is: "in" | "away" }>;

const SignedIn = ({ stage, place }: { readonly stage: Present; readonly place: Place | undefined }) => {
  const away = stage.is === "away";
  const hidden = away && stage.why === "locked";
  const atSignIn = place?.page === "sign-in" && place.query["redirect_to"] === undefined;
  useSearchKey(!away);
  useEffect(() => {
    if (atSignIn && !away) navigate(hrefOf("home"), { replace: true });
  }, [atSignIn, away]);
  return (
    <>
      <div class={hidden ? "shell locked" : "shell"} inert={away}>
        {/* biome-ignore lint/a11y/useValidAnchor: it goes to the heading, by focus, and leaves the address alone. */}
        <a class="shell-skip" href="#page" onClick={skip}>
          {shell.skip}
        </a>
        <Side session={stage.session} place={place} />
        <main class="shell-main" id="page" key={stage.person}>
          <Veil.Provider value={hidden}>{place ? <CurrentPage place={place} /> : <UnknownPage />}</Veil.Provider>
        </main>
      </div>
      {away ? <AwayDialog stage={stage} /> : <Activity />}
    </>
  );
};

/** Before anybody is signed in: the page where it is open to everybody, else the form. */
const SignedOut = ({ place }: { readonly place: Place | undefined }) => (
  <div class="shell-out">
    <header>
      <Brand />
    </header>
    <Bare>
      {place?.page === "open" ? (
        <CurrentPage place={place} />
      ) : (
        <SignInPage place={place ?? { page: "home", path: "", query: {} }} />
      )}
    </Bare>
  </div>
);

const Stages = ({ callback }: { readonly callback: Callback | undefined }) => {
  const stage = useStage();
  const place = usePlace();
  const [returned, setReturned] = useState(callback);
  const leaving = useLeaving(stage);
  useArrivalAfterSignIn(stage);
  if (!isSecureContext) {
    return (
      <Bare>
        <Insecure />
      </Bare>
    );
  }
  if (leaving || stage.is === "starting") {
    return (
      <Bare>
        <Loading />
      </Bare>
    );
  }
  if (returned && stage.is !== "unreachable") {
    return <Finishing callback={returned} stage={stage} onEnd={() => setReturned(undefined)} />;
  }
  switch (stage.is) {
    case "unreachable":
      return (
        <Bare>
          <Unreachable failure={stage.failure} />
        </Bare>
      );
    case "out":
      return <SignedOut place={place} />;
    default:
      return <SignedIn stage={stage} place={place} />;
  }
};

export const App = ({ callback }: { readonly callback: Callback | undefined }) => (
  <>
    <Stages callback={callback} />
    <section aria-label={shell.messages}>
      <Toasts />
    </section>
  </>
);
