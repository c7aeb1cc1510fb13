import type { Page } from "playwright-core";

/**
 * What a page copies. Reading the clipboard is forbidden by the page's own headers, so writing to it is listened to:
 * call it before the click. The answer waits for the next text that is copied.
 */
export const listenToCopies = async (page: Page): Promise<() => Promise<string>> => {
  await page.evaluate(() => {
    const told = globalThis as unknown as { copied?: string };
    navigator.clipboard.writeText = async (text) => {
      told.copied = text;
    };
  });
  return async () => {
    await page.waitForFunction(() => (globalThis as unknown as { copied?: string }).copied !== undefined);
    return page.evaluate(() => {
      const told = globalThis as unknown as { copied?: string };
      const { copied = "" } = told;
      delete told.copied;
      return copied;
    });
  };
};
