import { connect, createServer, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { startLocalServer } from "../../src/local/server/index.ts";
import { readUiFolder } from "../../src/ui-files/folder.ts";
import { findBrowser, launchBrowser, launchWindow } from "../../test/ui/support/browser.ts";
import { buildUi } from "../build/ui.ts";
import { writeFolder } from "../build/ui-files.ts";
import { type Figure, figure } from "./figures.ts";
import { median } from "./samples.ts";

/**
 * How long the web page takes from its address to a form that can be seen, typed into and sent, in a real browser, with
 * nothing in its cache. Chromium slows the page's main thread; the worker's thread, and the browser's, are as they are.
 * The network is a relay with a round trip and a rate, so that the worker's requests pass it too.
 *
 * Windows are those that people usually have, with a profile: in private ones, as tests have them, Chromium opens no
 * connection before it has a request for it, whatever the document says.
 */

interface Weather {
  readonly name: string;
  /** Times as slow as this machine. */
  readonly slower: number;
  /** Milliseconds; 0: the machine itself. */
  readonly roundTrip: number;
  /** Of all connections together. */
  readonly bytesPerSecond: number;
  readonly budget: number | null;
  readonly privately?: true;
}

const MEGABIT = 125_000;
const WEATHERS: readonly Weather[] = [
  { name: "page: form ready", slower: 1, roundTrip: 0, bytesPerSecond: 1000 * MEGABIT, budget: null },
  { name: "page: form ready, CPU 4x slower", slower: 4, roundTrip: 0, bytesPerSecond: 1000 * MEGABIT, budget: null },
  {
    name: "page: form ready, CPU 4x slower, 60 ms, 10 Mbit/s",
    slower: 4,
    roundTrip: 60,
    bytesPerSecond: 10 * MEGABIT,
    budget: 600,
  },
  {
    name: "page: form ready, the same in a private window",
    slower: 4,
    roundTrip: 60,
    bytesPerSecond: 10 * MEGABIT,
    budget: 600,
    privately: true,
  },
  {
    name: "page: form ready, 400 ms, 400 kbit/s",
    slower: 1,
    roundTrip: 400,
    bytesPerSecond: 0.4 * MEGABIT,
    budget: null,
  },
];

/**
 * Passes bytes on, each way half a round trip later, and no faster than the rate; a new connection takes one more, and
 * holds up no other meanwhile.
 */
const startRelay = async (port: number, { roundTrip, bytesPerSecond }: Weather) => {
  let free = 0;
  const pass = (from: Socket, to: Socket): void => {
    let last = 0;
    from.on("data", (bytes) => {
      const now = performance.now();
      free = Math.max(free, now) + (bytes.length / bytesPerSecond) * 1000;
      last = free + roundTrip / 2;
      setTimeout(() => to.write(bytes), last - now);
    });
    from.on("end", () => setTimeout(() => to.end(), Math.max(0, last - performance.now())));
  };
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
    setTimeout(() => {
      pass(near, far);
      pass(far, near);
    }, roundTrip);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { port: typeof address === "object" && address ? address.port : 0, close: () => server.close() };
};

/** What the page's console says once somebody can use the form. */
const READY = "form ready at";

/**
 * Run in the page, which tells by itself when somebody can type: in the first frame with a field of the form that is seen
 * and in reach, once that frame is drawn. Its listeners are there as long as it is, since what draws it attaches them.
 * Nothing else of the tool looks into the page before: on a slow processor its scripts take longer than the page's.
 */
const TELL_READY = `{
  const usable = (field) => !field.disabled && field.closest("[inert]") === null
    && field.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const inNextFrame = (field) => requestAnimationFrame(() => {
    if (!usable(field)) return inNextFrame(field);
    const drawn = new MessageChannel();
    drawn.port1.onmessage = () => console.debug("${READY}", performance.now());
    drawn.port2.postMessage(undefined);
  });
  new MutationObserver((_, observer) => {
    const field = document.querySelector("form input");
    if (field === null) return;
    observer.disconnect();
    inNextFrame(field);
  }).observe(document, { childList: true, subtree: true });
}`;

/** Both kinds of windows. A private one is of its own, and is gone when its page is closed. */
const openWindows = async (executable: string, profile: string) => {
  const [privately, usually] = await Promise.all([launchBrowser(executable), launchWindow(executable, profile)]);
  return {
    newPage: (weather: Weather): Promise<Page> => (weather.privately ? privately : usually).newPage(),
    close: () => Promise.all([privately.close(), usually.close()]),
  };
};

/** Milliseconds until the form is ready, for somebody who was never here: the relay's port makes it another origin. */
const once = async (page: Page, server: string, weather: Weather): Promise<number> => {
  const relay = await startRelay(Number(new URL(server).port), weather);
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: weather.slower });
  await page.addInitScript(TELL_READY);
  const told = page.waitForEvent("console", (message) => message.text().startsWith(READY));
  await page.goto(`http://127.0.0.1:${relay.port}/ui/`, { waitUntil: "commit" });
  const at = Number((await told).text().slice(READY.length));
  await page.close();
  relay.close();
  return at;
};

type Build = typeof buildUi;

/** A server with the page as it is deployed, built below `folder`. */
const serve = async (build: Build, folder: string) => {
  await writeFolder(await build(), folder);
  const files = readUiFolder(folder);
  return startLocalServer({ port: 0, sweeper: false, ui: { filesFor: async () => files } });
};

/** The build of another checkout, which builds its own sources. */
const buildOf = async (checkout: string): Promise<Build> => {
  const parts: { readonly buildUi: Build } = await import(pathToFileURL(resolve(checkout, "scripts/build/ui.ts")).href);
  return parts.buildUi;
};

const figuresOf = ({ name, budget }: Weather, now: number, former: number | undefined): readonly Figure[] => [
  figure(name, Math.round(now), "ms", budget),
  ...(former === undefined
    ? []
    : [figure(`${name}: former version`, Math.round(former), "ms"), figure(`${name} / former`, now / former, "x")]),
];

/**
 * `folder`: the page is built into it. `against`: the checkout of another version, whose page takes turns with this one.
 * Without a browser nothing is measured.
 */
export const measurePage = async (
  folder: string,
  quick: boolean,
  against: string | undefined,
): Promise<readonly Figure[]> => {
  const executable = findBrowser();
  if (executable === undefined) return [];
  const builds = [buildUi, ...(against === undefined ? [] : [await buildOf(against)])];
  const servers = await Promise.all(builds.map((build, at) => serve(build, join(folder, String(at)))));
  const windows = await openWindows(executable, join(folder, "profile"));
  const figures: Figure[] = [];
  for (const weather of WEATHERS) {
    const taken: number[][] = servers.map(() => []);
    for (let left = quick ? 3 : 7; left > 0; left -= 1)
      for (const [at, { url }] of servers.entries())
        taken[at]?.push(await once(await windows.newPage(weather), url, weather));
    const [now = Number.NaN, former] = taken.map(median);
    figures.push(...figuresOf(weather, now, former));
  }
  await windows.close();
  for (const server of servers) await server.close();
  return figures;
};
