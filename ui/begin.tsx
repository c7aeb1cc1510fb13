import { render } from "preact";
import type { takeCallback } from "./client/callback.ts";
import { introduceAgain, leave } from "./client/port.ts";
import { load, start } from "./client/stage.ts";
import { startTheme } from "./client/theme.ts";
import { startRouter } from "./router.ts";
import { App } from "./shell/app.tsx";

/** The page begins: drawn when it is known who is signed in. */
export const begin = (callback: ReturnType<typeof takeCallback>): void => {
  startTheme();
  startRouter();
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

  render(<App callback={callback} />, document.body);
};
