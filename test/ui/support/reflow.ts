import type { Page } from "playwright-core";

/** Whether a page fits: nothing to scroll sideways, no text cut off by its box. */

/** Where something does not fit, each as a line. */
export const misfits = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const lines: string[] = [];
    const nameOf = (element: Element): string =>
      `${element.tagName.toLowerCase()}.${[...element.classList].join(".")} "${(element.textContent ?? "").slice(0, 30)}"`;
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth) {
      const widest = [...document.body.querySelectorAll("*")].filter(
        (element) => element.getBoundingClientRect().right > innerWidth + 1 && element.children.length === 0,
      );
      lines.push(`${scrollWidth} wide: ${widest.slice(0, 3).map(nameOf).join(", ")}`);
    }
    for (const element of document.body.querySelectorAll<HTMLElement>("*")) {
      const { overflowX, overflowY, visibility, textOverflow } = getComputedStyle(element);
      if (element.closest(".unseen-text") || visibility === "hidden" || element.clientWidth === 0) continue;
      const hides = (way: string): boolean => way === "hidden" || way === "clip";
      const cutX = hides(overflowX) && element.scrollWidth > element.clientWidth + 1;
      const cutY = hides(overflowY) && element.scrollHeight > element.clientHeight + 1;
      if ((cutX || cutY) && (element.textContent ?? "").trim() !== "") lines.push(`cut: ${nameOf(element)}`);
      if (cutX && textOverflow === "ellipsis") lines.push(`shortened: ${nameOf(element)}`);
    }
    return lines;
  });

/** WCAG 1.4.12: what readers may set, and must not lose anything by. */
export const spaceText = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }",
    );
    document.adoptedStyleSheets = [sheet];
  });
