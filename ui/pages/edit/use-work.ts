import { useCallback, useRef, useState } from "preact/hooks";
import { draftsOf } from "../../client/drafts.ts";
import { useSession, type Who } from "../../client/session.ts";
import { isChanged, renamed, type Work } from "./work.ts";

/** Unsaved work, kept as a draft from the first change on until it is saved or discarded. */

const drafts = draftsOf<Work>();

/** What was left here before this page was opened, until it is forgotten. */
export const useDraft = (place: string): readonly [Work | undefined, () => void] => {
  const { who } = useSession();
  const [draft, set] = useState(() => drafts.of(who, place));
  return [
    draft,
    () => {
      drafts.drop(place);
      set(undefined);
    },
  ];
};

/** Takes unsaved work along to another place, where nothing is known of what is stored. */
export const moveDraft = (who: Who, from: string, to: string): void => {
  const draft = drafts.of(who, from);
  if (!draft) return;
  drafts.drop(from);
  drafts.keep(who, to, renamed(draft, draft.name));
};

export const dropDraft = (place: string): void => drafts.drop(place);

/** What was sent is saved: it goes, unless somebody came back to it meanwhile and wrote on. */
export const dropSaved = (place: string, sent: Work): void => {
  if (drafts.holds(place, sent)) drafts.drop(place);
};

export interface Working {
  readonly work: Work;
  readonly changed: boolean;
  /** It was written before this page was opened. */
  readonly restored: boolean;
  readonly change: (next: (before: Work) => Work) => void;
  /** The work with every change made until now, drawn or not. */
  readonly latest: () => Work;
  /** Back to the beginning, for good. */
  readonly discard: () => void;
}

/** `place`: what the draft is of: `edit secret/db`. */
export const useWork = (place: string, start: Work): Working => {
  const { who } = useSession();
  const [{ work, restored }, set] = useState(() => {
    const draft = drafts.of(who, place);
    return { work: draft ?? start, restored: draft !== undefined };
  });
  const newest = useRef(work);
  const change = useCallback(
    (next: (before: Work) => Work): void => {
      // What comes late to a page that was left changes nothing that was given up since, or written.
      if (isChanged(newest.current, start) && !drafts.holds(place, newest.current)) return;
      const after = next(newest.current);
      newest.current = after;
      if (isChanged(after, start)) drafts.keep(who, place, after);
      else drafts.drop(place);
      set((before) => ({ ...before, work: after }));
    },
    [who, place, start],
  );
  const discard = (): void => {
    drafts.drop(place);
    newest.current = start;
    set({ work: start, restored: false });
  };
  return { work, changed: isChanged(work, start), restored, change, latest: () => newest.current, discard };
};
