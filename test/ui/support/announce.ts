import { findBrowser } from "./browser.ts";

/** Before all suites: says once why they are skipped. */
export default (): void => {
  if (findBrowser() === undefined)
    process.stdout.write("test:ui: no Chromium on this machine (CHROMIUM=path, chromium, google-chrome): skipped\n");
};
