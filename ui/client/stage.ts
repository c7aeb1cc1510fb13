import { useEffect, useState } from "preact/hooks";
import type { Absence, WorkerState } from "../protocol.ts";
import { answerOf } from "./answers.ts";
import { type Answer, type Failure, get } from "./api.ts";
import { forgetDrafts } from "./drafts.ts";
import { onWorkerState } from "./port.ts";
import type { Session } from "./session.ts";
import { type Asked, askStanding } from "./standing.ts";
import { type Mounts, mountsOf, samePerson, sessionOf, whoOf } from "./who.ts";

/**
 * Where this tab stands: who is signed in, or why nobody is. It follows the worker, which tells all tabs at once, and
 * keeps one person's work apart from another's: `person` grows when somebody else signs in, and what is drawn for one
 * is not drawn for the next.
 */

export type Stage =
  | { readonly is: "starting" }
  | { readonly is: "unreachable"; readonly failure: Failure }
  | { readonly is: "out"; readonly why: Absence; readonly mounts: Mounts }
  | { readonly is: "in"; readonly session: Session; readonly person: number; readonly ours: boolean }
  /** Locked, or the token ended: the page stays, out of reach, until somebody signs in. */
  | {
      readonly is: "away";
      readonly why: Exclude<Absence, "out">;
      readonly session: Session;
      readonly person: number;
      /** `undefined`: being asked for. A form drawn without them would change under the hands of whoever types. */
      readonly mounts: Mounts | undefined;
    };

let stage: Stage = { is: "starting" };
let known: WorkerState | undefined;
let loading = 0;
const listeners = new Set<(stage: Stage) => void>();

export const onStage = (listener: (stage: Stage) => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useStage = (): Stage => {
  const [shown, setShown] = useState(stage);
  useEffect(() => {
    setShown(stage);
    return onStage(setShown);
  }, []);
  return shown;
};

const become = (next: Stage): void => {
  stage = next;
  for (const listener of listeners) listener(next);
};

const personNumber = (session: Session): number => {
  if (stage.is !== "in" && stage.is !== "away") return 0;
  if (samePerson(stage.session.who, session.who)) return stage.person;
  forgetDrafts();
  return stage.person + 1;
};

const NO_MOUNTS: Mounts = { secret: [], auth: [] };

const out = (mounts: Mounts | undefined): Stage => {
  const why = known?.standing.signedIn === false ? known.standing.why : "out";
  if ((stage.is === "in" || stage.is === "away") && why !== "out") {
    return { is: "away", why, session: stage.session, person: stage.person, mounts };
  }
  return { is: "out", why, mounts: mounts ?? NO_MOUNTS };
};

const RETRY_MS = 2_000;

/** What somebody works on is not taken away because the network is gone for a moment. */
const unreachable = (failure: Failure): void => {
  if (stage.is === "in" || stage.is === "away") setTimeout(() => void load(), RETRY_MS);
  else become({ is: "unreachable", failure });
};

const read = async ({ request, coming }: Asked): Promise<Answer> => answerOf(request, await coming);

/** Asks who is signed in, and what they may. */
export const load = async (): Promise<void> => {
  loading += 1;
  const round = loading;
  const before = known;
  const asked = askStanding();
  const [mounts, acl, lookup] = await Promise.all([read(asked.mounts), read(asked.acl), read(asked.lookup)]);
  if (round !== loading) return;
  if (!mounts.ok && mounts.kind !== "denied" && mounts.kind !== "ended") return unreachable(mounts);
  const ended = !lookup.ok && lookup.kind === "ended";
  // Heard of since: somebody signed in, or out, after the answers were given.
  if (known && known !== before && known.standing.signedIn === ended) return load();
  if (ended) return become(out(mountsOf(mounts)));
  if (!lookup.ok && lookup.kind !== "denied") return unreachable(lookup);
  const session = sessionOf(lookup, mounts, acl);
  const ours = known?.standing.signedIn === true && known.standing.ours;
  become({ is: "in", session, person: personNumber(session), ours });
};

/** Mounts that anybody may see, for the form to sign in with. */
const loadMounts = async (): Promise<void> => {
  loading += 1;
  const round = loading;
  const mounts = await get("sys/internal/ui/mounts");
  if (round === loading && (stage.is === "away" || stage.is === "out")) become({ ...stage, mounts: mountsOf(mounts) });
};

const renewed = async (): Promise<void> => {
  const lookup = await get("auth/token/lookup-self");
  if (!lookup.ok || stage.is !== "in") return;
  const { session } = stage;
  const { endsAt } = whoOf(lookup.data);
  become({ ...stage, session: { ...session, who: { ...session.who, endsAt } } });
};

/** Another token than this page was drawn for: until it is known whose, nothing is done with it here. */
const replaced = (): void => {
  if (stage.is === "in") {
    const { session, person } = stage;
    become({ is: "away", why: "ended", session, person, mounts: { secret: [], auth: session.authMounts } });
  }
  void load();
};

const follow = (state: WorkerState): void => {
  const before = known;
  known = state;
  const { standing } = state;
  if (standing.signedIn) {
    if (before ? before.serial !== state.serial : stage.is === "out") replaced();
    else if (before && before.renewals !== state.renewals) void renewed();
    return;
  }
  // The answers may come before the worker says why.
  if (stage.is === "out" && stage.why !== standing.why) become({ ...stage, why: standing.why });
  if (stage.is !== "in" && !(stage.is === "away" && standing.why === "out")) return;
  become(out(undefined));
  if (stage.is === "away") void loadMounts();
};

/** Begins; once. Resolves when it is known who is signed in, or that it cannot be known. */
export const start = (): Promise<void> => {
  // What was asked for early was asked before anything was heard of.
  const loaded = load();
  onWorkerState(follow);
  return loaded;
};
