import { Field, useVeiled } from "../../kit/index.ts";
import type { DraftError } from "../../policy/draft.ts";
import { tokenLines } from "../../policy/tokens.ts";
import { policies } from "../../texts/policies.ts";

/**
 * A policy's text with numbered lines and colours. The text field lies over a coloured copy of itself that screen readers
 * do not see; both wrap alike, and the taller of them makes the height.
 */

interface TextEditorProps {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly errors: readonly DraftError[];
  readonly readonly?: boolean | undefined;
}

const said = ({ line, text }: DraftError): string => (line === undefined ? text : policies.line(line, text));

export const TextEditor = ({ value: typed, onInput, errors, readonly = false }: TextEditorProps) => {
  const value = useVeiled(typed);
  const wrong = new Set(errors.map(({ line }) => line));
  return (
    <Field
      label={policies.text}
      hint={policies.textHint}
      error={errors.length === 0 ? undefined : errors.map(said).join("\n")}
    >
      {(tied) => (
        <div class="policies-editor">
          <pre aria-hidden="true">
            {tokenLines(value).map((tokens, index) => (
              <span key={index} class={wrong.has(index + 1) ? "line wrong" : "line"}>
                {tokens.map(({ kind, text }, place) => (
                  <span key={place} class={`token-${kind}`}>
                    {text}
                  </span>
                ))}
                {"\n"}
              </span>
            ))}
          </pre>
          <textarea
            {...tied}
            value={value}
            readOnly={readonly}
            spellcheck={false}
            autocapitalize="off"
            autocomplete="off"
            wrap="soft"
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        </div>
      )}
    </Field>
  );
};
