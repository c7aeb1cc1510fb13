import { beforeAll, expect, it } from "@jest/globals";
import type { Page } from "playwright-core";
import { axeViolations, LOOKS } from "./support/axe.ts";
import { type Filled, fillWorld, PLACES, type Place } from "./support/filled.ts";
import { accessibleNames } from "./support/names.ts";
import { misfits, spaceText } from "./support/reflow.ts";
import { atRest, countCalls } from "./support/rest.ts";
import { describeUi } from "./support/suite.ts";

/** What holds for every page, whoever looks at it and however. */

interface Seen {
  readonly violations: readonly string[];
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly misfits: readonly string[];
}

const WORDS = process.env["PLACES"]?.split(",");

const lookAt = async (
  page: Page,
  { name, at }: Place,
  into: { violations: string[]; names: Record<string, readonly string[]>; misfits: string[] },
): Promise<void> => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`/ui/${at}`);
  await atRest(page).catch((cause: unknown) => {
    throw new Error(`${name} does not come to rest`, { cause });
  });
  into.names[name] = await accessibleNames(page);
  for (const [colorScheme, width] of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    // Colours are all that changes in the dark.
    const rules = colorScheme === "dark" ? ["color-contrast", "link-in-text-block"] : undefined;
    for (const line of await axeViolations(page, rules))
      into.violations.push(`${name} ${colorScheme} ${width}: ${line}`);
  }
  const fits = async (how: string): Promise<void> => {
    for (const line of await misfits(page)) into.misfits.push(`${name} ${how}: ${line}`);
  };
  await fits("320");
  // 1280 pixels at 200 %.
  await page.setViewportSize({ width: 640, height: 400 });
  await fits("200 %");
  await spaceText(page);
  await fits("200 %, spaced");
  await page.setViewportSize({ width: 320, height: 800 });
  await fits("320, spaced");
};

describeUi("everybody", (ui) => {
  let filled: Filled;
  beforeAll(async () => {
    filled = await fillWorld(ui.world);
  });

  let looking: Promise<Seen> | undefined;
  const look = async (): Promise<Seen> => {
    const into = { violations: [], names: {}, misfits: [] };
    const places = PLACES.filter(({ name }) => !WORDS || WORDS.some((word) => name.includes(word)));
    const all = async (as: NonNullable<Place["as"]>, tabs: number): Promise<void> => {
      const mine = places.filter((place) => (place.as ?? "operator") === as);
      if (mine.length === 0) return;
      const { page, visitor } =
        as === "nobody"
          ? await ui.visitor().then(async (one) => ({ page: await one.tab(), visitor: one }))
          : await ui.signedIn(filled[as]);
      await countCalls(visitor.context);
      const pages = [page, ...(await Promise.all(Array.from({ length: tabs - 1 }, () => visitor.tab())))];
      await Promise.all(
        pages.map(async (tab) => {
          for (let place = mine.shift(); place; place = mine.shift()) await lookAt(tab, place, into);
        }),
      );
    };
    await Promise.all([all("operator", 3), all("developer", 1), all("nobody", 1)]);
    return into;
  };
  const seen = (): Promise<Seen> => {
    looking ??= look();
    return looking;
  };

  it("44. axe on every page; light, dark, 1280, 320", async () => {
    expect((await seen()).violations).toEqual([]);
  });

  it("46. accessible names as a committed snapshot", async () => {
    expect((await seen()).names).toMatchSnapshot();
  });

  it("47. 320 px, 200 % zoom, text spacing: nothing cut, no sideways scrolling", async () => {
    expect((await seen()).misfits).toEqual([]);
  });
});
