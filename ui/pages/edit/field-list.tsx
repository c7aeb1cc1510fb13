import { useRef, useState } from "preact/hooks";
import { textsIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { useApi } from "../../client/use-api.ts";
import { Button } from "../../kit/index.ts";
import { edit } from "../../texts/edit.ts";
import { FieldRow } from "./field-row.tsx";
import { type Field, type FieldFault, newField } from "./model.ts";
import { withSplit } from "./work.ts";

/** The fields, one below the other, and a button for one more. */

interface FieldListProps {
  readonly fields: readonly Field[];
  readonly faults: ReadonlyMap<number, FieldFault>;
  readonly onChange: (next: (fields: readonly Field[]) => readonly Field[]) => void;
}

const POLICIES = "sys/policies/password";

/** Password policies that may be listed and asked for a password. */
const usePolicies = (): readonly string[] => {
  const { may } = useSession();
  const { answer } = useApi(
    may(POLICIES, "list") ? { method: "GET", path: POLICIES, query: { list: "true" } } : undefined,
  );
  const names = answer?.ok ? textsIn(answer.data, "keys") : [];
  return names.filter((name) => may(`${POLICIES}/${name}/generate`, "read"));
};

export const FieldList = ({ fields, faults, onChange }: FieldListProps) => {
  const policies = usePolicies();
  const list = useRef<HTMLUListElement>(null);
  const [fresh, setFresh] = useState<number>();
  const add = (): void => {
    const field = newField();
    setFresh(field.id);
    onChange((now) => [...now, field]);
  };
  const remove = (index: number): void => {
    const id = fields[index]?.id;
    onChange((now) => {
      const left = now.filter((field) => field.id !== id);
      return left.length > 0 ? left : [newField()];
    });
    // What had the focus is gone: the row in its place takes it.
    const rows = list.current?.querySelectorAll<HTMLInputElement>(".edit-name");
    rows?.[index + 1 < rows.length ? index + 1 : Math.max(0, index - 1)]?.focus();
  };
  return (
    <div class="edit-fields">
      <ul class="edit-list" ref={list}>
        {fields.map((field, index) => (
          <FieldRow
            key={field.id}
            field={field}
            at={index + 1}
            fault={faults.get(field.id)}
            policies={policies}
            fresh={field.id === fresh}
            onChange={(next) => onChange((now) => now.map((other) => (other.id === field.id ? next(other) : other)))}
            onSplit={(parts) => onChange((now) => withSplit(now, field.id, parts))}
            onRemove={() => remove(index)}
          />
        ))}
      </ul>
      <Button icon="plus" onClick={add}>
        {edit.addField}
      </Button>
    </div>
  );
};
