import type { Locator, Page } from "playwright-core";

/** Waits until a control has the focus, which comes after the page is drawn. */
export const hasFocus = async (page: Page, control: Locator): Promise<void> => {
  await page.waitForFunction((element) => element === document.activeElement, await control.elementHandle());
};
