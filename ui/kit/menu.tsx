import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";
import { placeBeside } from "./place.ts";

/** A button with a list of actions: arrows move, letters find, Escape closes and gives focus back. */

interface MenuItem {
  readonly label: string;
  readonly onSelect: () => void;
  readonly danger?: boolean | undefined;
}

interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** Stands alone in a square button; the label is then read out. */
  readonly icon?: IconName | undefined;
  readonly kind?: "plain" | "quiet" | "primary" | undefined;
}

export const Menu = ({ label, items, icon, kind = "plain" }: MenuProps) => {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const id = useId();

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
  useEffect(() => {
    if (!open) return;
    const hide = (): void => popup.current?.hidePopover();
    addEventListener("resize", hide);
    addEventListener("scroll", hide);
    return () => {
      removeEventListener("resize", hide);
      removeEventListener("scroll", hide);
    };
  }, [open]);

  const move = (event: KeyboardEvent): void => {
    const all = entries();
    const at = all.findIndex((entry) => entry.matches(":focus"));
    const found = all.find(
      (entry, index) => index > at && entry.textContent?.toLowerCase().startsWith(event.key.toLowerCase()),
    );
    const target =
      { ArrowDown: all[at + 1] ?? all[0], ArrowUp: all.at(at - 1), Home: all[0], End: all.at(-1) }[event.key] ?? found;
    if (event.key === "Tab") popup.current?.hidePopover();
    else if (event.key === "Escape" || target) event.preventDefault();
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else target?.focus();
  };

  return (
    <span class="menu">
      <button
        class={icon ? `button ${kind} square` : `button ${kind}`}
        type="button"
        ref={button}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={id}
        aria-label={icon ? label : undefined}
        title={icon ? label : undefined}
        onClick={() => (open ? close() : show(0))}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          show(event.key === "ArrowDown" ? 0 : -1);
        }}
      >
        {icon ? <Icon name={icon} /> : label}
        {!icon && <Icon name="chevron-down" />}
      </button>
      <div
        class="popup"
        role="menu"
        id={id}
        popover="auto"
        aria-label={label}
        ref={popup}
        onKeyDown={move}
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        {items.map((item) => (
          <button
            key={item.label}
            class={item.danger ? "menu-item danger" : "menu-item"}
            type="button"
            role="menuitem"
            tabIndex={-1}
            onClick={() => {
              close();
              item.onSelect();
            }}
          >
            {item.label}
          </button>
        ))}
      </div>
    </span>
  );
};
