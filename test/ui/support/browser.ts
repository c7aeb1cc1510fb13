import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "playwright-core";

/** The browser of this machine. Nothing is downloaded: where there is none, the tests of the page are skipped. */

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Path of the browser: `CHROMIUM`, or the first of the usual names on `PATH`. */
export const findBrowser = (environment: NodeJS.ProcessEnv = process.env): string | undefined => {
  const { CHROMIUM: named, PATH: path = "" } = environment;
  if (named !== undefined && named !== "") return existsSync(named) ? named : undefined;
  return path
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
};

// Chromium's sandbox refuses to start as root, which a container often is.
const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

export const launchBrowser = (executablePath: string): Promise<Browser> => chromium.launch({ executablePath, args });

/** A window with a profile, which is kept in the folder; those of `launchBrowser` are private. */
export const launchWindow = (executablePath: string, folder: string): Promise<BrowserContext> =>
  chromium.launchPersistentContext(folder, { executablePath, args });
