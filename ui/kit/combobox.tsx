import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { kit } from "../texts/kit.ts";
import { announce } from "./announce.tsx";
import { Field, type FieldProps } from "./field.tsx";
import { placeBeside } from "./place.ts";

/** A text field that suggests; anything else may be typed. Options that hold what was typed are shown, 50 at most. */

interface ComboboxProps extends FieldProps {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly onSelect?: ((value: string) => void) | undefined;
  readonly options: readonly string[];
  readonly required?: boolean | undefined;
  readonly autofocus?: boolean | undefined;
}

const MOST = 50;

const fitting = (options: readonly string[], typed: string): readonly string[] => {
  const wanted = typed.toLowerCase();
  return options.filter((option) => option !== typed && option.toLowerCase().includes(wanted)).slice(0, MOST);
};

export const Combobox = ({ value, onInput, onSelect, options, required, autofocus, ...field }: ComboboxProps) => {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const shown = fitting(options, value);
  const visible = open && shown.length > 0;

  useLayoutEffect(() => {
    if (autofocus) input.current?.focus();
  }, []);
  useLayoutEffect(() => {
    if (!visible) return list.current?.hidePopover();
    list.current?.showPopover();
    if (input.current && list.current) placeBeside(input.current, list.current);
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  });

  const choose = (option: string): void => {
    setOpen(false);
    setAt(-1);
    onInput(option);
    onSelect?.(option);
  };
  const move = (step: 1 | -1): void => {
    const start = visible ? at : -1;
    setAt(start < 0 && step < 0 ? shown.length - 1 : (start + step + shown.length) % Math.max(shown.length, 1));
    setOpen(true);
    if (!visible) announce(kit.options(shown.length));
  };
  const press = (event: KeyboardEvent): void => {
    const chosen = visible ? shown[at] : undefined;
    const does: Readonly<Record<string, (() => void) | undefined>> = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Enter: chosen === undefined ? undefined : () => choose(chosen),
      Escape: visible ? () => setOpen(false) : undefined,
    };
    const act = does[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  return (
    <Field {...field}>
      {(tied) => (
        <>
          <input
            {...tied}
            class="input mono"
            ref={input}
            type="text"
            role="combobox"
            autocomplete="off"
            spellcheck={false}
            value={value}
            required={required}
            data-autofocus={autofocus ? "" : undefined}
            aria-expanded={visible}
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={visible && at >= 0 ? `${id}-${at}` : undefined}
            onInput={(event) => {
              setOpen(true);
              setAt(-1);
              onInput(event.currentTarget.value);
            }}
            onKeyDown={press}
            onBlur={() => setOpen(false)}
          />
          <div
            class="popup listbox"
            role="listbox"
            id={`${id}-list`}
            aria-label={field.label}
            popover="manual"
            ref={list}
          >
            {visible &&
              shown.map((option, index) => (
                <div
                  key={option}
                  id={`${id}-${index}`}
                  class="menu-item mono"
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === at}
                  // Before the field loses focus.
                  onPointerDown={(event) => {
                    event.preventDefault();
                    choose(option);
                  }}
                >
                  {option}
                </div>
              ))}
          </div>
        </>
      )}
    </Field>
  );
};
