import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useGuard } from "../router.ts";
import { kit } from "../texts/kit.ts";
import { Button, Link } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
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

let arrivedAt = location.pathname;

/** After moving to another address (not at the first), focus is at what the page is for, or its heading. */
const useArrival = () => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (location.pathname === arrivedAt) return;
    arrivedAt = location.pathname;
    const wanted = heading.current?.closest(".page")?.querySelector<HTMLElement>("[data-autofocus]");
    (wanted ?? heading.current)?.focus();
    scrollTo(0, 0);
  });
  return heading;
};

export const Page = ({ title, crumbs = [], actions, mono, children }: PageProps) => {
  const heading = useArrival();
  useEffect(() => {
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

/** Nothing for 300 ms, then a bar of 2 px; what was there stays. */
export const Loading = () => <div class="loading" role="progressbar" aria-label={kit.loading} />;

type LeaveWords = { readonly [word in keyof typeof kit.leave]: string };

/** Holds moves to other pages back while `unsaved`, and asks. What it returns must be rendered: the question. */
export const useLeaveWarning = (unsaved: boolean, words: Partial<LeaveWords> = {}) => {
  const [proceed, setProceed] = useState<() => void>();
  const guard = useRef((go: () => void): boolean => {
    setProceed(() => go);
    return false;
  });
  useGuard(unsaved ? guard.current : undefined);
  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: Event): void => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [unsaved]);
  if (!proceed) return undefined;
  const said = { ...kit.leave, ...words };
  const stay = (): void => setProceed(undefined);
  return (
    <Dialog
      title={said.title}
      onClose={stay}
      actions={
        <>
          <Button kind="primary" onClick={stay}>
            {said.stay}
          </Button>
          <Button kind="danger" onClick={proceed}>
            {said.leave}
          </Button>
        </>
      }
    >
      <p>{said.text}</p>
    </Dialog>
  );
};
