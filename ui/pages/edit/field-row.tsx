import { useId, useState } from "preact/hooks";
import { Button, IconButton, useAutofocus, useShown, useVeiled } from "../../kit/index.ts";
import { edit } from "../../texts/edit.ts";
import { faultText, marksText } from "./faults.ts";
import { GenerateButton } from "./generate-button.tsx";
import { withTyped } from "./line-ends.ts";
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
  readonly onChange: (next: (field: Field) => Field) => void;
  readonly onSplit: (parts: readonly Field[]) => void;
  readonly onRemove: () => void;
}

const Kind = ({ field, onChange }: Pick<FieldRowProps, "field" | "onChange">) => {
  const other = field.kind === "text" ? "json" : "text";
  return (
    <Button kind="quiet" onClick={() => onChange((now) => asKind(now, other))}>
      {other === "json" ? edit.asJson : edit.asText}
    </Button>
  );
};

const Split = ({ parts, onSplit }: { readonly parts: readonly Field[]; readonly onSplit: () => void }) => (
  <p class="edit-split" role="status">
    {edit.split(parts.length)} <Button onClick={onSplit}>{edit.splitAction}</Button>
  </p>
);

interface NameProps {
  readonly field: Field;
  readonly at: number;
  readonly wrong: boolean;
  readonly fresh: boolean;
  readonly faultId: string | undefined;
  readonly onPaste: (event: ClipboardEvent) => void;
  readonly onInput: (name: string) => void;
}

const Name = ({ field, at, wrong, fresh, faultId, onPaste, onInput }: NameProps) => {
  const ref = useAutofocus<HTMLInputElement>(fresh);
  const name = useVeiled(field.name);
  return (
    <input
      ref={ref}
      class="input mono edit-name"
      aria-label={edit.fieldName(at)}
      aria-describedby={faultId}
      aria-invalid={wrong || undefined}
      placeholder={edit.namePlaceholder}
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
      value={name}
      onPaste={onPaste}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
};

interface FootProps extends Pick<FieldRowProps, "field" | "onChange"> {
  readonly id: string;
  readonly shown: boolean;
}

const Foot = ({ id, shown, field, onChange }: FootProps) => (
  <div class="edit-foot">
    <p class="hint" id={id}>
      {shown && marksText(field.value)}
    </p>
    <Kind field={field} onChange={onChange} />
  </div>
);

/** How the value is drawn, and what changes that. */
const useMode = ({ value }: Field) => {
  const [shown, show, stay] = useShown();
  const [typing, setTyping, stayTyping] = useShown();
  const hidden: ValueMode = value === "" || typing ? "typed" : "dots";
  const mode: ValueMode = shown ? "plain" : hidden;
  const atWork = (): void => {
    stay();
    stayTyping();
  };
  return { mode, shown, show, setTyping, atWork };
};

export const FieldRow = (props: FieldRowProps) => {
  const { field, at, fault, fresh, onChange } = props;
  const { mode, shown, show, setTyping, atWork } = useMode(field);
  const [entering, setEntering] = useState(false);
  const [pasted, setPasted] = useState(false);
  const id = useId();
  const faultId = fault && `${id}-fault`;
  const marksId = shown ? `${id}-marks` : undefined;
  const name = edit.called(field.name);
  const parts = pasted ? splitPaste(field.value) : undefined;
  const turn = (to: boolean, enter: boolean): void => {
    setEntering(enter);
    show(to);
  };
  const write = (typed: string): void => {
    atWork();
    onChange((now) => ({ ...now, value: withTyped(now.value, typed) }));
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
      <Name
        field={field}
        at={at}
        wrong={fault?.is === "twice"}
        fresh={fresh}
        faultId={faultId}
        onPaste={pasteName}
        onInput={(typed) => onChange((now) => ({ ...now, name: typed }))}
      />
      <div class="edit-value">
        <ValueArea
          field={field}
          mode={mode}
          describedBy={[marksId, faultId].filter(Boolean).join(" ") || undefined}
          wrong={fault !== undefined && fault.is !== "twice"}
          focused={entering}
          onShow={() => turn(true, true)}
          onPaste={() => setPasted(field.value === "")}
          onTyping={setTyping}
          onInput={write}
        />
        {(shown || (mode === "typed" && field.kind === "json")) && (
          <Foot id={`${id}-marks`} shown={shown} field={field} onChange={onChange} />
        )}
        {fault && (
          <p class="error" id={faultId}>
            {faultText(fault)}
          </p>
        )}
        {parts && <Split parts={parts} onSplit={() => props.onSplit(parts)} />}
      </div>
      <div class="edit-actions">
        <GenerateButton
          name={name}
          policies={props.policies}
          onValue={(value) => onChange((now) => ({ ...now, name: now.name || edit.password, kind: "text", value }))}
        />
        <IconButton
          icon={shown ? "hide" : "show"}
          label={(shown ? edit.hide : edit.show)(name)}
          onClick={() => turn(!shown, false)}
        />
        <IconButton icon="remove" label={edit.remove(name)} onClick={props.onRemove} />
      </div>
    </li>
  );
};
