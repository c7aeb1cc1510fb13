import type { Answer, Failure } from "./api.ts";
import { isFolder, type KvPath } from "./kv.ts";
import { type Name, nameFrom } from "./match.ts";
import type { NamedParts } from "./rule-names.ts";

/**
 * Walks over the names in key-value mounts: breadth first, six folders at a time, a thousand before it asks whether to
 * go on. It reads names, never values, and keeps them in memory only.
 */

const AT_ONCE = 6;
const FOLDERS_AT_A_TIME = 1000;

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

export interface CrawlerProps {
  /** The mounts to begin with, each as the folder at its top. */
  readonly tops: readonly KvPath[];
  /** Names in a folder; a refusal is asked of `named`. */
  readonly list: (folder: KvPath) => Promise<Answer>;
  readonly named: (folder: KvPath) => NamedParts;
  /** After each answer; what is there then is in `state`. */
  readonly changed: () => void;
}

export interface Crawler {
  readonly state: () => Crawl;
  /** Begins, or goes on where it stopped. */
  readonly go: () => void;
  /** Nothing is asked for from now on. */
  readonly stop: () => void;
}

const keysOf = (answer: Answer): readonly string[] => {
  const { keys } = answer.data;
  const isName = (key: unknown): key is string => typeof key === "string" && key !== "" && key !== "/";
  return Array.isArray(keys) ? keys.filter(isName) : [];
};

export const crawlerOf = ({ tops, list, named, changed }: CrawlerProps): Crawler => {
  const names: Name[] = [];
  const waiting: KvPath[] = [...tops];
  let [seen, denied, asked, underWay] = [0, 0, 0, 0];
  let limit = 0;
  let failure: Failure | undefined;
  let shown: readonly Name[] = [];

  const take = (folder: KvPath, keys: readonly string[]): void => {
    for (const key of keys) {
      const path = folder.path + key;
      if (isFolder(key)) waiting.push({ ...folder, path });
      else names.push(nameFrom(folder.mount + path));
    }
  };

  const look = async (folder: KvPath): Promise<void> => {
    const answer = await list(folder);
    if (answer.ok || answer.kind === "not-found") {
      seen += 1;
      take(folder, keysOf(answer));
    } else if (answer.kind === "denied") {
      denied += 1;
      take(folder, named(folder).names);
    } else {
      failure = answer;
      waiting.unshift(folder);
      asked -= 1;
    }
  };

  const next = (): void => {
    while (underWay < AT_ONCE && asked < limit && !failure) {
      const folder = waiting.shift();
      if (!folder) break;
      [asked, underWay] = [asked + 1, underWay + 1];
      void look(folder).then(() => {
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
      seen,
      denied,
      known: seen + denied + underWay + waiting.length,
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
    stop: () => {
      limit = 0;
    },
  };
};
