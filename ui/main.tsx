// First, before anything else is fetched or drawn: what came in the address is taken out of it.
import "./share/arrival.ts";
import { render } from "preact";
import { takeCallback } from "./client/callback.ts";
import { introduceAgain, leave } from "./client/port.ts";
import { load, start } from "./client/stage.ts";
import { startTheme } from "./client/theme.ts";
import { startRouter } from "./router.ts";
import { App } from "./shell/app.tsx";

/** The page begins: who is signed in is asked for at once, and drawn when it is known. */

const callback = takeCallback();
startTheme();
const arrived = startRouter();
if (isSecureContext) start();

addEventListener("pagehide", ({ persisted }) => {
  if (!persisted) leave();
});
// Out of the back/forward cache: somebody else may be signed in by now, or nobody.
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  introduceAgain();
  void load();
});

void arrived.then(() => render(<App callback={callback} />, document.body));
