import type { Page } from "playwright-core";
import type { Visitor } from "./page.ts";

/** A tab of the page's origin that has an answer of the API in it, and neither the page nor its policy. */
export const answerTab = async ({ context, tab }: Visitor): Promise<Page> => {
  await context.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  return tab("/v1/sys/health");
};
