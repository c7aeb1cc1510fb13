import { h, type TargetedEvent } from "preact";
import { Field, type FieldProps, FOREIGN, useAutofocus } from "./field.tsx";

/** One line of text, or several. */

interface TextProps extends FieldProps {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly mono?: boolean | undefined;
  readonly autocomplete?: AutoFill | undefined;
  /** A secret for elsewhere: no password manager fills or keeps it. */
  readonly foreign?: true | undefined;
  /** Drawn as dots (not `type=password`, which browsers offer to keep). */
  readonly masked?: boolean | undefined;
  readonly required?: boolean | undefined;
  readonly disabled?: boolean | undefined;
  readonly readonly?: boolean | undefined;
  readonly autofocus?: boolean | undefined;
  readonly placeholder?: string | undefined;
  readonly name?: string | undefined;
  readonly onKeyDown?: ((event: KeyboardEvent) => void) | undefined;
}

const PLAIN = { spellcheck: false, autocapitalize: "off" } as const;

const shared = ({ mono, foreign, masked, autocomplete = "off", autofocus, ...props }: TextProps) => ({
  class: ["input", mono && "mono", masked && "masked"].filter(Boolean).join(" "),
  value: props.value,
  required: props.required,
  disabled: props.disabled,
  readOnly: props.readonly,
  placeholder: props.placeholder,
  name: props.name,
  onKeyDown: props.onKeyDown,
  autocomplete,
  ...(mono ? PLAIN : {}),
  ...(foreign ? FOREIGN : {}),
  ...(autofocus ? { "data-autofocus": "" } : {}),
});

interface TextFieldProps extends TextProps {
  readonly type?: "text" | "password" | "number" | "datetime-local" | "search" | undefined;
}

export const TextField = ({ type = "text", ...props }: TextFieldProps) => {
  const ref = useAutofocus<HTMLInputElement>(props.autofocus);
  return (
    <Field {...props}>
      {(tied) =>
        h("input", {
          ...shared(props),
          ...tied,
          ref,
          type,
          onInput: (event: TargetedEvent<HTMLInputElement>) => props.onInput(event.currentTarget.value),
        })
      }
    </Field>
  );
};

interface TextAreaProps extends TextProps {
  /** Lines at least. */
  readonly rows?: number | undefined;
}

const MOST_ROWS = 24;

/** Grows with its text, up to 24 lines. */
export const TextArea = ({ rows = 1, ...props }: TextAreaProps) => {
  const ref = useAutofocus<HTMLTextAreaElement>(props.autofocus);
  const lines = props.value.split("\n").length;
  return (
    <Field {...props}>
      {(tied) => (
        <textarea
          {...shared(props)}
          {...tied}
          ref={ref}
          rows={Math.min(Math.max(rows, lines), MOST_ROWS)}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
};
