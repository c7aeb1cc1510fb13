/** One action of a menu. */

export interface MenuItem {
  readonly label: string;
  readonly onSelect: () => void;
  readonly danger?: boolean | undefined;
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
