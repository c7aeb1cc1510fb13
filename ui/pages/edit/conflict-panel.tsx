import { useLayoutEffect, useRef } from "preact/hooks";
import { Button, Dots, IconButton, Segmented, Tag, useShown, Visible } from "../../kit/index.ts";
import { edit } from "../../texts/edit.ts";
import type { Row, Side } from "./merge.ts";
import type { Value } from "./model.ts";
import { type Conflict, chosenSide, type Work } from "./work.ts";

/** What somebody else saved meanwhile, field by field, with the choice between theirs and mine. */

const words = edit.conflict;

const whatHappened = ({ before, theirs }: Conflict): string => {
  if (theirs.is === "deleted") return words.deleted;
  if (theirs.is === "absent") return words.absent;
  if (theirs.is !== "stored") return words.unread;
  if (theirs.version === undefined) return words.plain;
  const mine = before.is === "stored" || before.is === "unread" || before.is === "deleted" ? before.version : undefined;
  return mine === undefined ? words.storedNew(theirs.version) : words.stored(theirs.version, mine);
};

const Cell = ({ label, name, value, shown }: { label: string; name: string; value: Value; shown: boolean }) => (
  <div class="edit-side">
    <dt>{label}</dt>
    <dd class={value && shown ? "mono edit-side-value" : undefined}>
      {value === undefined && <span class="muted">{words.nothing}</span>}
      {value && (shown ? <Visible text={value.value} /> : <Dots name={`${label}, ${name}`} />)}
    </dd>
  </div>
);

interface RowProps {
  readonly row: Row;
  readonly side: Side | "hand" | undefined;
  readonly onSide: (side: Side) => void;
}

const ConflictRow = ({ row, side, onSide }: RowProps) => {
  const [shown, show] = useShown();
  const name = edit.called(row.name);
  return (
    <li class={row.change === "both" && side === undefined ? "edit-conflict-row open" : "edit-conflict-row"}>
      <div class="edit-conflict-head">
        <span class="edit-conflict-name">
          <span class="mono">
            <Visible text={row.name} />
          </span>
          <Tag kind={row.change === "both" ? "warn" : "changed"}>{words.by[row.change]}</Tag>
        </span>
        <IconButton
          icon={shown ? "hide" : "show"}
          label={(shown ? words.hide : words.show)(name)}
          onClick={() => show(!shown)}
        />
      </div>
      <dl class="edit-sides">
        <Cell label={words.base} name={name} value={row.base} shown={shown} />
        <Cell label={words.theirs} name={name} value={row.theirs} shown={shown} />
        <Cell label={words.mine} name={name} value={row.mine} shown={shown} />
      </dl>
      {row.change !== "alike" && (
        <Segmented
          bare
          label={words.choose(name)}
          value={side ?? ""}
          onChange={(value) => onSide(value === "theirs" ? "theirs" : "mine")}
          options={[
            { value: "theirs", label: words.takeTheirs },
            { value: "mine", label: words.keepMine },
          ]}
        />
      )}
    </li>
  );
};

interface ConflictPanelProps {
  readonly work: Work;
  readonly conflict: Conflict;
  readonly onSide: (row: Row, side: Side) => void;
  readonly onAll: (side: Side) => void;
}

export const ConflictPanel = ({ work, conflict, onSide, onAll }: ConflictPanelProps) => {
  const heading = useRef<HTMLHeadingElement>(null);
  // At each new conflict: it is what now matters on this page.
  useLayoutEffect(() => heading.current?.focus(), [conflict.theirs]);
  const { rows } = conflict;
  return (
    <section class="edit-conflict" aria-labelledby="edit-conflict-title">
      <h2 id="edit-conflict-title" tabIndex={-1} ref={heading}>
        {words.title}
      </h2>
      <p>{whatHappened(conflict)}</p>
      {conflict.theirs.is === "stored" && <p>{rows.length > 0 ? words.how : words.none}</p>}
      {rows.length > 0 && (
        <>
          <ul class="edit-conflict-rows" aria-label={words.rows}>
            {rows.map((row) => (
              <ConflictRow key={row.name} row={row} side={chosenSide(work, row)} onSide={(side) => onSide(row, side)} />
            ))}
          </ul>
          <div class="actions">
            <Button onClick={() => onAll("theirs")}>{words.allTheirs}</Button>
            <Button onClick={() => onAll("mine")}>{words.allMine}</Button>
          </div>
        </>
      )}
    </section>
  );
};
