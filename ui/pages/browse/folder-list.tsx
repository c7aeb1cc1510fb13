import { useEffect, useRef, useState } from "preact/hooks";
import type { KvPath } from "../../client/kv.ts";
import { Button, Rows, TextField, useSaidLater } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
import { hrefOf } from "../../routes.ts";
import { browse } from "../../texts/browse.ts";
import { EntryRow } from "./entry-row.tsx";
import { type FolderEntry, type FolderState, PAGE, type useFolder } from "./use-folder.ts";

/** The entries of a folder with a filter; 200 are drawn, and more on demand. */

type Listed = Extract<FolderState, { readonly is: "listed" }>;

const filtered = (entries: readonly FolderEntry[], all: readonly string[] | undefined, typed: string) => {
  const wanted = typed.trim().normalize("NFC").toLowerCase();
  if (wanted === "") return entries;
  const known = new Map(entries.map((entry) => [entry.name, entry]));
  const everything = all?.map((name) => known.get(name) ?? { name, metadata: undefined }) ?? entries;
  return everything.filter(({ name }) => name.normalize("NFC").toLowerCase().includes(wanted));
};

const Columns = () => (
  <div class="browse-columns muted small" aria-hidden="true">
    <span>{browse.columns.name}</span>
    <span>{browse.columns.version}</span>
    <span>{browse.columns.changed}</span>
    <span>{browse.columns.expires}</span>
  </div>
);

interface FolderListProps {
  readonly at: KvPath;
  readonly state: Listed;
  readonly folder: ReturnType<typeof useFolder>;
  readonly typed: string;
  readonly onInput: (typed: string) => void;
}

export const FolderList = ({ at, state, folder, typed, onInput }: FolderListProps) => {
  const [drawn, setDrawn] = useState(PAGE);
  const list = useRef<HTMLDivElement>(null);
  const filtering = typed.trim() !== "";
  const { busy } = folder;
  const asked = useRef(false);
  useEffect(() => {
    // Once, and after the rows that were on their way.
    if (filtering && !busy && !asked.current) void folder.loadAll();
    asked.current = filtering && (asked.current || !busy);
  }, [filtering, busy]);

  const entries = filtered(state.entries, folder.all, typed);
  const [first] = entries;
  const total = folder.all?.length ?? state.entries.length;
  const rest = entries.length - drawn;
  const more = !filtering && !state.complete && rest <= 0;

  const found = entries.length === 0 ? browse.nothingMatches : browse.matches(entries.length);
  useSaidLater(filtering && !folder.busy ? found : undefined);

  const press = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && filtering && first) navigate(hrefOf("browse", at.mount + at.path + first.name));
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    list.current?.querySelector<HTMLElement>(".row a")?.focus();
  };
  const showMore = (): void => {
    setDrawn(drawn + PAGE);
    if (more) void folder.loadMore(state.entries);
  };

  return (
    <div class="browse-folder" ref={list}>
      <TextField label={browse.filter} type="search" value={typed} onInput={onInput} onKeyDown={press} />
      {filtering && <p class="muted small">{folder.busy ? browse.matches(entries.length) : found}</p>}
      {entries.length > 0 && (
        <div>
          {state.detailed && <Columns />}
          <Rows label={browse.contents}>
            {entries.slice(0, drawn).map((entry) => (
              <EntryRow key={entry.name} at={at} entry={entry} />
            ))}
          </Rows>
        </div>
      )}
      {(rest > 0 || more) && (
        <p class="browse-more">
          <Button onClick={showMore} busy={folder.busy}>
            {browse.more(rest > 0 ? Math.min(rest, PAGE) : PAGE)}
          </Button>
          {rest > 0 && <span class="muted small">{browse.shown(drawn, filtering ? entries.length : total)}</span>}
        </p>
      )}
    </div>
  );
};
