import { kit } from "../texts/kit.ts";
import { IconButton } from "./button.tsx";
import { changeOf, type DiffRow } from "./diff-rows.ts";
import { DiffText } from "./diff-text.tsx";
import { Tag } from "./note.tsx";
import { Dots } from "./secret-value.tsx";
import { useShown } from "./shown.ts";
import { Visible } from "./visible.tsx";

/** Two versions of fields, side by side in words: masked until shown, field by field; long text by line. */

const Field = ({ row }: { readonly row: DiffRow }) => {
  const [shown, show] = useShown();
  const change = changeOf(row);
  return (
    <li class="diff-row">
      <div class="diff-head">
        <span class="mono">
          <Visible text={row.name} />
        </span>
        <Tag kind={change}>{kit.diff[change]}</Tag>
        {!shown && <Dots name={row.name} />}
        <IconButton
          icon={shown ? "hide" : "show"}
          label={(shown ? kit.diff.hide : kit.diff.show)(row.name)}
          onClick={() => show(!shown)}
        />
      </div>
      {shown && (
        <DiffText before={row.before} after={row.after}>
          {(text) => <Visible text={text} />}
        </DiffText>
      )}
    </li>
  );
};

export const Diff = ({ rows }: { readonly rows: readonly DiffRow[] }) =>
  rows.length === 0 ? (
    <p class="muted">{kit.diff.none}</p>
  ) : (
    <ul class="diff">
      {rows.map((row) => (
        <Field key={row.name} row={row} />
      ))}
    </ul>
  );
