import type { Absence, ApiAnswer, ApiRequest, Attempt, Attempted, WorkerState } from "../protocol.ts";
import { createAways } from "./aways.ts";
import { NOBODY } from "./calls.ts";
import { membersOf, stripped, within, withoutToken } from "./strip.ts";

/**
 * The session of all tabs: whose token it is, when it is renewed, and when it ends. The token is in here and in the
 * headers of requests, and nowhere else. Time passes by `tick`, once a second and by the clock of the machine, so that
 * a machine that slept is locked when it wakes.
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
/** A token that could not be revoked, because the network was gone, is tried again. */
const TRIES = 12;
const BETWEEN_TRIES = 5_000;
const SIGN_OUT_PATIENCE = 3_000;

const REVOKE: ApiRequest = { method: "POST", path: "auth/token/revoke-self", body: "{}" };
const RENEW: ApiRequest = { method: "POST", path: "auth/token/renew-self", body: "{}" };
const LOOKUP: ApiRequest = { method: "GET", path: "auth/token/lookup-self" };

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);
const succeeded = ({ status }: ApiAnswer): boolean => status >= 200 && status < 300;
const unsure = ({ status }: ApiAnswer): boolean => status === 0 || status === 429 || status >= 500;

export const createSession = (world: World) => {
  let held: Held | undefined;
  let why: Absence = "out";
  let serial = 0;
  let renewals = 0;
  let renewing = false;
  let lastActive = world.now();
  let idleMinutes = 10;
  let locksAt: number | undefined;
  let goneAt: number | undefined;
  const owed = new Map<string, { tries: number; at: number }>();
  const aways = createAways(world);

  const state = (): WorkerState => ({
    serial,
    renewals,
    standing: held ? { signedIn: true, ours: held.ours } : { signedIn: false, why },
    idleMinutes,
    locksAt,
  });
  const tell = (): void => world.tell(state());

  const revoke = async (token: string, tries = 1): Promise<void> => {
    if (unsure(await world.send(REVOKE, token)) && tries < TRIES) {
      owed.set(token, { tries: tries + 1, at: world.now() + BETWEEN_TRIES });
    }
  };

  /** Forgets the token, at once. */
  const drop = (reason: Absence): Promise<void> => {
    const last = held;
    held = undefined;
    why = reason;
    locksAt = undefined;
    return last?.ours && reason !== "ended" ? revoke(last.token) : Promise.resolve();
  };

  const hold = (token: string, ours: boolean, seconds: number, renewable: boolean): void => {
    if (held && held.token !== token) void drop("out");
    const now = world.now();
    const ttl = seconds > 0 ? seconds * 1000 : Number.POSITIVE_INFINITY;
    held = { token, ours, renewable, ttl, renewAt: now + ttl / 2 };
    serial += 1;
    lastActive = now;
    locksAt = undefined;
    tell();
  };

  /** What is said of a refused token may be said of another one in the request: the server is asked. */
  const hasEnded = async (mine: Held): Promise<boolean> => {
    if (held !== mine) return held === undefined;
    if ((await world.send(LOOKUP, mine.token)).status !== 403) return false;
    if (held === mine) {
      void drop("ended");
      tell();
    }
    return held === undefined;
  };

  const call = async (request: ApiRequest): Promise<ApiAnswer> => {
    const own = request.as === undefined;
    if (own && !held && !request.path.startsWith("sys/internal/ui/mounts")) return NOBODY;
    const mine = held;
    const given = typeof request.as === "object" ? request.as.token : undefined;
    const answer = await world.send(request, own ? mine?.token : given);
    const clean = { ...answer, body: stripped(request.path, answer.body, mine?.token) };
    if (own && mine && answer.status === 403 && answer.body.includes("invalid token")) {
      return { ...clean, ended: await hasEnded(mine) };
    }
    return clean;
  };

  /** Signs in with an answer that has a token. */
  const taken = (answer: ApiAnswer): Attempted => {
    const auth = within(membersOf(answer.body), "auth");
    const token = textOf(auth?.["client_token"]);
    const signedIn = succeeded(answer) && token !== "";
    if (signedIn) hold(token, true, numberOf(auth?.["lease_duration"]), auth?.["renewable"] === true);
    return { answer: { ...answer, body: withoutToken(answer.body) }, signedIn };
  };

  const byToken = async (token: string, spend: boolean): Promise<Attempted> => {
    const answer = await world.send(LOOKUP, token);
    const data = within(membersOf(answer.body), "data");
    const signedIn = succeeded(answer) && data !== undefined && (spend || numberOf(data["num_uses"]) === 0);
    if (signedIn) hold(token, false, numberOf(data["ttl"]), data["renewable"] === true);
    return { answer: { ...answer, body: stripped(LOOKUP.path, answer.body, token) }, signedIn };
  };

  const attempt = async (asked: Attempt): Promise<Attempted> => {
    switch (asked.how) {
      case "login":
        return taken(await world.send(asked.request, undefined));
      case "token":
        return byToken(asked.token, asked.spend);
      case "unwrap":
        return taken(await world.send({ method: "POST", path: "sys/wrapping/unwrap", body: "{}" }, asked.token));
      case "redirect":
        return { answer: await aways.begin(asked.away), signedIn: false };
      case "callback": {
        const { answer, backTo } = await aways.end(asked.mount, asked.query);
        return { ...taken(answer), backTo };
      }
    }
  };

  const active = (): void => {
    if (locksAt === undefined) lastActive = world.now();
  };

  const stay = (): void => {
    lastActive = world.now();
    locksAt = undefined;
    tell();
  };

  const lock = (): void => {
    void drop("locked");
    tell();
  };

  /** Tabs go on once the server has it, or will not answer. */
  const signOut = async (): Promise<void> => {
    const patience = new Promise((resolve) => setTimeout(resolve, SIGN_OUT_PATIENCE));
    await Promise.race([drop("out"), patience]);
    tell();
  };

  const renew = async (mine: Held): Promise<void> => {
    renewing = true;
    const answer = await world.send(RENEW, mine.token);
    renewing = false;
    if (held !== mine) return;
    const seconds = numberOf(within(membersOf(answer.body), "auth")?.["lease_duration"]);
    const now = world.now();
    if (!succeeded(answer) || seconds === 0) {
      held = { ...mine, renewAt: now + Math.max(mine.ttl / 8, 30_000) };
      return;
    }
    held = { ...mine, ttl: seconds * 1000, renewAt: now + seconds * 500 };
    renewals += 1;
    tell();
  };

  const watchTabs = (now: number): void => {
    if (world.tabs() > 0) {
      goneAt = undefined;
      return;
    }
    goneAt ??= now;
    if (now - goneAt >= GONE && held) void drop("out");
  };

  const watchIdling = (now: number): void => {
    const allowed = idleMinutes * MINUTE;
    const idle = now - lastActive;
    if (idle >= allowed) lock();
    if (!held || idle < allowed - Math.min(MINUTE, allowed / 2) || locksAt !== undefined) return;
    locksAt = lastActive + allowed;
    tell();
  };

  const tick = (): void => {
    const now = world.now();
    for (const [token, { tries, at }] of owed) {
      if (at > now) continue;
      owed.delete(token);
      void revoke(token, tries);
    }
    watchTabs(now);
    if (held) watchIdling(now);
    if (held?.renewable && !renewing && now >= held.renewAt) void renew(held);
  };

  const setIdle = (minutes: number): void => {
    idleMinutes = Math.min(60, Math.max(1, Math.round(minutes) || 1));
    stay();
  };

  return { state, call, attempt, active, stay, lock, signOut, tick, setIdle };
};

export type WorkerSession = ReturnType<typeof createSession>;
