import { Button, Note } from "../../kit/index.ts";
import { policies } from "../../texts/policies.ts";
import { Compare } from "./compare.tsx";
import type { SavedPolicy } from "./saved.ts";

interface ConflictNoteProps {
  /** `undefined`: somebody deleted it. */
  readonly theirs: SavedPolicy | undefined;
  readonly mine: string;
  readonly onTake: (theirs: SavedPolicy) => void;
  /** The next save is over theirs; `undefined`: makes it again. */
  readonly onKeep: (theirs: SavedPolicy | undefined) => void;
}

/** Somebody else saved meanwhile: what differs, and whose text goes on. Nothing is saved by choosing. */
export const ConflictNote = ({ theirs, mine, onTake, onKeep }: ConflictNoteProps) => (
  <Note
    kind="warn"
    actions={
      <>
        {theirs && <Button onClick={() => onTake(theirs)}>{policies.conflictTheirs}</Button>}
        <Button onClick={() => onKeep(theirs)}>{policies.conflictMine}</Button>
      </>
    }
  >
    <p>{theirs ? policies.conflict : policies.conflictDeleted}</p>
    {theirs && (
      <>
        <p class="muted small">{policies.conflictShow}</p>
        <Compare before={theirs.text} after={mine} />
      </>
    )}
  </Note>
);
