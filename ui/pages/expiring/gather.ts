import { type Answer, type Failure, get, list, post } from "../../client/api.ts";
import { serverNow } from "../../client/clock.ts";
import { crawlerOf } from "../../client/crawl.ts";
import { fewAtATime } from "../../client/few-at-a-time.ts";
import { addressesOf, isFolder, type KvPath, kvPathOf, kvVersionOf } from "../../client/kv.ts";
import { endOfCurrent, metadataFrom, momentOf } from "../../client/kv-metadata.ts";
import { objectIn, textIn, textsIn } from "../../client/read-json.ts";
import { namedByRules } from "../../client/rule-names.ts";
import type { Session } from "../../client/session.ts";
import type { Ending } from "./days.ts";

/**
 * Looks for ends in the metadata of all secrets that the caller may see, and in leases where they may be listed. Reads
 * metadata, never values. Folders give it in one answer where that is permitted; else each secret is asked by itself.
 */

const READS_AT_A_TIME = 1000;

export interface Gathered {
  readonly endings: readonly Ending[];
  readonly seen: number;
  readonly known: number;
  readonly denied: number;
  /** Secrets whose metadata the caller may not read. */
  readonly unread: number;
  readonly running: boolean;
  readonly more: boolean;
  readonly failure: Failure | undefined;
}

export interface Gatherer {
  readonly state: () => Gathered;
  readonly go: () => void;
  readonly stop: () => void;
}

/** Leases of logins are not secrets of anybody. */
const LOGINS = "auth/";

const topsOf = (session: Session): readonly KvPath[] =>
  session.secretMounts
    .filter((mount) => kvVersionOf(mount) === 2)
    .map(({ path }) => ({ mount: path, version: 2, path: "" }));

const LEASES = "sys/leases/lookup/";
const maySeeLeases = (session: Session): boolean => session.may(LEASES, "list") && session.may(LEASES, "sudo");

export const gathererOf = (session: Session, changed: () => void): Gatherer => {
  const endings: Ending[] = [];
  const looked = new Set<string>();
  let reads = 0;
  let limit = 0;
  let [unread, reading, stopped] = [0, false, false];
  let failure: Failure | undefined;

  const note = (path: string, data: Parameters<typeof metadataFrom>[0]): void => {
    const metadata = metadataFrom(data);
    const end = metadata && endOfCurrent(metadata, serverNow());
    looked.add(path);
    if (end) endings.push({ path, ...end });
  };

  const listFolder = async (folder: KvPath): Promise<Answer> => {
    const addresses = addressesOf(folder);
    if (addresses.version === 1 || !session.may(addresses.detailed, "list")) return list(addresses.list);
    const answer = await list(addresses.detailed);
    if (!answer.ok) return answer.kind === "denied" ? list(addresses.list) : answer;
    const details = objectIn(answer.data, "key_info");
    for (const name of textsIn(answer.data, "keys")) {
      if (!name.endsWith("/")) note(folder.mount + folder.path + name, details[name]);
    }
    return answer;
  };

  const listLeases = async ({ path }: KvPath): Promise<Answer> => {
    const answer = await list(LEASES + path);
    const keys = textsIn(answer.data, "keys").filter((key) => path !== "" || key !== LOGINS);
    return { ...answer, data: { keys } };
  };

  const crawlers = [
    crawlerOf({ tops: topsOf(session), list: listFolder, named: (at) => namedByRules(at, session.rules), changed }),
    crawlerOf({
      tops: maySeeLeases(session) ? [{ mount: "", version: 1, path: "" }] : [],
      list: listLeases,
      named: () => ({ names: [], open: false }),
      changed,
    }),
  ] as const;
  const [secrets, leases] = crawlers;

  const fail = (answer: Failure, path: string): void => {
    if (answer.kind === "denied") unread += 1;
    else if (answer.kind !== "not-found" && answer.kind !== "invalid") {
      failure = answer;
      looked.delete(path);
    }
  };

  const readSecret = async (path: string): Promise<void> => {
    const at = kvPathOf(session.secretMounts, path);
    const addresses = at && addressesOf(at);
    if (addresses?.version !== 2) return;
    if (!session.may(addresses.metadata, "read")) {
      unread += 1;
      return;
    }
    const answer = await get(addresses.metadata);
    if (answer.ok) note(path, answer.data);
    else fail(answer, path);
  };

  const readLease = async (id: string): Promise<void> => {
    const answer = await post("sys/leases/lookup", { lease_id: id });
    if (!answer.ok) return fail(answer, id);
    const at = momentOf(textIn(answer.data, "expire_time"));
    if (at !== undefined) endings.push({ path: id, at, why: "lease" });
  };

  /** What folders did not tell: asked one by one. */
  const waiting = () => [
    ...secrets
      .state()
      .names.filter(({ path }) => !isFolder(path))
      .map(({ path }) => ({ path, read: readSecret })),
    ...leases.state().names.map(({ path }) => ({ path, read: readLease })),
  ];
  const left = () => waiting().filter(({ path }) => !looked.has(path));

  const readRest = async (): Promise<void> => {
    await fewAtATime(
      left(),
      async ({ path, read }) => {
        looked.add(path);
        reads += 1;
        await read(path);
        changed();
      },
      () => reads < limit && !failure && !stopped,
    );
  };

  const crawled = (): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (crawlers.some((crawler) => crawler.state().running)) setTimeout(look, 50);
        else resolve();
      };
      look();
    });

  const run = async (): Promise<void> => {
    reading = true;
    [failure, limit] = [undefined, reads + READS_AT_A_TIME];
    for (const crawler of crawlers) crawler.go();
    await crawled();
    await readRest();
    reading = false;
    changed();
  };

  return {
    state: () => {
      const [names, ids] = [secrets.state(), leases.state()];
      return {
        endings: [...endings],
        seen: names.seen,
        known: names.known,
        denied: names.denied,
        unread,
        running: reading,
        more: !reading && (names.more || ids.more || left().length > 0),
        failure: failure ?? names.failure ?? ids.failure,
      };
    },
    go: () => {
      if (!reading) void run();
    },
    stop: () => {
      stopped = true;
      for (const crawler of crawlers) crawler.stop();
    },
  };
};
