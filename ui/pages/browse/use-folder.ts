import { useEffect, useRef, useState } from "preact/hooks";
import { type Answer, type Failure, get, type JsonObject } from "../../client/api.ts";
import { addressesOf, type KvPath } from "../../client/kv.ts";
import { type KvMetadata, metadataFrom } from "../../client/kv-metadata.ts";
import { objectIn, textsIn } from "../../client/read-json.ts";
import { type NamedParts, namedByRules } from "../../client/rule-names.ts";
import { type Session, useSession } from "../../client/session.ts";

/**
 * What is in a folder: names with their metadata where that is permitted, else names, else what the caller's own rules
 * name. It comes by pages; for a filter, all names are asked for at once.
 */

export const PAGE = 200;

export interface FolderEntry {
  readonly name: string;
  readonly metadata: KvMetadata | undefined;
}

export type FolderState =
  | { readonly is: "loading" }
  | {
      readonly is: "listed";
      readonly entries: readonly FolderEntry[];
      readonly complete: boolean;
      readonly detailed: boolean;
    }
  /** It may not be listed. */
  | { readonly is: "named"; readonly parts: NamedParts; readonly failure: Failure }
  | { readonly is: "failed"; readonly failure: Failure };

const namesIn = (data: JsonObject): readonly string[] => textsIn(data, "keys");

const entriesIn = (data: JsonObject): readonly FolderEntry[] => {
  const details = objectIn(data, "key_info");
  return namesIn(data).map((name) => ({
    name,
    metadata: Object.hasOwn(details, name) ? metadataFrom(details[name]) : undefined,
  }));
};

/** Where to list: with details first, where the caller's rules permit it. */
const placesOf = (at: KvPath, session: Session) => {
  const addresses = addressesOf(at);
  const detailed = addresses.version === 2 && session.may(addresses.detailed, "list");
  const plain = { path: addresses.list, detailed: false };
  return addresses.version === 2 && detailed ? [{ path: addresses.detailed, detailed: true }, plain] : [plain];
};

type Listed = { readonly answer: Answer; readonly detailed: boolean };

/** The first of the places that does not refuse. */
const listFrom = async (
  places: ReturnType<typeof placesOf>,
  query: Readonly<Record<string, string>>,
): Promise<Listed | undefined> => {
  let last: Listed | undefined;
  for (const { path, detailed } of places) {
    const answer = await get(path, { ...query, list: "true" });
    last = { answer, detailed };
    if (answer.ok || answer.kind !== "denied") return last;
  }
  return last;
};

export const useFolder = (at: KvPath) => {
  const session = useSession();
  const [state, setState] = useState<FolderState>({ is: "loading" });
  const [busy, setBusy] = useState(false);
  const [all, setAll] = useState<readonly string[]>();
  const gone = useRef(false);
  useEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );

  const take = (listed: Listed, before: readonly FolderEntry[]): FolderState => {
    const { answer, detailed } = listed;
    if (!answer.ok && answer.kind === "denied") {
      return { is: "named", parts: namedByRules(at, session.rules), failure: answer };
    }
    if (!answer.ok && answer.kind !== "not-found") return { is: "failed", failure: answer };
    const found = entriesIn(answer.data);
    // Version 1 knows no pages: what came is everything.
    const complete = at.version === 1 || found.length !== PAGE;
    return { is: "listed", entries: [...before, ...found], complete, detailed };
  };

  const load = async (before: readonly FolderEntry[]): Promise<void> => {
    setBusy(true);
    const after = before.at(-1)?.name;
    const query = after === undefined ? { limit: String(PAGE) } : { limit: String(PAGE), after };
    const listed = await listFrom(placesOf(at, session), query);
    if (gone.current || !listed) return;
    setBusy(false);
    setState(take(listed, before));
  };

  useEffect(() => {
    void load([]);
  }, []);

  /** All names: a filter that saw only the first page would hide what is there. */
  const loadAll = async (): Promise<void> => {
    if (all || busy || state.is !== "listed" || state.complete) return;
    setBusy(true);
    const listed = await listFrom([...placesOf(at, session)].reverse(), {});
    if (gone.current) return;
    setBusy(false);
    if (listed?.answer.ok) setAll(namesIn(listed.answer.data));
  };

  const again = (): void => {
    setAll(undefined);
    void load([]);
  };
  return { state, busy, all, loadMore: load, loadAll, again };
};
