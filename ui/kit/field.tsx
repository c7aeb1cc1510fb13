import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

/** A label above, the control, a hint and an error under it, tied together for screen readers. */

export interface FieldProps {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly error?: string | undefined;
  /** The label is read out, not drawn. */
  readonly bare?: boolean | undefined;
}

interface Tied {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}

export const Field = ({
  label,
  hint,
  error,
  bare,
  children,
}: FieldProps & { readonly children: (tied: Tied) => ComponentChildren }) => {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div class={error ? "field wrong" : "field"}>
      <label class={bare ? "unseen-text" : "label"} for={id}>
        {label}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
};

/** Of fields for secrets of elsewhere: browsers and password managers keep out. */
export const FOREIGN = {
  autocomplete: "off",
  autocapitalize: "off",
  spellcheck: false,
  "data-1p-ignore": "",
  "data-lpignore": "true",
  "data-bwignore": "",
} as const;

/** Focuses what was just drawn, with it. In a dialog nothing takes focus before it opens: it does the same itself then. */
export const useAutofocus = <T extends HTMLElement>(wanted: boolean | undefined) => {
  const ref = useRef<T>(null);
  useLayoutEffect(() => {
    if (wanted) ref.current?.focus();
  }, [wanted]);
  return ref;
};
