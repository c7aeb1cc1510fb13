import type { Absence, ApiAnswer, ApiRequest, WorkerState } from "../protocol.ts";
import { createAttempts, type Gained, LOOKUP } from "./attempts.ts";
import { NOBODY, refusal } from "./calls.ts";
import { membersOf, numberOf, succeeded, within } from "./members.ts";
import { createRevoking } from "./revoking.ts";
import { stripped, tellsToken } from "./strip.ts";

/**
 * The session of all tabs: whose token it is, when it is renewed, and when it ends. The token is in this
 * worker and in the headers of requests, and nowhere else. Time passes by `tick`, once a second and by the clock of the machine, so that
 * a machine that slept is locked when it wakes: by the first tick, or by whatever a tab asks for before it.
 */

export interface World {
  /** Milliseconds since 1970. */
  now(): number;
  send(request: ApiRequest, token: string | undefined): Promise<ApiAnswer>;
  /** All tabs learn the state. */
  tell(state: WorkerState): void;
  /** How many tabs live. */
  tabs(): number;
  /** An unguessable text. */
  nonce(): string;
}

interface Held {
  readonly token: string;
  readonly ours: boolean;
  readonly renewable: boolean;
  /** Milliseconds; Infinity for a token without an end. */
  readonly ttl: number;
  readonly renewAt: number;
}

const MINUTE = 60_000;
/** Without any tab for so long, the last one was closed and not reloaded. */
export const GONE = 15_000;
const SIGN_OUT_PATIENCE = 3_000;
const USUAL_IDLE_MINUTES = 10;

const RENEW: ApiRequest = { method: "POST", path: "auth/token/renew-self", body: "{}" };

const WRAPPED_TOKEN = refusal(400, "the session's own token is not wrapped");

