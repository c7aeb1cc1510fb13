import { useState } from "preact/hooks";
import { Button, Combobox, IconButton, Visible } from "../../kit/index.ts";
import { access } from "../../texts/access.ts";

/** A set of names: each with a button that removes it, and a field that adds one, by Enter too. */

interface ChosenFieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
  readonly options: readonly string[];
  /** Others than the options may be typed; those that are not there yet are said, where it is known what is. */
  readonly free?: boolean | undefined;
}

export const ChosenField = ({ label, hint, chosen, onChange, options, free }: ChosenFieldProps) => {
  const [typed, setTyped] = useState("");
  const name = typed.trim();
  const left = options.filter((option) => !chosen.includes(option));
  const unknown = options.length > 0 ? chosen.filter((one) => one !== "default" && !options.includes(one)) : [];
  const fits = name !== "" && (free || left.includes(name));
  const take = (added: string): void => {
    setTyped("");
    if (added !== "" && !chosen.includes(added)) onChange([...chosen, added]);
  };
  return (
    <div class="access-chosen">
      {chosen.length > 0 && (
        <ul class="access-chips" aria-label={label}>
          {chosen.map((one) => (
            <li class="tag" key={one}>
              <Visible text={one} />
              <IconButton
                icon="close"
                label={access.remove(one)}
                onClick={() => onChange(chosen.filter((other) => other !== one))}
              />
            </li>
          ))}
        </ul>
      )}
      {unknown.length > 0 && <p class="access-unknown">{access.unknown(unknown)}</p>}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Enter in the field adds, instead of sending the form. */}
      <div
        class="field-line"
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.defaultPrevented || name === "") return;
          event.preventDefault();
          if (fits) take(name);
        }}
        onFocusOut={(event) => {
          const inside = event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget);
          if (!inside && fits) take(name);
        }}
      >
        <Combobox label={label} hint={hint} value={typed} onInput={setTyped} onSelect={take} options={left} />
        <Button
          label={access.add(name === "" ? label.toLowerCase() : name)}
          disabled={!fits}
          onClick={() => take(name)}
        >
          {access.addWord}
        </Button>
      </div>
    </div>
  );
};
