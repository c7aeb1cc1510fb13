import { useLayoutEffect, useRef } from "preact/hooks";

/** Focus in a list of rows: where the arrows lead, and where it stays when what had it is gone. */

export const stopsOf = (row: Element | null | undefined): HTMLElement[] => [
  ...(row?.querySelectorAll<HTMLElement>(":is(a[href], button, input, select):not([role=menuitem])") ?? []),
];

const rowBeside = (row: Element, key: string): Element | null | undefined =>
  ({
    ArrowDown: row.nextElementSibling,
    ArrowUp: row.previousElementSibling,
    Home: row.parentElement?.firstElementChild,
    End: row.parentElement?.lastElementChild,
  })[key];

export const moveInRows = (event: KeyboardEvent): void => {
  const focused = document.activeElement;
  const row = focused?.closest(".row");
  if (!row || focused instanceof HTMLInputElement || focused instanceof HTMLSelectElement) return;
  const stops = stopsOf(row);
  const at = stops.findIndex((stop) => stop.matches(":focus"));
  const sideways = { ArrowRight: stops[at + 1], ArrowLeft: stops[at - 1] }[event.key];
  const target = sideways ?? stopsOf(rowBeside(row, event.key))[0];
  if (!target || event.defaultPrevented) return;
  event.preventDefault();
  target.focus();
};

interface Focused {
  readonly target: Element;
  readonly row: Element;
  readonly at: number;
}

/** What is pressed in a row may go by it, such as *Delete*: focus stays in its row then, or in the one at its place. */
export const useKeptFocus = () => {
  const list = useRef<HTMLUListElement>(null);
  const last = useRef<Focused | undefined>(undefined);
  useLayoutEffect(() => {
    const [{ current: rows }, { current: was }] = [list, last];
    if (!rows || !was || was.target.isConnected || document.activeElement !== document.body) return;
    last.current = undefined;
    const row = was.row.isConnected ? was.row : (rows.children[was.at] ?? rows.lastElementChild);
    stopsOf(row)[0]?.focus();
  });
  return {
    ref: list,
    onFocusIn: ({ target }: FocusEvent): void => {
      if (!(target instanceof Element)) return;
      const row = target.closest(".row");
      const rows = [...(list.current?.children ?? [])];
      last.current = row ? { target, row, at: rows.indexOf(row) } : undefined;
    },
    onFocusOut: ({ relatedTarget }: FocusEvent): void => {
      if (relatedTarget !== null) last.current = undefined;
    },
  };
};
