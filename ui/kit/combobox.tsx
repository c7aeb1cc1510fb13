import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Field, type FieldProps, useAutofocus } from "./field.tsx";
import { placeBeside } from "./place.ts";
import { Option } from "./suggestion.tsx";
import { useSuggestions } from "./suggestions.ts";

/** A text field that suggests; anything else may be typed. Options that hold what was typed are shown, 50 at most. */

interface ComboboxProps extends FieldProps {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly onSelect?: ((value: string) => void) | undefined;
  readonly options: readonly string[];
  readonly required?: boolean | undefined;
  readonly autofocus?: boolean | undefined;
}

export const Combobox = ({ value, onInput, onSelect, options, required, autofocus, ...field }: ComboboxProps) => {
  const input = useAutofocus<HTMLInputElement>(autofocus);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const { shown, at, press, typed, take, close } = useSuggestions(options, value, (option) => {
    onInput(option);
    onSelect?.(option);
  });
  const visible = shown.length > 0;
  useLayoutEffect(() => {
    if (!visible) return list.current?.hidePopover();
    list.current?.showPopover();
    if (input.current && list.current) placeBeside(input.current, list.current);
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  });
  const state = {
    role: "combobox",
    "aria-expanded": visible,
    "aria-controls": `${id}-list`,
    "aria-autocomplete": "list",
    "aria-activedescendant": visible && at >= 0 ? `${id}-${at}` : undefined,
    "data-autofocus": autofocus ? "" : undefined,
  } as const;
  const read = (text: string): void => {
    typed();
    onInput(text);
  };
  return (
    <Field {...field}>
      {(tied) => (
        <>
          <input
            {...tied}
            {...state}
            class="input mono"
            ref={input}
            type="text"
            autocomplete="off"
            spellcheck={false}
            value={value}
            required={required}
            onInput={(event) => read(event.currentTarget.value)}
            onKeyDown={press}
            onBlur={close}
          />
          <div
            class="popup listbox"
            role="listbox"
            id={`${id}-list`}
            aria-label={field.label}
            popover="manual"
            ref={list}
          >
            {shown.map((option, index) => (
              <Option key={option} id={`${id}-${index}`} marked={index === at} text={option} take={take} />
            ))}
          </div>
        </>
      )}
    </Field>
  );
};
