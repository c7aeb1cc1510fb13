import { setTimeout as pause } from "node:timers/promises";
import { expect } from "@jest/globals";
import { PATIENCE_MS } from "./page.ts";

/** Looks again and again until the page shows these texts, in this order; what is shown at the end is the failure. */
export const showsTexts = async (texts: () => Promise<readonly string[]>, wanted: readonly string[]): Promise<void> => {
  const until = Date.now() + PATIENCE_MS;
  let seen = await texts();
  while (seen.join("\n") !== wanted.join("\n") && Date.now() < until) {
    await pause(50);
    seen = await texts();
  }
  expect(seen).toEqual(wanted);
};
