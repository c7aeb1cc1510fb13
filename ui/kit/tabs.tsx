import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** One stop for Tab; arrows choose. Tabs may come later than what stands below them, which stays as it is then. */

interface TabsProps {
  readonly label: string;
  /** None: what is below them stands alone. */
  readonly tabs: readonly { readonly id: string; readonly label: string }[];
  readonly selected: string;
  readonly onSelect: (id: string) => void;
  /** Of the selected one. */
  readonly children: ComponentChildren;
}

export const Tabs = ({ label, tabs, selected, onSelect, children }: TabsProps) => {
  const id = useId();
  const move = (event: KeyboardEvent): void => {
    const at = tabs.findIndex((tab) => tab.id === selected);
    const next = { ArrowRight: tabs[at + 1] ?? tabs[0], ArrowLeft: tabs.at(at - 1), Home: tabs[0], End: tabs.at(-1) }[
      event.key
    ];
    if (!next) return;
    event.preventDefault();
    onSelect(next.id);
    document.getElementById(`${id}-${next.id}`)?.focus();
  };
  const panel = { id: `${id}-panel`, role: "tabpanel", "aria-labelledby": `${id}-${selected}`, tabIndex: 0 } as const;
  return (
    <div class="tabs">
      {tabs.length > 0 && (
        <div class="tablist" role="tablist" aria-label={label} onKeyDown={move}>
          {tabs.map((tab) => (
            <button
              key={tab.id}
              id={`${id}-${tab.id}`}
              class="tab"
              type="button"
              role="tab"
              aria-selected={tab.id === selected}
              aria-controls={panel.id}
              tabIndex={tab.id === selected ? 0 : -1}
              onClick={() => onSelect(tab.id)}
            >
              {tab.label}
            </button>
          ))}
        </div>
      )}
      <div class="tabpanel" {...(tabs.length > 0 && panel)}>
        {children}
      </div>
    </div>
  );
};
