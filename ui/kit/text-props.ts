import { type FieldProps, FOREIGN } from "./field.tsx";

/** What fields for one line and for several have in common. */

export interface TextProps extends FieldProps {
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
  /** The field is left. */
  readonly onLeave?: (() => void) | undefined;
  readonly onKeyDown?: ((event: KeyboardEvent) => void) | undefined;
}

const PLAIN = { spellcheck: false, autocapitalize: "off" } as const;

/** Attributes of the element. */
export const attributesOf = ({ mono, foreign, masked, autocomplete = "off", autofocus, ...props }: TextProps) => ({
  class: ["input", mono && "mono", masked && "masked"].filter(Boolean).join(" "),
  value: props.value,
  required: props.required,
  disabled: props.disabled,
  readOnly: props.readonly,
  placeholder: props.placeholder,
  name: props.name,
  onKeyDown: props.onKeyDown,
  onBlur: props.onLeave,
  autocomplete,
  ...(mono ? PLAIN : {}),
  ...(foreign ? FOREIGN : {}),
  ...(autofocus ? { "data-autofocus": "" } : {}),
});
