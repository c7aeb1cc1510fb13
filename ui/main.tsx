// First: it has begun already, unless this arrived before it.
import "./begin.ts";
import { render } from "preact";
import { takeCallback } from "./client/callback.ts";
import { patience } from "./client/patience.ts";
import { introduceAgain } from "./client/port.ts";
import { load, start } from "./client/stage.ts";
import { startTheme } from "./client/theme.ts";
import { startRouter } from "./router.ts";
import { App } from "./shell/app.tsx";

/** The page is drawn, once it is known who is signed in. */

const callback = takeCallback();
startTheme();
const arrived = startRouter();
const known = isSecureContext ? start() : undefined;

// Out of the back/forward cache: somebody else may be signed in by now, or nobody.
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  introduceAgain();
  void load();
});

/** In which nothing is drawn rather than that something is loading, which shows nothing at first either. */
const PATIENCE_MS = 200;

void Promise.all([arrived, Promise.race([known, patience(PATIENCE_MS)])]).then(() =>
  render(<App callback={callback} />, document.body),
);
