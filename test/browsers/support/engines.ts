import { fileURLToPath } from "node:url";
import { type Found, findFirefox, findWebKit, type Installed } from "./installed.ts";

/** What is special of each browser: how it is started. Both prefer dark, so that the page follows them. */

export interface Engine {
  readonly name: "Firefox" | "WebKit";
  readonly found: Found;
  readonly capabilities: (installed: Installed) => object;
  readonly driverArguments: (port: number) => readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export const FIREFOX: Engine = {
  name: "Firefox",
  found: findFirefox(),
  capabilities: ({ browser }) => ({
    browserName: "firefox",
    "moz:firefoxOptions": {
      binary: browser,
      args: ["-headless"],
      prefs: { "layout.css.prefers-color-scheme.content-override": 0, "ui.prefersReducedMotion": 1 },
    },
  }),
  // Its second port too is one of its own choice, or two of them would meet at 9222.
  driverArguments: (port) => ["--port", String(port), "--websocket-port", "0"],
  environment: {},
};

export const WEBKIT: Engine = {
  name: "WebKit",
  found: findWebKit(),
  capabilities: ({ browser }) => ({
    browserName: "MiniBrowser",
    "webkitgtk:browserOptions": {
      binary: browser,
      args: ["--automation", "--javascript-can-open-windows-automatically=true"],
    },
  }),
  driverArguments: (port) => [`--port=${port}`],
  // No motion, and narrow bars: `gtk-3.0` next to this folder.
  environment: { GTK_THEME: "Adwaita:dark", XDG_CONFIG_HOME: fileURLToPath(new URL("..", import.meta.url)) },
};
