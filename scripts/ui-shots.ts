import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { quietVersionWarnings } from "../src/cli/warnings.ts";
import { findBrowser, launchBrowser } from "../test/ui/support/browser.ts";
import { createCanaries } from "../test/ui/support/canaries.ts";
import { type Filled, fillWorld, PLACES, type Place } from "../test/ui/support/filled.ts";
import { signIn } from "../test/ui/support/sign-in.ts";
import { startWorld } from "../test/ui/support/world.ts";

/**
 * Pictures of every page of the web page, wide and narrow, light and dark, on a server with something on every page.
 * `npm run ui:shots [-- FOLDER [WORD...]]`: into FOLDER (`ui-shots`), of the pages whose name holds one of the words.
 */

const WIDTHS = [1280, 320];
const SCHEMES = ["light", "dark"] as const;
const HEIGHT = 800;

quietVersionWarnings();
const [folder = "ui-shots", ...words] = process.argv.slice(2);

type Who = NonNullable<Place["as"]>;

const signedIn = async (browser: Browser, url: string, filled: Filled, who: Who): Promise<Page> => {
  const context = await browser.newContext({
    baseURL: url,
    reducedMotion: "reduce",
    viewport: { width: 1280, height: HEIGHT },
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  await page.goto("/ui/");
  if (who === "nobody") return page;
  await signIn(page, filled[who]);
  await page.getByRole("navigation").first().waitFor();
  return page;
};

const shoot = async (page: Page, { name, at }: Place): Promise<void> => {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT });
    await page.goto(`/ui/${at}`);
    await page.locator("h1").waitFor();
    await page.waitForLoadState("networkidle");
    await page.locator(".loading:visible").first().waitFor({ state: "hidden" });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
};

const executable = findBrowser();
if (executable === undefined) throw new Error("pictures need a browser: install chromium, or name it in CHROMIUM");
const world = await startWorld(createCanaries());
const browser = await launchBrowser(executable);
try {
  await mkdir(folder, { recursive: true });
  const filled = await fillWorld(world);
  const pages = new Map<Who, Page>();
  for (const place of PLACES.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))) {
    const { as = "operator" } = place;
    const page = pages.get(as) ?? (await signedIn(browser, world.url, filled, as));
    pages.set(as, page);
    await shoot(page, place).catch((fault: unknown) => {
      process.exitCode = 1;
      console.error(`${place.name}: ${fault instanceof Error ? fault.message.split("\n")[0] : fault}`);
    });
  }
} finally {
  await browser.close();
  await world.close();
}
console.log(`pictures of the page are in ${folder}`);
