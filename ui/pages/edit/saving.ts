import type { Answer, Failure } from "../../client/api.ts";
import { objectText, sourceAt, stringOf } from "../../client/json-text.ts";
import { addressesOf, type KvPath } from "../../client/kv.ts";
import { isMismatch } from "../../client/kv-answers.ts";
import { dataOf, type Field, sameFields } from "./model.ts";
import { patchOf } from "./patch.ts";
import { type Ask, type Found, readLatest } from "./reading.ts";

/**
 * Saving, so that nobody's work is written over and nothing is written twice. It trusts the check-and-set of version 2;
 * version 1 has none, so it is read again just before. A write without an answer is repeated with the same number: the
 * server refuses it if the first one arrived, even if that one is still on its way.
 */

export interface Order {
  readonly at: KvPath;
  readonly how: "write" | "patch";
  /** What the work began with. */
  readonly base: Found;
  readonly fields: readonly Field[];
  /** Seconds that the new version lives; absent: as the key and the mount have it. */
  readonly expiry: number | undefined;
}

export type Step = "expiry" | "read" | "write";

export type Outcome =
  | {
      readonly is: "saved";
      readonly version: number | undefined;
      /** When the version will end, RFC 3339; empty: never, or not known. */
      readonly ends: string;
      /** It was there already: saved by a try whose answer was lost, or by somebody else, alike. */
      readonly already: boolean;
    }
  | { readonly is: "conflict"; readonly theirs: Found }
  /** A merge patch cannot store a `null`. */
  | { readonly is: "null" }
  | {
      readonly is: "failed";
      readonly step: Step;
      readonly failure: Failure;
      /** It may have been saved all the same. */
      readonly unsure: boolean;
    };

/** Answers after which nobody knows whether the server did it. */
const UNSURE: ReadonlySet<string> = new Set(["network", "unavailable", "gateway"]);

const failed = (step: Step, failure: Failure): Outcome => ({
  is: "failed",
  step,
  failure,
  unsure: step === "write" && UNSURE.has(failure.kind),
});

/** The version that the next one must follow; `undefined`: not known, and not checked. */
export const casOf = (base: Found): number | undefined => {
  if (base.is === "absent") return 0;
  return base.is === "failed" ? undefined : base.version;
};

const knownFields = (base: Found): readonly Field[] => (base.is === "stored" ? base.fields : []);

const bodyOf = (order: Order): string | undefined => {
  const data = order.how === "patch" ? patchOf(knownFields(order.base), order.fields) : dataOf(order.fields);
  if (data === undefined || order.at.version === 1) return data;
  const cas = casOf(order.base);
  const options = cas === undefined ? [] : [{ name: "options", source: `{"cas":${cas}}` }];
  return objectText([{ name: "data", source: data }, ...options]);
};

const savedBy = (answer: Answer): Outcome => {
  const version = sourceAt(answer.text, "data", "version");
  const ends = stringOf(sourceAt(answer.text, "data", "deletion_time") ?? "") ?? "";
  return { is: "saved", version: version === undefined ? undefined : Number(version), ends, already: false };
};

/** Somebody saved meanwhile: perhaps this very work, by a try whose answer was lost. */
const meet = (theirs: Found, order: Order): Outcome => {
  if (theirs.is === "failed") return failed("read", theirs.failure);
  if (theirs.is === "stored" && sameFields(theirs.fields, order.fields)) {
    return { is: "saved", version: theirs.version, ends: "", already: true };
  }
  return { is: "conflict", theirs };
};

const write = async (order: Order, body: string, ask: Ask): Promise<Outcome> => {
  const path = addressesOf(order.at).data;
  const answer = await ask(
    order.how === "patch" ? { method: "PATCH", path, body, patch: true } : { method: "POST", path, body },
  );
  if (answer.ok) return savedBy(answer);
  return answer.status === 400 && isMismatch(answer)
    ? meet(await readLatest(order.at, ask), order)
    : failed("write", answer);
};

const sameAsBase = (now: Found, base: Found): boolean => {
  if (now.is === "stored" && base.is === "stored") return sameFields(now.fields, base.fields);
  return now.is === base.is;
};

/** Version 1: between this look and the write somebody may still come in between, which nothing can tell. */
const lookAgain = async (order: Order, ask: Ask): Promise<Outcome | undefined> => {
  const now = await readLatest(order.at, ask);
  if (now.is === "unread") return undefined;
  return sameAsBase(now, order.base) ? undefined : meet(now, order);
};

const setExpiry = async ({ at, expiry }: Order, ask: Ask): Promise<Outcome | undefined> => {
  const where = addressesOf(at);
  if (expiry === undefined || where.version === 1) return undefined;
  const body = JSON.stringify({ delete_version_after: `${expiry}s` });
  const answer = await ask({ method: "POST", path: where.metadata, body });
  return answer.ok ? undefined : failed("expiry", answer);
};

/** Saves once. To be called by a click or a key, never by itself. */
export const save = async (order: Order, ask: Ask): Promise<Outcome> => {
  const body = bodyOf(order);
  if (body === undefined) return { is: "null" };
  const hindered = order.at.version === 1 ? await lookAgain(order, ask) : await setExpiry(order, ask);
  return hindered ?? write(order, body, ask);
};
