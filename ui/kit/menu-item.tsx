import type { IconName } from "./icon.tsx";

/** What a menu is given, and one of its actions. */

export interface MenuItem {
  readonly label: string;
  readonly onSelect: () => void;
  readonly danger?: boolean | undefined;
}

export interface MenuProps {
  readonly label: string;
  /** Accessible name, where the label does not say on what it acts. */
  readonly name?: string | undefined;
  readonly items: readonly MenuItem[];
  /** Stands alone in a square button; the label is then read out. */
  readonly icon?: IconName | undefined;
  readonly kind?: "plain" | "quiet" | "primary" | undefined;
  /** An action that is the only one is done by the button itself: it says as much. More may come while it has the focus. */
  readonly direct?: boolean | undefined;
}

export const Item = ({ label, danger, onSelect, close }: MenuItem & { readonly close: () => void }) => {
  const select = (): void => {
    close();
    onSelect();
  };
  const name = danger ? "menu-item danger" : "menu-item";
  return (
    <button class={name} type="button" role="menuitem" tabIndex={-1} onClick={select}>
      {label}
    </button>
  );
};
