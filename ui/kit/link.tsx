import type { ComponentChildren } from "preact";
import { navigate } from "../router.ts";
import type { ButtonProps } from "./button.tsx";
import { Icon } from "./icon.tsx";

/** Links to other pages of ours: real ones, followed without loading the document. */

/** A click that should stay a click of the browser: a new tab, a download, a press of another button. */
const isOurs = (event: MouseEvent): boolean =>
  event.button === 0 && !event.defaultPrevented && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);

export const follow = (event: MouseEvent, href: string): void => {
  if (!isOurs(event)) return;
  event.preventDefault();
  navigate(href);
};

interface LinkProps {
  readonly href: string;
  readonly label?: string | undefined;
  readonly current?: boolean | undefined;
  readonly class?: string | undefined;
  readonly children: ComponentChildren;
}

export const Link = ({ href, label, current, class: name, children }: LinkProps) => (
  <a
    class={name}
    href={href}
    aria-label={label}
    aria-current={current ? "page" : undefined}
    onClick={(event) => follow(event, href)}
  >
    {children}
  </a>
);

export const ButtonLink = ({
  href,
  kind = "plain",
  icon,
  label,
  children,
}: Pick<ButtonProps, "kind" | "icon" | "label" | "children"> & { readonly href: string }) => (
  <Link class={`button ${kind}`} href={href} label={label}>
    {icon && <Icon name={icon} />}
    {children}
  </Link>
);
