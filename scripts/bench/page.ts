import { connect, createServer, type Socket } from "node:net";
import { startLocalServer } from "../../src/local/server/index.ts";
import { readUiFolder } from "../../src/ui-files/folder.ts";
import { findBrowser, launchBrowser } from "../../test/ui/support/browser.ts";
import { buildUi } from "../build/ui.ts";
import { writeFolder } from "../build/ui-files.ts";
import { type Figure, figure } from "./figures.ts";
import { median } from "./samples.ts";

/**
 * How long the web page takes from its address to a form that can be typed into, in a real browser, with nothing in its
 * cache. The network is a relay with a round trip and a rate, so that the worker's requests pass it too.
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
    name: "page: form ready, 400 ms, 400 kbit/s",
    slower: 1,
    roundTrip: 400,
    bytesPerSecond: 0.4 * MEGABIT,
    budget: null,
  },
];

/** Passes bytes on, each way half a round trip later, and no faster than the rate; a new connection takes one more. */
const startRelay = async (port: number, { roundTrip, bytesPerSecond }: Weather) => {
  let free = 0;
  const pass = (from: Socket, to: Socket, opened: number): void => {
    let last = 0;
    from.on("data", (bytes) => {
      const now = performance.now();
      free = Math.max(free, now, opened) + (bytes.length / bytesPerSecond) * 1000;
      last = free + roundTrip / 2;
      setTimeout(() => to.write(bytes), last - now);
    });
    from.on("end", () => setTimeout(() => to.end(), Math.max(0, last - performance.now())));
    from.on("error", () => to.destroy());
  };
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    const opened = performance.now() + roundTrip;
    pass(near, far, opened);
    pass(far, near, opened);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { port: typeof address === "object" && address ? address.port : 0, close: () => server.close() };
};

/** Run in the page, which tells by itself when the first field stood there. */
const NOTE_FORM = `new MutationObserver((_, observer) => {
  if (!document.querySelector("form input")) return;
  document.documentElement.dataset.formAt = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true })`;

/** `folder`: the page is built into it, as it is deployed. Without a browser nothing is measured. */
export const measurePage = async (folder: string, quick: boolean): Promise<readonly Figure[]> => {
  const executable = findBrowser();
  if (executable === undefined) return [];
  await writeFolder(await buildUi(), folder);
  const files = readUiFolder(folder);
  const local = await startLocalServer({ port: 0, sweeper: false, ui: { filesFor: async () => files } });
  const browser = await launchBrowser(executable);
  const once = async (weather: Weather): Promise<number> => {
    const relay = await startRelay(Number(new URL(local.url).port), weather);
    const context = await browser.newContext();
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: weather.slower });
    await page.addInitScript(NOTE_FORM);
    await page.goto(`http://127.0.0.1:${relay.port}/ui/`, { waitUntil: "commit" });
    await page.locator("form input").first().waitFor();
    const at = Number(await page.locator("html").getAttribute("data-form-at"));
    await context.close();
    relay.close();
    return at;
  };
  const figures: Figure[] = [];
  for (const weather of WEATHERS) {
    const taken: number[] = [];
    for (let left = quick ? 3 : 7; left > 0; left -= 1) taken.push(await once(weather));
    figures.push(figure(weather.name, Math.round(median(taken)), "ms", weather.budget));
  }
  await browser.close();
  await local.close();
  return figures;
};
