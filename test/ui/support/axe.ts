import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

/**
 * axe-core on a page: WCAG 2.0 to 2.2, A and AA, and its best practices. It runs in a world of its own, apart from the
 * page's, because the page's policy refuses it.
 */

const SOURCE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Violations, each as a line: rule, elements, what is wrong. Empty: none. `rules`: these alone, in place of all. */
export const axeViolations = async (page: Page, rules?: readonly string[]): Promise<readonly string[]> => {
  const session = await page.context().newCDPSession(page);
  try {
    const { frameTree } = await session.send("Page.getFrameTree");
    const { executionContextId: contextId } = await session.send("Page.createIsolatedWorld", {
      frameId: frameTree.frame.id,
      worldName: "axe",
    });
    await session.send("Runtime.evaluate", { contextId, expression: await readFile(SOURCE, "utf8") });
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
      contextId,
      awaitPromise: true,
      returnByValue: true,
      expression: `axe.run(document, { runOnly: ${JSON.stringify(rules ?? TAGS)}, resultTypes: ["violations"] }).then(
        ({ violations }) => violations.map(({ id, help, nodes }) =>
          id + " (" + help + "): " + nodes.map(({ target, failureSummary }) =>
            target.join(" ") + ": " + failureSummary.replace(/\\s+/g, " ")).join("; ")))`,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as readonly string[];
  } finally {
    await session.detach();
  }
};

export type Look = readonly [colorScheme: "light" | "dark", width: number];

export const LOOKS: readonly Look[] = [
  ["light", 1280],
  ["dark", 1280],
  ["light", 320],
  ["dark", 320],
];

/** The page has drawn what was changed, and heard of it. */
export const framesDrawn = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  });

/**
 * Violations in light and dark, wide and narrow; each line begins with the look it was seen in. `before`: what is done
 * in each look first, such as opening what a change of the window closes.
 */
export const axeEverywhere = async (page: Page, before?: () => Promise<void>): Promise<readonly string[]> => {
  const lines: string[] = [];
  for (const [colorScheme, width] of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    await framesDrawn(page);
    await before?.();
    for (const line of await axeViolations(page)) lines.push(`${colorScheme} ${width}: ${line}`);
  }
  return lines;
};
