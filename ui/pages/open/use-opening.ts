import { useEffect, useState } from "preact/hooks";
import { type Answer, call, type Failure } from "../../client/api.ts";
import { serverNow } from "../../client/clock.ts";
import { textIn } from "../../client/read-json.ts";
import { useMaybeSession } from "../../client/session.ts";
import { takePlace } from "../../router.ts";
import { placeOf } from "../../routes.ts";
import { arrival } from "../../share/arrival.ts";
import type { Code } from "../../share/code.ts";
import { type Content, contentIn } from "../../share/content.ts";
import { fragmentOf, type Link, readLink, tokenOf } from "../../share/link.ts";

/**
 * A link's way from the address to the secret. Looking at it uses nothing up; only `unwrap` does, and only a click calls it.
 * The token is in memory while it is needed, and let go of once it has opened something.
 */

export type Opening =
  | { readonly at: "none" | "broken" | "checking" | "opened-before" | "ended" }
  /** Asks for the code. */
  | { readonly at: "code"; readonly link: Link; readonly wrong: boolean }
  | { readonly at: "ready"; readonly token: string; readonly end: number; readonly from: string }
  | { readonly at: "opening"; readonly end: number; readonly from: string }
  | { readonly at: "open"; readonly content: Content }
  /** `retry`: nothing is known to be used up. */
  | { readonly at: "failed"; readonly failure: Failure; readonly retry: () => void; readonly lost: boolean };

/** A 400 is the server's word that the token opens nothing any more: it was used, or its time is over. */
const isOver = (answer: Answer): boolean => !answer.ok && answer.kind === "invalid";

const over = (end: number): Opening => ({ at: serverNow() >= end * 1_000 ? "ended" : "opened-before" });

/**
 * The page is left. The back/forward cache may show it again, to whoever is there by then: what is still on its way is
 * not for them either.
 */
const left = (now: Opening): Opening => {
  switch (now.at) {
    case "open":
    case "opening":
      return { at: "opened-before" };
    case "code":
    case "ready":
    case "failed":
    case "checking":
      return { at: "none" };
    default:
      return now;
  }
};

/**
 * Outlives what is drawn. A guest who signs in, maybe in another tab, to store what was opened gets another page, and what
 * was opened comes once.
 */
let opening: Opening = { at: "none" };
let steps = 0;
let leaves = 0;
/** The page, while it is there. */
let draw: ((now: Opening) => void) | undefined;

const show = (next: Opening): void => {
  opening = next;
  draw?.(next);
};

/** One more step of the way. What it answers says whether it is still the last: what an earlier one finds is dropped. */
const step = (next: Opening): (() => boolean) => {
  steps += 1;
  const mine = steps;
  show(next);
  return () => mine === steps;
};

const leave = (next: Opening): void => {
  leaves += 1;
  step(next);
};

addEventListener("pagehide", () => leave(left(opening)));

const lookUp = async (token: string, end: number): Promise<void> => {
  const isLast = step({ at: "checking" });
  const answer = await call({
    method: "POST",
    path: "sys/wrapping/lookup",
    body: JSON.stringify({ token }),
    as: "none",
  });
  if (!isLast()) return;
  if (answer.ok) show({ at: "ready", token, end, from: textIn(answer.data, "creation_path") });
  else if (isOver(answer)) show(over(end));
  else show({ at: "failed", failure: answer, retry: () => void lookUp(token, end), lost: false });
};

/** `fragment`: what stood behind `#`, or a pasted link. */
export const begin = async (fragment: string): Promise<void> => {
  const isLast = step(opening.at === "none" ? { at: "checking" } : opening);
  const link = await readLink(fragmentOf(fragment));
  if (!isLast()) return;
  if (!link) show({ at: "broken" });
  else if (link.kind === "code") show({ at: "code", link, wrong: false });
  else await lookUp(link.body, link.end);
};

/** Trying a code takes a moment, in which nothing is said of it; a later one may be done before an earlier one. */
export const enter = async (link: Link, code: Code): Promise<void> => {
  const isLast = step({ at: "code", link, wrong: false });
  const token = await tokenOf(link, code);
  if (!isLast()) return;
  if (token === undefined) show({ at: "code", link, wrong: true });
  else await lookUp(token, link.end);
};

export const unwrap = async (token: string, end: number, from: string): Promise<void> => {
  const before = leaves;
  const isLast = step({ at: "opening", end, from });
  const answer = await call({ method: "POST", path: "sys/wrapping/unwrap", as: { token } });
  if (answer.ok) {
    // It comes once: another link that was pasted meanwhile gives way.
    if (leaves === before) step({ at: "open", content: contentIn(answer.text) });
    return;
  }
  if (!isLast()) return;
  if (isOver(answer)) show(over(end));
  else show({ at: "failed", failure: answer, retry: () => void lookUp(token, end), lost: answer.kind === "network" });
};

/** A link that comes to an open page takes the place of what was opened there: that is asked, like leaving. */
const receive = (): void => {
  const fragment = arrival.take();
  if (fragment !== undefined) takePlace(() => void begin(fragment));
};

export const useOpening = (): Opening => {
  const guest = useMaybeSession() === undefined;
  const [shown, set] = useState<Opening>({ at: "checking" });
  useEffect(() => {
    receive();
    set(opening);
    draw = set;
    const stop = arrival.follow(receive);
    return () => {
      stop();
      if (draw === set) draw = undefined;
      // What somebody opened is for nobody else, and goes with the page.
      if (!guest || placeOf(location)?.page !== "open") leave({ at: "none" });
    };
  }, []);
  return shown;
};
