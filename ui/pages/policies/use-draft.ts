import { useMemo, useState } from "preact/hooks";
import { draftsOf } from "../../client/drafts.ts";
import { useSession } from "../../client/session.ts";
import { type Draft, draftOf } from "../../policy/draft.ts";
import { policies } from "../../texts/policies.ts";
import type { SavedPolicy } from "./saved.ts";

/** The text being written, kept as a draft until it is saved or discarded. */

interface Written {
  readonly name: string;
  readonly text: string;
  /** What it was written over. */
  readonly base: SavedPolicy | undefined;
}

const drafts = draftsOf<Written>();

export interface PolicyDraft extends Written {
  readonly changed: boolean;
  /** It was written before this page was opened. */
  readonly restored: boolean;
  readonly judged: Draft;
  readonly change: (part: Partial<Pick<Written, "name" | "text" | "base">>) => void;
  readonly discard: () => void;
}

const fresh = (saved: SavedPolicy | undefined): Written => ({
  name: saved?.name ?? "",
  text: saved?.text ?? policies.starter,
  base: saved,
});

const isChanged = ({ name, text, base }: Written): boolean => {
  const start = fresh(base);
  return text !== start.text || name !== start.name;
};

export const useDraft = (saved: SavedPolicy | undefined): PolicyDraft => {
  const { who } = useSession();
  const place = `policy ${saved?.name ?? ""}`;
  const [{ written, restored }, set] = useState(() => {
    const draft = drafts.of(who, place);
    return { written: draft ?? fresh(saved), restored: draft !== undefined };
  });
  const judged = useMemo(() => draftOf(written.name, written.text), [written.name, written.text]);
  return {
    ...written,
    judged,
    restored,
    changed: isChanged(written),
    change: (part) => {
      const next = { ...written, ...part };
      if (isChanged(next)) drafts.keep(who, place, next);
      else drafts.drop(place);
      set({ written: next, restored });
    },
    discard: () => {
      drafts.drop(place);
      set({ written: fresh(saved), restored: false });
    },
  };
};

/** After a save or a removal: nothing is left to give back. */
export const dropDraft = (name: string): void => drafts.drop(`policy ${name}`);
