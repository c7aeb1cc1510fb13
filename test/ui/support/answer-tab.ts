import type { Page } from "playwright-core";
import { eventually } from "./eventually.ts";
import type { Visitor } from "./page.ts";

/** A tab of the page's origin that has an answer of the API in it, and neither the page nor its policy. */
export const answerTab = async ({ context, tab }: Visitor): Promise<Page> => {
  await context.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  return tab("/v1/sys/health");
};

/** How many tabs hold a lock, and how many the worker still waits for: the same once it knows which are gone. */
export const tabsKnown = async (tab: Page, count: number): Promise<void> => {
  await eventually(() =>
    tab.evaluate(async (wanted) => {
      const { held = [], pending = [] } = await navigator.locks.query();
      return [held, pending].every((locks) => locks.filter(({ name }) => name?.startsWith("tab-")).length === wanted);
    }, count),
  );
};
