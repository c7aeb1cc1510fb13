import { answerTab } from "./answer-tab.ts";
import type { Visitor } from "./page.ts";

/**
 * What is in a visitor's clipboard. The page may not read it, by its own policy, so an answer of the API is opened in a
 * tab of its own: the visitor needs the permission `clipboard-read`.
 */
export const readClipboard = async (visitor: Visitor): Promise<string> => {
  const tab = await answerTab(visitor);
  try {
    await tab.bringToFront();
    return await tab.evaluate(() => navigator.clipboard.readText());
  } finally {
    await tab.close();
  }
};
