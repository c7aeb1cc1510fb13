import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { kit } from "../texts/kit.ts";
import { Link } from "./link.tsx";
import { Visible } from "./visible.tsx";

/** What every page begins with: where it is, its one `h1`, its actions. */

interface PageProps {
  /** The heading, and the window's title: a name, never a value. */
  readonly title: string;
  readonly crumbs?: readonly { readonly label: string; readonly href?: string | undefined }[] | undefined;
  readonly actions?: ComponentChildren;
  /** Names, paths. */
  readonly mono?: boolean | undefined;
  readonly children: ComponentChildren;
}

let arriving = false;
let moved = false;

/** Another page takes the place of the one before: the next that is drawn gets the focus. Called before it is drawn. */
export const expectArrival = (): void => {
  arriving = true;
  moved = true;
};

/**
 * After moving to another page, focus is at what the page is for, or its heading; again where the page is drawn again
 * once its answer is there, and focus was in what went. Whoever was quicker and is in the page already stays there.
 */
const useArrival = () => {
  const heading = useRef<HTMLHeadingElement>(null);
  const isNew = useRef(true);
  // With what is drawn: whoever is quick has the focus somewhere else a frame later, and keeps it.
  useLayoutEffect(() => {
    const isLost = isNew.current && moved && document.activeElement === document.body;
    isNew.current = false;
    if (!arriving && !isLost) return;
    arriving = false;
    scrollTo(0, 0);
    const page = heading.current?.closest(".page");
    if (page?.contains(document.activeElement)) return;
    (page?.querySelector<HTMLElement>("[data-autofocus]") ?? heading.current)?.focus();
  });
  return heading;
};

export const Page = ({ title, crumbs = [], actions, mono, children }: PageProps) => {
  const heading = useArrival();
  useLayoutEffect(() => {
    document.title = `${title} · ${kit.product}`;
  }, [title]);
  return (
    <div class="page">
      {crumbs.length > 0 && (
        <nav class="crumbs" aria-label={kit.breadcrumb}>
          <ol>
            {crumbs.map((crumb, index) => (
              <li key={index}>
                {crumb.href === undefined ? crumb.label : <Link href={crumb.href}>{crumb.label}</Link>}
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div class="head">
        <h1 ref={heading} tabIndex={-1} class={mono ? "mono-title" : undefined}>
          <Visible text={title} />
        </h1>
        {actions && <div class="actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
};
