import type { Answer, Failure } from "./api.ts";
import { isFolder, type KvPath, parentOf } from "./kv.ts";
import { type Name, nameFrom } from "./match.ts";
import { textsIn } from "./read-json.ts";
import type { NamedParts } from "./rule-names.ts";

/**
 * Walks over the names in key-value mounts: breadth first, six folders at a time, a thousand before it asks whether to
 * go on. It reads names, never values, and keeps them in memory only.
 */

const AT_ONCE = 6;
const FOLDERS_AT_A_TIME = 1000;
/** Names in one part of a scan, and as how many folders it counts. */
export const PART = 2000;
const PART_WEIGHT = 50;

export interface Crawl {
  /** Secrets, and folders that are not looked into. */
  readonly names: readonly Name[];
  /** Folders looked into, of those known of. */
  readonly seen: number;
  readonly known: number;
  /** Folders that may not be listed: of these there are the names that the caller's rules spell out. */
  readonly denied: number;
  readonly running: boolean;
  /** It stopped, and there is more: at the limit, or because of `failure`. */
  readonly more: boolean;
  readonly failure: Failure | undefined;
}

/** All names below a folder at once, in parts: OpenBao's recursive listing. */
export interface Scan {
  /** Else the folder is listed, and what is below it. */
  readonly may: (folder: KvPath) => boolean;
  /** `PART` names after the one given. */
  readonly part: (folder: KvPath, after: string | undefined) => Promise<Answer>;
}

export interface CrawlerProps {
  /** The mounts to begin with, each as the folder at its top. */
  readonly tops: readonly KvPath[];
  /** Names in a folder; a refusal is asked of `named`. */
  readonly list: (folder: KvPath) => Promise<Answer>;
  readonly scan?: Scan | undefined;
  readonly named: (folder: KvPath) => NamedParts;
  /** After each answer; what is there then is in `state`. */
  readonly changed: () => void;
}

export interface Crawler {
  readonly state: () => Crawl;
  /** Begins, or goes on where it stopped. */
  readonly go: () => void;
  /** A name that somebody came upon otherwise: one just made. With its mount. */
  readonly learn: (path: string) => void;
  /** Nothing is asked for from now on. */
  readonly stop: () => void;
}

const keysOf = (answer: Answer): readonly string[] =>
  textsIn(answer.data, "keys").filter((key) => key !== "" && key !== "/");

/** A folder to look into; `after`: the rest of a scan; `listed`: a scan of it was refused. */
interface Look {
  readonly folder: KvPath;
  readonly after?: string;
  readonly listed?: true;
}

export const crawlerOf = ({ tops, list, scan, named, changed }: CrawlerProps): Crawler => {
  const names: Name[] = [];
  const waiting: Look[] = tops.map((folder) => ({ folder }));
  let [seen, denied, asked, underWay] = [0, 0, 0, 0];
  let limit = 0;
  let failure: Failure | undefined;
  let shown: readonly Name[] = [];

  const paths = new Set<string>();
  const learn = (path: string): void => {
    if (paths.has(path)) return;
    paths.add(path);
    names.push(nameFrom(path));
  };
  const add = (folder: KvPath, key: string): void => learn(folder.mount + folder.path + key);

  const take = (folder: KvPath, keys: readonly string[]): void => {
    for (const key of keys) {
      if (isFolder(key)) waiting.push({ folder: { ...folder, path: folder.path + key } });
      else add(folder, key);
    }
  };

  const stopAt = (look: Look, because: Failure): void => {
    failure = because;
    waiting.unshift(look);
  };

  const lookInto = async (look: Look): Promise<void> => {
    const { folder } = look;
    const answer = await list(folder);
    if (answer.ok || answer.kind === "not-found") {
      seen += 1;
      take(folder, keysOf(answer));
    } else if (answer.kind === "denied") {
      denied += 1;
      const { names: told, open } = named(folder);
      take(folder, told);
      // Somebody who knows a name in it can open that from the folder's page.
      if (open) add(folder, "");
    } else stopAt(look, answer);
  };

  /** Folders that were not seen before in this scan: parts come in the order of the storage, not of the names. */
  const scanned = new Set<string>();
  const countFolders = (folder: KvPath, keys: readonly string[]): void => {
    for (const key of ["", ...keys]) scanned.add(folder.mount + folder.path + parentOf(key));
  };

  const scanFrom = async (look: Look, { part }: Scan): Promise<void> => {
    const { folder } = look;
    const answer = await part(folder, look.after);
    if (answer.ok) {
      const keys = keysOf(answer);
      for (const key of keys) add(folder, key);
      countFolders(folder, keys);
      const last = keys.at(-1);
      if (last !== undefined && keys.length >= PART) waiting.unshift({ folder, after: last });
    } else if (look.after === undefined && (answer.kind === "denied" || answer.kind === "invalid")) {
      waiting.unshift({ folder, listed: true });
    } else stopAt(look, answer);
  };

  const begin = (look: Look): Promise<void> => {
    const by = !look.listed && scan?.may(look.folder) ? scan : undefined;
    asked += by ? PART_WEIGHT : 1;
    return by ? scanFrom(look, by) : lookInto(look);
  };

  const next = (): void => {
    while (underWay < AT_ONCE && asked < limit && !failure) {
      const look = waiting.shift();
      if (!look) break;
      underWay += 1;
      void begin(look).then(() => {
        underWay -= 1;
        next();
        changed();
      });
    }
  };

  /** The same list for as long as nothing was added. */
  const listed = (): readonly Name[] => {
    if (shown.length !== names.length) shown = [...names];
    return shown;
  };

  return {
    state: () => ({
      names: listed(),
      seen: seen + scanned.size,
      denied,
      known: seen + scanned.size + denied + underWay + waiting.length,
      running: underWay > 0,
      more: underWay === 0 && waiting.length > 0,
      failure,
    }),
    go: () => {
      if (underWay > 0) return;
      [limit, failure] = [asked + FOLDERS_AT_A_TIME, undefined];
      next();
      changed();
    },
    learn,
    stop: () => {
      limit = 0;
    },
  };
};
