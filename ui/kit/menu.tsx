import { useId, useRef, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";
import { Item, type MenuProps } from "./menu-item.tsx";
import { targetOf } from "./menu-keys.ts";
import { placeBeside, useHiddenByScrolling } from "./place.ts";

/** A button with a list of actions: arrows move, letters find, Escape closes and gives focus back. */

export const Menu = ({ label, name = label, items, icon, kind = "plain", direct }: MenuProps) => {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const id = useId();
  useHiddenByScrolling(popup, open);
  const only = direct && items.length === 1 ? items[0] : undefined;

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
      if (only || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
      event.preventDefault();
      show(event.key === "ArrowDown" ? 0 : -1);
    },
    onClick: (): void => (only ? only.onSelect() : show(0)),
    ...(!only && ({ "aria-haspopup": "menu", "aria-expanded": open } as const)),
  };
  return (
    <span class="menu">
      <button {...opener} type="button" ref={button}>
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