export const createSession = (world: World) => {
  let held: Held | undefined;
  let why: Absence = "out";
  let serial = 0;
  let renewals = 0;
  let renewing = false;
  let seen = world.now();
  let lastActive = seen;
  let idleMinutes = USUAL_IDLE_MINUTES;
  /** Whose minutes these are; empty: a token without an entity, which may be anybody's. */
  let entity = "";
  /** Sign-outs and locks: what was under way before one is not followed after it. */
  let departures = 0;
  let locksAt: number | undefined;
  let goneAt: number | undefined;
  const revoking = createRevoking(world);

  const state = (): WorkerState => ({
    serial,
    renewals,
    standing: held ? { signedIn: true, ours: held.ours } : { signedIn: false, why },
    idleMinutes,
    locksAt,
  });
  const tell = (): void => world.tell(state());

  /** A clock that was put back takes with it what is to come. */
  const now = (): number => {
    const at = world.now();
    const back = Math.min(0, at - seen);
    seen = at;
    if (back === 0) return at;
    lastActive += back;
    if (goneAt !== undefined) goneAt += back;
    if (held) held = { ...held, renewAt: held.renewAt + back };
    if (locksAt !== undefined) {
      locksAt += back;
      tell();
    }
    return at;
  };

  /** Forgets the token, at once. */
  const drop = (reason: Absence): Promise<void> => {
    const last = held;
    held = undefined;
    why = reason;
    locksAt = undefined;
    return last?.ours && reason !== "ended" ? revoking.revoke(last.token) : Promise.resolve();
  };

  const hold = ({ token, ours, seconds, renewable, entityId }: Gained): void => {
    if (held && held.token !== token) void drop("out");
    if (entityId === "" || entityId !== entity) idleMinutes = USUAL_IDLE_MINUTES;
    entity = entityId;
    const ttl = seconds > 0 ? seconds * 1000 : Number.POSITIVE_INFINITY;
    lastActive = now();
    held = { token, ours, renewable, ttl, renewAt: lastActive + ttl / 2 };
    serial += 1;
    locksAt = undefined;
    tell();
  };

  /** Renewals change what is held, and not whose it is. */
  const holds = ({ token }: Held): boolean => held?.token === token;

  /** What is said of a refused token may be said of another one in the request: the server is asked. */
  const hasEnded = async (mine: Held): Promise<boolean> => {
    if ((await world.send(LOOKUP, mine.token)).status !== 403) return false;
    if (holds(mine)) {
      void drop("ended");
      tell();
    }
    return held === undefined;
  };

  /** An answer that comes when its session is over is told to nobody: somebody else may sit there by now. */
  const asSession = async (request: ApiRequest, mine: Held): Promise<ApiAnswer> => {
    if (request.wrapTtl !== undefined && tellsToken(request.path)) return WRAPPED_TOKEN;
    const answer = await world.send(request, mine.token);
    if (!holds(mine)) return NOBODY;
    const clean = { ...answer, body: stripped(request.path, answer.body, mine.token) };
    if (answer.status !== 403 || !answer.body.includes("invalid token")) return clean;
    return { ...clean, ended: await hasEnded(mine) };
  };

  const call = async (request: ApiRequest): Promise<ApiAnswer> => {
    lockIfOverdue();
    if (request.as === undefined && held) return asSession(request, held);
    if (request.as === undefined && !request.path.startsWith("sys/internal/ui/mounts")) return NOBODY;
    const before = held?.token;
    const answer = await world.send(request, typeof request.as === "object" ? request.as.token : undefined);
    return { ...answer, body: stripped(request.path, answer.body, before) };
  };

  const attempt = createAttempts(world, { hold, departures: () => departures, revoke: revoking.revoke });

  const lock = (): void => {
    departures += 1;
    void drop("locked");
    tell();
  };

  const allowed = (): number => idleMinutes * MINUTE;

  /** Nobody was here for too long, and no tick has seen it yet: a key pressed now does not undo it. */
  const lockIfOverdue = (): void => {
    if (held && now() - lastActive >= allowed()) lock();
  };

  const active = (): void => {
    lockIfOverdue();
    if (locksAt === undefined) lastActive = now();
  };

  const stay = (): void => {
    lockIfOverdue();
    lastActive = now();
    locksAt = undefined;
    tell();
  };

  /** Tabs go on once the server has it, or will not answer. */
  const signOut = async (): Promise<void> => {
    departures += 1;
    entity = "";
    idleMinutes = USUAL_IDLE_MINUTES;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, SIGN_OUT_PATIENCE);
    });
    await Promise.race([drop("out"), patience]);
    clearTimeout(timer);
    tell();
  };

  const renew = async (mine: Held): Promise<void> => {
    renewing = true;
    const answer = await world.send(RENEW, mine.token);
    renewing = false;
    if (!holds(mine)) return;
    const seconds = numberOf(within(membersOf(answer.body), "auth")?.["lease_duration"]);
    if (!succeeded(answer) || seconds === 0) {
      held = { ...mine, renewAt: now() + Math.max(mine.ttl / 8, 30_000) };
      return;
    }
    held = { ...mine, ttl: seconds * 1000, renewAt: now() + seconds * 500 };
    renewals += 1;
    tell();
  };

  const watchTabs = (at: number): void => {
    if (world.tabs() > 0) {
      goneAt = undefined;
      return;
    }
    goneAt ??= at;
    if (at - goneAt >= GONE && held) void drop("out");
  };

  const warnOfLock = (at: number): void => {
    if (!held || locksAt !== undefined) return;
    if (at - lastActive < allowed() - Math.min(MINUTE, allowed() / 2)) return;
    locksAt = lastActive + allowed();
    tell();
  };

  const tick = (): void => {
    const at = now();
    revoking.tick(at);
    watchTabs(at);
    lockIfOverdue();
    warnOfLock(at);
    if (held?.renewable && !renewing && at >= held.renewAt) void renew(held);
  };

  const setIdle = (minutes: number): void => {
    stay();
    idleMinutes = Math.min(60, Math.max(1, Math.round(minutes) || 1));
    tell();
  };

  return { state, call, attempt, active, stay, lock, signOut, tick, setIdle };
};

export type WorkerSession = ReturnType<typeof createSession>;
