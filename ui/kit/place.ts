/** Puts a popup in the top layer beside what opened it, within the window. */

const GAP = 4;
const MARGIN = 8;

export const placeBeside = (opener: HTMLElement, popup: HTMLElement, { end = false } = {}): void => {
  const around = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popup;
  const left = end ? around.right - width : around.left;
  const below = around.bottom + GAP;
  const top = below + height + MARGIN > innerHeight ? Math.max(MARGIN, around.top - GAP - height) : below;
  popup.style.setProperty("--x", `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`);
  popup.style.setProperty("--y", `${top}px`);
  popup.style.setProperty("--w", `${around.width}px`);
};
