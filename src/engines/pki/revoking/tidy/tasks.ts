import type { BackendContext } from "../../../../framework/index.ts";
import { allIssuers } from "../../authorities/authority.ts";
import { findIndex } from "../../authorities/index-entry.ts";
import { removeIssuer } from "../../authorities/issuer-removal.ts";
import { buildLists } from "../lists/build.ts";
import type { Counts } from "./job.ts";
import type { Options } from "./options.ts";

/** Parts of tidying that belong to other rooms: each has until its deadline, and says what it did. */

export interface TaskInput {
  readonly options: Options;
  /** What had not ended by then is alive, epoch milliseconds. */
  readonly judgedAt: number;
  readonly deadlineMs: number;
}

export interface TaskDone {
  /** `false`: there is more to do, the next time. */
  readonly done: boolean;
  readonly counts: Partial<Counts>;
}

export type TidyTask = (cx: BackendContext, input: TaskInput) => Promise<TaskDone>;

export interface TidyTasks {
  readonly issuers: TidyTask;
  readonly acme: TidyTask;
}

/** Issuers that ended long ago go, their keys stay. The default issuer stays too. */
export const tidyIssuers: TidyTask = async (cx, { options, judgedAt }) => {
  const byDefault = (await findIndex(cx)).default;
  const over = (await allIssuers(cx)).filter(
    ({ certificate, stored }) =>
      judgedAt - certificate.notAfter > options.issuer_safety_buffer * 1000 && stored.id !== byDefault,
  );
  for (const { stored, name, serial, keyId } of over) {
    cx.log("issuer has ended and is removed", { id: stored.id, name, serial, key: keyId });
    await removeIssuer(stored.id, cx);
  }
  if (over.length > 0) await buildLists(cx, "all");
  return { done: true, counts: {} };
};
