import { Field, useAutofocus } from "./field.tsx";
import { attributesOf, type TextProps } from "./text-props.ts";
import { useVeiled } from "./veil.ts";

interface TextAreaProps extends TextProps {
  /** Lines at least. */
  readonly rows?: number | undefined;
}

const MOST_ROWS = 24;

/** Grows with its text, up to 24 lines. */
export const TextArea = ({ rows = 1, ...props }: TextAreaProps) => {
  const ref = useAutofocus<HTMLTextAreaElement>(props.autofocus);
  const value = useVeiled(props.value);
  const lines = value.split("\n").length;
  return (
    <Field {...props}>
      {(tied) => (
        <textarea
          {...attributesOf({ ...props, value })}
          {...tied}
          ref={ref}
          rows={Math.min(Math.max(rows, lines), MOST_ROWS)}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
};
