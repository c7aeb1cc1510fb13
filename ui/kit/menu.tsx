import { useId, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";
import { Item, type MenuItem } from "./menu-item.tsx";
import { targetOf } from "./menu-keys.ts";
import { placeBeside, useHiddenByScrolling } from "./place.ts";

/** A button with a list of actions: arrows move, letters find, Escape closes and gives focus back. */

interface MenuProps {
  readonly label: string;
  /** Accessible name, where the label does not say on what it acts. */
  readonly name?: string | undefined;
  readonly items: readonly MenuItem[];
  /** Stands alone in a square button; the label is then read out. */
  readonly icon?: IconName | undefined;
  readonly kind?: "plain" | "quiet" | "primary" | undefined;
}

export const Menu = ({ label, name = label, items, icon, kind = "plain" }: MenuProps) => {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const id = useId();
  useHiddenByScrolling(popup, open);

  const entries = (): HTMLButtonElement[] => [...(popup.current?.querySelectorAll("button") ?? [])];
  const close = (): void => {
    popup.current?.hidePopover();
    button.current?.focus();
  };
  const show = (index: number): void => {
    if (!popup.current || !button.current) return;
    popup.current.showPopover();
    placeBeside(button.current, popup.current, { end: true });
    entries().at(index)?.focus();
  };
  const press = (event: KeyboardEvent): void => {
    const all = entries();
    const at = all.findIndex((entry) => entry.matches(":focus"));
    const target = targetOf(all, at, event.key);
    if (event.key === "Tab") popup.current?.hidePopover();
    if (event.key !== "Escape" && !target) return;
    event.preventDefault();
    event.stopPropagation();
    if (target) target.focus();
    else close();
  };
  const opener = {
    class: icon ? `button ${kind} square` : `button ${kind}`,
    "aria-label": icon || name !== label ? name : undefined,
    title: icon ? label : undefined,
    onKeyDown: (event: KeyboardEvent): void => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      show(event.key === "ArrowDown" ? 0 : -1);
    },
  };
  return (
    <span class="menu">
      <button {...opener} type="button" ref={button} aria-haspopup="menu" aria-expanded={open} onClick={() => show(0)}>
        {icon ? <Icon name={icon} /> : label}
        {!icon && <Icon name="chevron-down" />}
      </button>
      <div
        class="popup"
        role="menu"
        id={id}
        popover="auto"
        aria-label={name}
        ref={popup}
        onKeyDown={press}
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        {items.map((item) => (
          <Item key={item.label} {...item} close={close} />
        ))}
      </div>
    </span>
  );
};
