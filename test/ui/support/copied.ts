import type { Page } from "playwright-core";

/**
 * What a page copies. Reading the clipboard is forbidden by the page's own headers, so writing to it is listened to;
 * call it before the click, and the answer after.
 */
export const listenToCopies = async (page: Page): Promise<() => Promise<string>> => {
  await page.evaluate(() => {
    const told = globalThis as unknown as { copied: string };
    told.copied = "";
    navigator.clipboard.writeText = async (text) => {
      told.copied = text;
    };
  });
  return () => page.evaluate(() => (globalThis as unknown as { copied: string }).copied);
};
