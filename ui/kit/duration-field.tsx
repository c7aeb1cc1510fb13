import { kit } from "../texts/kit.ts";
import { parseDuration } from "./durations.ts";
import { Field, type FieldProps } from "./field.tsx";

interface DurationFieldProps extends FieldProps {
  /** As Vault reads it: `1h`, `90` (seconds). Empty: not given. */
  readonly value: string;
  readonly onInput: (value: string) => void;
}

export const DurationField = ({ value, onInput, hint = kit.duration.hint, error, ...field }: DurationFieldProps) => (
  <Field
    {...field}
    hint={hint}
    error={error ?? (value === "" || parseDuration(value) !== undefined ? undefined : kit.duration.bad)}
  >
    {(tied) => (
      <input
        {...tied}
        class="input mono short"
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    )}
  </Field>
);
