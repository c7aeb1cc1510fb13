import type { BackendContext } from "../../../framework/index.ts";
import { buildLists, compareHead, findHead, hasChanges } from "./lists/build.ts";
import { readUnlisted } from "./lists/revocations.ts";
import { type Head, type StoredList, sweepParts } from "./lists/stored.ts";
import { findSettings, lasting, type Settings } from "./settings.ts";
import { countDue } from "./tidy/counts.ts";
import { findJob, startJob } from "./tidy/job.ts";
import { findAuto } from "./tidy/settings.ts";
import type { TidyTasks } from "./tidy/tasks.ts";
import { workOnJob } from "./tidy/work.ts";

/**
 * What revoking does by schedule: lists are renewed before they end, what a crash kept off a list is put on it, changes
 * get their list, and tidying begins and goes on.
 */

/** What the context may signal, and what it means. */
export const revokingSignals = {
  "revocation-list-overdue": "a list of revoked certificates has ended and could not be renewed; clients refuse it",
} as const;

/** Without a grace period of their own, lists are renewed in the last eighth of their time. */
const LAST_PART = 8;

const completeLists = ({ lists }: Head): readonly StoredList[] =>
  Object.values(lists).flatMap(({ issuers, complete }) => (complete && issuers.length > 0 ? [complete] : []));

const isEnding = ({ thisUpdate, nextUpdate }: StoredList, settings: Settings, now: number): boolean => {
  const grace = settings.auto_rebuild
    ? lasting(settings.auto_rebuild_grace_period)
    : (nextUpdate - thisUpdate) / LAST_PART;
  return now >= nextUpdate - grace;
};

const hasUnlisted = async ({ storage }: BackendContext): Promise<boolean> => (await readUnlisted(storage)).length > 0;

const renewLists = async (cx: BackendContext): Promise<void> => {
  const { head, n } = await findHead(cx);
  const settings = await findSettings(cx);
  const { index, isReshaped, renewable } = await compareHead(cx, head, settings);
  // Where issuers went, their lists have to go too: nobody could renew them.
  if (index.issuers.length === 0 && n === undefined) return;
  const now = cx.clock.now();
  if (renewable.some((list) => isEnding(list, settings, now))) {
    await buildLists(cx, "all");
    await sweepParts(cx, (await findHead(cx)).head);
    return;
  }
  const isStale = isReshaped || head.generation !== index.generation;
  if (isStale || (!settings.auto_rebuild && !settings.disable && (await hasUnlisted(cx)))) {
    await buildLists(cx, "new");
    return;
  }
  const isDue = settings.enable_delta && now - head.deltaLooked >= lasting(settings.delta_rebuild_interval);
  if (isDue && (await hasChanges(cx, head))) await buildLists(cx, "delta");
};

/** Tells operators of lists that ended all the same. */
const watchLists = async (cx: BackendContext): Promise<void> => {
  const { head } = await findHead(cx);
  const over = completeLists(head).filter(({ nextUpdate }) => nextUpdate <= cx.clock.now());
  if (over.length === 0) return;
  cx.signal("revocation-list-overdue");
  cx.log("a list of revoked certificates has ended", { lists: over.length });
};

const keepLists = async (cx: BackendContext): Promise<void> => {
  try {
    await renewLists(cx);
  } finally {
    await watchLists(cx);
  }
};

/** Begins a run of tidying, if the settings want one by now. */
const beginTidying = async (cx: BackendContext): Promise<void> => {
  const { enabled, interval, options, since } = await findAuto(cx);
  if (!enabled || interval <= 0) return;
  const last = await findJob(cx);
  const from = Math.max(since, last?.started ?? 0, last?.finished ?? 0);
  if (last?.state !== "Running" && cx.clock.now() >= from + interval * 1000) await startJob(options, cx);
};

/** The scheduled work of this room. One part must not keep another from its turn. */
export const revokingWork =
  (tasks: TidyTasks) =>
  async (cx: BackendContext, deadlineMs: number): Promise<void> => {
    const tidy = async (): Promise<void> => {
      await beginTidying(cx);
      await workOnJob(cx, tasks, deadlineMs);
    };
    const all = await Promise.allSettled([keepLists(cx), tidy(), countDue(cx)]);
    for (const done of all) if (done.status === "rejected") throw done.reason;
  };
