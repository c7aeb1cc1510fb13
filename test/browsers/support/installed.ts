import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The browsers of this machine and their drivers. Nothing is downloaded: what is missing is skipped. */

export interface Installed {
  /** Speaks WebDriver to us and to the browser. */
  readonly driver: string;
  readonly browser: string;
  /** An X server to start for a browser that needs a screen where there is none. */
  readonly screen?: string | undefined;
}

/** What is there, or what to install. */
export type Found = Installed | { readonly missing: string };

const { env } = process;

const onPath = (...names: readonly string[]): string | undefined =>
  (env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => existsSync(file));

/** `named`: of a variable that says where it is, and is believed. */
const program = (named: string | undefined, ...names: readonly string[]): string | undefined =>
  named === undefined || named === "" ? onPath(...names) : named;

const foldersIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [join(folder, one.name)] : []))
    : [];

/** WebKitGTK's own small browser, which is on no `PATH`: `/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser`. */
const miniBrowser = (): string | undefined =>
  ["/usr/libexec", "/usr/lib", ...foldersIn("/usr/lib")]
    .flatMap(foldersIn)
    .filter((folder) => /\/webkit2?gtk[^/]*$/.test(folder))
    .map((folder) => join(folder, "MiniBrowser"))
    .find((file) => existsSync(file));

export const findFirefox = (): Found => {
  const browser = program(env["FIREFOX"], "firefox", "firefox-esr");
  const driver = program(env["GECKODRIVER"], "geckodriver");
  return browser && driver
    ? { browser, driver }
    : { missing: "Firefox (FIREFOX=path) with geckodriver (GECKODRIVER=path)" };
};

export const findWebKit = (): Found => {
  const driver = program(env["WEBKIT_DRIVER"], "WebKitWebDriver");
  const browser = program(env["MINIBROWSER"]) ?? miniBrowser();
  const hasScreen = Boolean(env["DISPLAY"] || env["WAYLAND_DISPLAY"]);
  const screen = hasScreen ? undefined : onPath("Xvfb");
  return browser && driver && (hasScreen || screen)
    ? { browser, driver, screen }
    : { missing: "WebKitWebDriver with MiniBrowser (MINIBROWSER=path), and a screen or Xvfb" };
};
