import { useId } from "preact/hooks";
import { Button, Dots, FOREIGN, useAutofocus, useShown } from "../../kit/index.ts";
import { edit } from "../../texts/edit.ts";
import { jsonFaultText } from "./faults.ts";
import { type Field, fromJson } from "./model.ts";

/** The whole secret as JSON. Until it is asked for, names and dots; values are not in the document. */

interface JsonAreaProps {
  readonly text: string;
  /** As they were before this view, for their names. */
  readonly fields: readonly Field[];
  readonly onInput: (text: string) => void;
}

const MOST_ROWS = 40;

const Hidden = ({ fields }: { readonly fields: readonly Field[] }) => (
  <ul class="edit-json-hidden mono">
    {fields.map((field) => (
      <li key={field.id}>
        {JSON.stringify(field.name)}: <Dots name={edit.called(field.name)} />
      </li>
    ))}
  </ul>
);

export const JsonArea = ({ text, fields, onInput }: JsonAreaProps) => {
  const [shown, show, stay] = useShown();
  const id = useId();
  const area = useAutofocus<HTMLTextAreaElement>(shown);
  const read = fromJson(text, fields);
  const fault = "fault" in read ? read : undefined;
  if (!shown) {
    return (
      <div class="edit-json">
        <Hidden fields={"fault" in read ? fields : read} />
        {fault && <p class="error">{jsonFaultText(fault)}</p>}
        <p class="hint">{edit.jsonHidden}</p>
        <div class="actions">
          <Button icon="show" onClick={() => show(true)}>
            {edit.jsonShow}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div class="edit-json">
      <textarea
        {...FOREIGN}
        class="input mono edit-area"
        aria-label={edit.json}
        aria-describedby={fault ? `${id}-fault` : undefined}
        aria-invalid={fault ? true : undefined}
        rows={Math.min(text.split("\n").length, MOST_ROWS)}
        value={text}
        ref={area}
        onInput={(event) => {
          stay();
          onInput(event.currentTarget.value);
        }}
      />
      {fault && (
        <p class="error" id={`${id}-fault`} role="status">
          {jsonFaultText(fault)}
        </p>
      )}
      <div class="actions">
        <Button icon="hide" onClick={() => show(false)}>
          {edit.jsonHide}
        </Button>
      </div>
    </div>
  );
};
