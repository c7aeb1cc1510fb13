import { useMemo, useRef, useState } from "preact/hooks";
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
  /** What was sent is saved as this; what was written since stays, as a draft of it. */
  readonly settle: (sent: string, saved: SavedPolicy) => void;
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

const placeOf = (name: string): string => `policy ${name}`;

export const useDraft = (saved: SavedPolicy | undefined): PolicyDraft => {
  const { who } = useSession();
  const place = placeOf(saved?.name ?? "");
  const [{ written, restored }, set] = useState(() => {
    const draft = drafts.of(who, place);
    return { written: draft ?? fresh(saved), restored: draft !== undefined };
  });
  const newest = useRef(written);
  const put = (next: Written): void => {
    newest.current = next;
    set({ written: next, restored });
  };
  const judged = useMemo(() => draftOf(written.name, written.text), [written.name, written.text]);
  return {
    ...written,
    judged,
    restored,
    changed: isChanged(written),
    change: (part) => {
      const next = { ...newest.current, ...part };
      if (isChanged(next)) drafts.keep(who, place, next);
      else drafts.drop(place);
      put(next);
    },
    settle: (sent, now) => {
      const { current: before } = newest;
      const next = { name: now.name, text: before.text === sent ? now.text : before.text, base: now };
      // Else the page was left, and somebody came back and wrote on, or gave it up.
      if (drafts.holds(place, before)) {
        drafts.drop(place);
        if (isChanged(next)) drafts.keep(who, placeOf(now.name), next);
      }
      put(next);
    },
    discard: () => {
      drafts.drop(place);
      newest.current = fresh(saved);
      set({ written: newest.current, restored: false });
    },
  };
};
