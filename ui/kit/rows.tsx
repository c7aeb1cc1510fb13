import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { follow } from "./link.tsx";

/** A list of rows: one tab stop a row, arrows move between rows, right and left to a row's own buttons and back. */

const stopsOf = (row: Element | null | undefined): HTMLElement[] => [
  ...(row?.querySelectorAll<HTMLElement>(":is(a[href], button, input, select):not([role=menuitem])") ?? []),
];

const rowBeside = (row: Element, key: string): Element | null | undefined =>
  ({
    ArrowDown: row.nextElementSibling,
    ArrowUp: row.previousElementSibling,
    Home: row.parentElement?.firstElementChild,
    End: row.parentElement?.lastElementChild,
  })[key];

const move = (event: KeyboardEvent): void => {
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
const useKeptFocus = () => {
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
      const row = target instanceof Element ? target.closest(".row") : null;
      const at = [...(list.current?.children ?? [])].findIndex((one) => one === row);
      last.current = row && target instanceof Element ? { target, row, at } : undefined;
    },
    onFocusOut: ({ relatedTarget }: FocusEvent): void => {
      if (relatedTarget !== null) last.current = undefined;
    },
  };
};

export const Rows = ({ label, children }: { readonly label: string; readonly children: ComponentChildren }) => (
  // biome-ignore lint/a11y/noRedundantRoles: without bullets, Safari reads no list.
  <ul class="rows" role="list" aria-label={label} onKeyDown={move} {...useKeptFocus()}>
    {children}
  </ul>
);

interface RowProps {
  readonly href?: string | undefined;
  readonly onSelect?: (() => void) | undefined;
  readonly label?: string | undefined;
  readonly children: ComponentChildren;
  /** Buttons at the end, reached with the right arrow. */
  readonly actions?: ComponentChildren;
}

const Body = ({ href, onSelect, label, children }: RowProps) => {
  if (href !== undefined)
    return (
      <a class="row-body" href={href} aria-label={label} onClick={(event) => follow(event, href)}>
        {children}
      </a>
    );
  if (onSelect)
    return (
      <button class="row-body" type="button" aria-label={label} onClick={onSelect}>
        {children}
      </button>
    );
  return <div class="row-body">{children}</div>;
};

export const Row = (props: RowProps) => {
  const ref = useRef<HTMLLIElement>(null);
  useEffect(() => {
    stopsOf(ref.current).forEach((stop, index) => {
      stop.tabIndex = index === 0 ? 0 : -1;
    });
  });
  return (
    <li class="row" ref={ref}>
      <Body {...props} />
      {props.actions && <div class="row-actions">{props.actions}</div>}
    </li>
  );
};
