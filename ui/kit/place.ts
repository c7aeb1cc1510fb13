import type { RefObject } from "preact";
import { useListener } from "../client/use-listener.ts";

/** Popups in the top layer, next to what opened them. */

const GAP = 4;
const MARGIN = 8;

/** Within the window, above where there is no room below. `end`: the right edges meet. */
export const placeBeside = (opener: HTMLElement, popup: HTMLElement, { end = false } = {}): void => {
  const around = opener.getBoundingClientRect();
  popup.style.setProperty("--w", `${around.width}px`);
  const { offsetWidth: width, offsetHeight: height } = popup;
  const left = end ? around.right - width : around.left;
  const below = around.bottom + GAP;
  const top = below + height + MARGIN > innerHeight ? Math.max(MARGIN, around.top - GAP - height) : below;
  popup.style.setProperty("--x", `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`);
  popup.style.setProperty("--y", `${top}px`);
};

/** What is placed once goes when the page moves under it. */
export const useHiddenByScrolling = (popup: RefObject<HTMLElement | null>, open: boolean): void => {
  useListener(["resize", "scroll"], () => popup.current?.hidePopover(), { active: open });
};
