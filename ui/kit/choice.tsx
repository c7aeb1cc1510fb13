import { useId } from "preact/hooks";
import { Field, type FieldProps } from "./field.tsx";
import { Icon } from "./icon.tsx";

/** Choosing one of a few. */

interface Option {
  readonly value: string;
  readonly label: string;
}

interface ChoiceProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly Option[];
  readonly disabled?: boolean | undefined;
}

export const Select = ({ value, onChange, options, disabled, ...field }: ChoiceProps) => (
  <Field {...field}>
    {(tied) => (
      <span class="select">
        <select
          {...tied}
          class="input"
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="chevron-down" />
      </span>
    )}
  </Field>
);

/** Radio buttons that look like a switch: for two to five short words. */
export const Segmented = ({ label, value, onChange, options, bare, hint }: ChoiceProps) => {
  const id = useId();
  return (
    <fieldset class="field" aria-describedby={hint ? `${id}-hint` : undefined}>
      <legend class={bare ? "unseen-text" : "label"}>{label}</legend>
      <div class="segmented">
        {options.map((option) => (
          <label key={option.value}>
            <input
              class="unseen-text"
              type="radio"
              name={id}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </fieldset>
  );
};
