import type { Page } from "playwright-core";

/** Roles and accessible names of a page as lines, without what differs from run to run. */

const LINE =
  /^\s*- '?(heading|navigation|link|button|textbox|searchbox|combobox|checkbox|radio|radiogroup|tab|tablist|menuitem|progressbar|img|dialog|slider|spinbutton) "((?:[^"\\]|\\.)*)"/;

const settled = (name: string): string =>
  name
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, "UUID")
    .replace(/\b127\.0\.0\.1:\d+/g, "HOST")
    .replace(
      /\b(now|yesterday|today|tomorrow|(in )?\d+ (second|minute|hour|day|month|year)s?( ago)?|\d+ [a-z]+ ago)\b/g,
      "TIME",
    )
    .replace(/\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b/g, "DAY")
    .replace(/\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)([a-z]*)(?= \d)/g, "MONTH")
    .replace(/\d+/g, "#");

/** Of the page itself, without what stands around each; each once, in order. */
export const accessibleNames = async (page: Page, within = "main"): Promise<readonly string[]> => {
  const tree = await page.locator(within).ariaSnapshot();
  const names = tree.split("\n").flatMap((line) => {
    const [, role, name] = LINE.exec(line) ?? [];
    return role !== undefined && name !== undefined ? [`${role} ${settled(name)}`] : [];
  });
  return [...new Set(names)];
};
