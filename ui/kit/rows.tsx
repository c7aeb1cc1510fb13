import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { follow } from "./link.tsx";
import { moveInRows, stopsOf, useKeptFocus } from "./row-focus.ts";

/** A list of rows: one tab stop a row, arrows move between rows, right and left to a row's own buttons and back. */

export const Rows = ({ label, children }: { readonly label: string; readonly children: ComponentChildren }) => (
  // biome-ignore lint/a11y/noRedundantRoles: without bullets, Safari reads no list.
  <ul class="rows" role="list" aria-label={label} onKeyDown={moveInRows} {...useKeptFocus()}>
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
  // With what is drawn: Tab pressed a frame before it would stop at every button.
  useLayoutEffect(() => {
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
