import { h, type TargetedEvent } from "preact";
import { Field, useAutofocus } from "./field.tsx";
import { attributesOf, type TextProps } from "./text-props.ts";
import { useVeiled } from "./veil.ts";

interface TextFieldProps extends TextProps {
  readonly type?: "text" | "password" | "number" | "datetime-local" | "search" | undefined;
}

/** One line of text. */
export const TextField = ({ type = "text", ...props }: TextFieldProps) => {
  const ref = useAutofocus<HTMLInputElement>(props.autofocus);
  const value = useVeiled(props.value);
  return (
    <Field {...props}>
      {(tied) =>
        h("input", {
          ...attributesOf({ ...props, value }),
          ...tied,
          ref,
          type,
          onInput: (event: TargetedEvent<HTMLInputElement>) => props.onInput(event.currentTarget.value),
        })
      }
    </Field>
  );
};
