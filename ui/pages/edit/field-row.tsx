import { useId, useState } from "preact/hooks";
import { Button, IconButton, useShown } from "../../kit/index.ts";
import { edit } from "../../texts/edit.ts";
import { faultText, marksText } from "./faults.ts";
import { GenerateButton } from "./generate-button.tsx";
import { asKind, type Field, type FieldFault } from "./model.ts";
import { splitPaste } from "./paste.ts";
import { ValueArea, type ValueMode } from "./value-area.tsx";

/** A field: its name, its value, and what can be done with it. */

interface FieldRowProps {
  readonly field: Field;
  /** Counts from 1. */
  readonly at: number;
  readonly fault: FieldFault | undefined;
  readonly policies: readonly string[];
  /** Focus goes to its name: it was just added. */
  readonly fresh: boolean;
  readonly onChange: (field: Field) => void;
  readonly onSplit: (parts: readonly Field[]) => void;
  readonly onRemove: () => void;
}

const Kind = ({ field, onChange }: Pick<FieldRowProps, "field" | "onChange">) => {
  const other = field.kind === "text" ? "json" : "text";
  return (
    <Button kind="quiet" onClick={() => onChange(asKind(field, other))}>
      {other === "json" ? edit.asJson : edit.asText}
    </Button>
  );
};

const Split = ({ parts, onSplit }: { readonly parts: readonly Field[]; readonly onSplit: () => void }) => (
  <p class="edit-split" role="status">
    {edit.split(parts.length)} <Button onClick={onSplit}>{edit.splitAction}</Button>
  </p>
);

export const FieldRow = (props: FieldRowProps) => {
  const { field, at, fault, fresh, onChange } = props;
  const [shown, show, stay] = useShown();
  const [typing, setTyping, stayTyping] = useShown();
  const [pasted, setPasted] = useState(false);
  const id = useId();
  const name = edit.called(field.name);
  const hidden: ValueMode = field.value === "" || typing ? "typed" : "dots";
  const mode: ValueMode = shown ? "plain" : hidden;
  const marks = shown ? marksText(field.value) : "";
  const parts = pasted ? splitPaste(field.value) : undefined;
  const write = (value: string): void => {
    stay();
    stayTyping();
    onChange({ ...field, value });
  };
  const pasteName = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (field.value !== "" || !splitPaste(text)) return;
    event.preventDefault();
    setPasted(true);
    write(text);
  };
  return (
    <li class="edit-row">
      <input
        class="input mono edit-name"
        aria-label={edit.fieldName(at)}
        aria-describedby={fault ? `${id}-fault` : undefined}
        aria-invalid={fault?.is === "twice" || undefined}
        placeholder={edit.namePlaceholder}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={field.name}
        ref={(input) => {
          if (fresh) input?.focus();
        }}
        onPaste={pasteName}
        onInput={(event) => onChange({ ...field, name: event.currentTarget.value })}
      />
      <div class="edit-value">
        <ValueArea
          field={field}
          mode={mode}
          describedBy={`${id}-marks ${id}-fault`}
          wrong={fault !== undefined && fault.is !== "twice"}
          focused
          onShow={() => show(true)}
          onPaste={() => setPasted(field.value === "")}
          onTyping={setTyping}
          onInput={write}
        />
        {(marks !== "" || shown || field.kind === "json") && (
          <div class="edit-foot">
            <p class="hint" id={`${id}-marks`}>
              {marks}
            </p>
            {mode !== "dots" && <Kind field={field} onChange={onChange} />}
          </div>
        )}
        {fault && (
          <p class="error" id={`${id}-fault`}>
            {faultText(fault)}
          </p>
        )}
        {parts && <Split parts={parts} onSplit={() => props.onSplit(parts)} />}
      </div>
      <div class="edit-actions">
        <GenerateButton
          name={name}
          policies={props.policies}
          onValue={(value) => onChange({ ...field, name: field.name || edit.password, kind: "text", value })}
        />
        <IconButton
          icon={shown ? "hide" : "show"}
          label={(shown ? edit.hide : edit.show)(name)}
          onClick={() => show(!shown)}
        />
        <IconButton icon="remove" label={edit.remove(name)} onClick={props.onRemove} />
      </div>
    </li>
  );
};
