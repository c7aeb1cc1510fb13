import { useEffect, useState } from "preact/hooks";
import { get, list } from "./api.ts";
import { type Crawl, type Crawler, crawlerOf, PART } from "./crawl.ts";
import { addressesOf, type KvPath, kvVersionOf } from "./kv.ts";
import type { Name } from "./match.ts";
import { paced } from "./paced.ts";
import { namedByRules, scansWhole } from "./rule-names.ts";
import { type Session, useSession } from "./session.ts";
import { onStage } from "./stage.ts";
import { personKey } from "./who.ts";

/**
 * All names that the caller may list: one index for every page that searches, in memory only. It is of one session, and
 * gone with it.
 */

interface Index {
  readonly of: string;
  readonly startedAt: number;
  readonly crawler: Crawler;
  /** Names of the index before this one, until this one has as many or is done. */
  readonly before: readonly Name[];
}

/** Older ones are made again when somebody next searches. */
const FRESH_MS = 120_000;

let index: Index | undefined;
const listeners = new Set<() => void>();

const tell = paced(() => {
  for (const listener of listeners) listener();
});

const ownerOf = ({ who }: Session): string => JSON.stringify([personKey(who), who.policies]);

/** The tops of all key-value mounts; the cubbyhole among them. */
const topsOf = (session: Session): readonly KvPath[] =>
  session.secretMounts.flatMap((mount) => {
    const version = kvVersionOf(mount);
    return version ? [{ mount: mount.path, version, path: "" }] : [];
  });

const begin = (session: Session, before: readonly Name[]): Index => {
  const crawler = crawlerOf({
    tops: topsOf(session),
    list: (folder) => list(addressesOf(folder).list),
    scan: {
      may: (folder) => session.may(addressesOf(folder).list, "scan") && scansWhole(folder, session.rules),
      part: (folder, after) =>
        get(addressesOf(folder).list, { scan: "true", limit: String(PART), ...(after === undefined ? {} : { after }) }),
    },
    named: (folder) => namedByRules(folder, session.rules),
    changed: tell,
  });
  crawler.go();
  return { of: ownerOf(session), startedAt: Date.now(), crawler, before };
};

/** A secret that is there: searches find it although it was made after their look. */
export const learnName = (path: string): void => index?.crawler.learn(path);

export const forgetNames = (): void => {
  index?.crawler.stop();
  index = undefined;
};

onStage((stage) => {
  if (stage.is !== "in") forgetNames();
});

const indexFor = (session: Session): Index => {
  if (index && index.of !== ownerOf(session)) forgetNames();
  const stale = index && Date.now() - index.startedAt > FRESH_MS && !index.crawler.state().running;
  if (!index || stale) index = begin(session, index?.crawler.state().names ?? []);
  return index;
};

export interface Names extends Crawl {
  readonly goOn: () => void;
}

const namesOf = ({ crawler, before }: Index): Names => {
  const crawl = crawler.state();
  const early = crawl.running && before.length > crawl.names.length;
  return { ...crawl, names: early ? before : crawl.names, goOn: crawler.go };
};

/** Nothing is asked for until `wanted`. */
export const useNames = (wanted: boolean): Names | undefined => {
  const session = useSession();
  const [, look] = useState(0);
  useEffect(() => {
    const listener = (): void => look((count) => count + 1);
    // Names may have come between drawing and this.
    listener();
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
  return wanted ? namesOf(indexFor(session)) : undefined;
};
