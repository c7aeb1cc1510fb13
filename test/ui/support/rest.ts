import type { BrowserContext, Page } from "playwright-core";
import { eventually } from "./eventually.ts";

/**
 * Whether a page has come to rest: whatever it asked for is answered and drawn. A heading alone says little, since parts
 * of a page come by answers of their own, and the bar of a part that is loading is unseen at first.
 */

interface Counted {
  asked: number;
  answered: number;
}

/** Counts what a tab asks of its worker. Runs before the page's own scripts, and refers to nothing outside itself. */
const count = (): void => {
  const counted: Counted = { asked: 0, answered: 0 };
  Object.assign(globalThis, { counted });
  const kindOf = (message: unknown): unknown => Object(message).kind;
  const heard = new WeakSet<MessagePort>();
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...given: [unknown]) {
    // After the page's own listener, so that what is counted as answered was heard.
    if (!heard.has(this)) {
      this.addEventListener("message", ({ data }) => {
        if (kindOf(data) === "answer" || kindOf(data) === "attempted") counted.answered += 1;
      });
    }
    heard.add(this);
    if (kindOf(given[0]) === "call" || kindOf(given[0]) === "attempt") counted.asked += 1;
    postMessage.apply(this, given);
  };
};

/** Whether nothing is asked for, and what is drawn asks for nothing more: effects come a frame after their drawing. */
const rests = async (): Promise<boolean> => {
  const { counted } = globalThis as unknown as { counted: Counted };
  const before = counted.asked;
  const still = (): boolean =>
    counted.asked === before &&
    counted.answered === before &&
    document.querySelector("h1") !== null &&
    document.querySelector(".loading") === null;
  for (let frame = 0; frame < 3 && still(); frame++) {
    await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
  }
  return still();
};

/** For documents that are opened from now on. */
export const countCalls = async (context: BrowserContext): Promise<void> => {
  await context.addInitScript(count);
};

/** Waits until a page rests; `countCalls` was called before it was opened. */
export const atRest = async (page: Page): Promise<void> => {
  await eventually(
    () => page.evaluate(rests),
    () => `${page.url()} at rest`,
  );
};
