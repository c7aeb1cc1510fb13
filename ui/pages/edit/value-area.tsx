import { useLayoutEffect, useRef } from "preact/hooks";
import { FOREIGN, Tag } from "../../kit/index.ts";
import { edit } from "../../texts/edit.ts";
import { shownText } from "./line-ends.ts";
import type { Field } from "./model.ts";

/**
 * One value: eight dots, or a text area that grows. While it is typed unseen it is drawn as dots; once it is left it is
 * in the document no more.
 */

export type ValueMode = "dots" | "typed" | "plain";

interface ValueAreaProps {
  readonly field: Field;
  readonly mode: ValueMode;
  readonly describedBy: string | undefined;
  readonly wrong: boolean;
  /** The text area was opened by a click on the dots, and takes the focus over. */
  readonly focused: boolean;
  readonly onShow: () => void;
  /** The text as the area has it. */
  readonly onInput: (typed: string) => void;
  readonly onPaste: () => void;
  readonly onTyping: (typing: boolean) => void;
}

const MOST_ROWS = 24;

const linesIn = (value: string): number => value.split(/\r\n|\r|\n/).length;

export const ValueArea = (props: ValueAreaProps) => {
  const { field, mode, describedBy, wrong, focused } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const dots = useRef<HTMLButtonElement>(null);
  const name = edit.called(field.name);
  // Seen before what is drawn next takes the area, and the focus in it, away.
  const hadFocus = area.current !== null && area.current === document.activeElement;
  useLayoutEffect(() => {
    if (mode === "dots" && hadFocus) dots.current?.focus();
    if (mode === "plain" && focused) area.current?.focus();
  }, [mode]);
  if (mode === "dots") {
    const lines = linesIn(field.value);
    return (
      <button
        ref={dots}
        class={wrong ? "edit-dots wrong" : "edit-dots"}
        type="button"
        aria-describedby={describedBy}
        onClick={props.onShow}
      >
        <span class="unseen-text">{edit.showAndEdit(name)}</span>
        <span class="dots" aria-hidden="true">
          {edit.dots}
        </span>
        {lines > 1 && <span class="muted small">{edit.lines(lines)}</span>}
        {field.kind === "json" && <Tag>{edit.jsonTag}</Tag>}
      </button>
    );
  }
  const value = shownText(field.value);
  return (
    <textarea
      {...FOREIGN}
      ref={area}
      class={mode === "typed" ? "input mono masked edit-area" : "input mono edit-area"}
      aria-label={edit.valueOf(field.name)}
      aria-describedby={describedBy}
      aria-invalid={wrong || undefined}
      rows={Math.min(linesIn(value), MOST_ROWS)}
      placeholder={edit.valuePlaceholder}
      value={value}
      onFocus={() => props.onTyping(true)}
      onBlur={() => props.onTyping(false)}
      onPaste={props.onPaste}
      onInput={(event) => props.onInput(event.currentTarget.value)}
    />
  );
};
