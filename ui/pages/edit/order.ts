import type { KvPath } from "../../client/kv.ts";
import { secondsOf } from "./expiry.ts";
import { type Field, type FieldFault, faultsOf, fromJson, savedFields } from "./model.ts";
import type { How } from "./rights.ts";
import type { Order } from "./saving.ts";
import { currentFields, fieldsIn, openChoices, type Work } from "./work.ts";

/** From unsaved work to a request to save it; or what must be put right before. */

export interface Hindrances {
  readonly faults: ReadonlyMap<number, FieldFault>;
  /** The JSON is not one of a secret. */
  readonly json: boolean;
  readonly past: boolean;
  /** What may not be read would be replaced, and nobody has confirmed that. */
  readonly unconfirmed: boolean;
  /** Fields that both changed, without a choice. */
  readonly undecided: readonly string[];
}

const isClear = ({ faults, json, past, unconfirmed, undecided }: Hindrances): boolean =>
  faults.size === 0 && !json && !past && !unconfirmed && undecided.length === 0;

/** Whether saving replaces values that nobody has seen. */
export const isBlind = ({ base }: Work, how: How): boolean => base.is === "unread" && how === "write";

const toSave = (work: Work): readonly Field[] | undefined => {
  const fields = currentFields(work);
  return fields && savedFields(fields, fieldsIn(work.base));
};

/** `now`: by the server's clock, in milliseconds. */
export const hindrancesOf = (work: Work, how: How, now: number): Hindrances => {
  const { content } = work;
  return {
    faults: faultsOf(toSave(work) ?? []),
    json: content.view === "json" && "fault" in fromJson(content.text, content.fields),
    past: secondsOf(work.expiry, now) === "past",
    unconfirmed: isBlind(work, how) && !work.blind,
    undecided: openChoices(work),
  };
};

/** `undefined`: something hinders. */
export const orderOf = (at: KvPath, work: Work, how: How, now: number): Order | undefined => {
  const fields = toSave(work);
  const expiry = secondsOf(work.expiry, now);
  if (how === "none" || !fields || expiry === "past" || !isClear(hindrancesOf(work, how, now))) return undefined;
  return { at, how, base: work.base, fields, expiry };
};
