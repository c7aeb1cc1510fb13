import type { Locator, Page } from "playwright-core";

/** Somebody goes to what is drawn later, in the task that puts it into the document: no focus comes before. */
export const entersAtOnce = async (page: Page, selector: string): Promise<void> => {
  await page.evaluate((wanted) => {
    const watch = new MutationObserver(() => {
      const found = document.querySelector<HTMLElement>(wanted);
      if (found === null) return;
      watch.disconnect();
      found.focus();
    });
    watch.observe(document, { childList: true, subtree: true });
  }, selector);
};

/** Waits until a control has the focus, which comes after the page is drawn. */
export const hasFocus = async (page: Page, control: Locator): Promise<void> => {
  await page.waitForFunction((element) => element === document.activeElement, await control.elementHandle());
};
