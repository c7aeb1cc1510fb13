import type { Client } from "../../client/contract.ts";
import { calledOff, pause } from "../../std/timer.ts";
import { type BackOff, createBackOff, goDuration } from "../back-off.ts";
import type { AutoAuthConfig } from "../config/model.ts";
import { AgentError, type Surroundings } from "../contract.ts";
import { reasonOf } from "../reason.ts";
import type { Doubts } from "./doubts.ts";
import { outlive } from "./life.ts";
import { type LoggedIn, LoginFailed, logIn } from "./login.ts";
import type { Method, Poll } from "./method.ts";
import type { OwnTokens } from "./tokens.ts";

/** What the loop works with. */
export interface LoopSettings {
  readonly autoAuth: AutoAuthConfig;
  readonly method: Method;
  readonly client: Client;
  readonly surroundings: Surroundings;
  readonly tokens: OwnTokens;
  readonly doubts: Doubts;
  readonly signal: AbortSignal;
}

/** A login that gives a token without a life would otherwise be repeated without a pause. */
const LIFELESS_PAUSE = 1000;
/** A token that the server forgets sooner than this shows that something is wrong there. */
const SHORT_LIFE = 10_000;

type Event = "new credentials" | "over" | "dead";

/** Looks for new credentials until some are found or it is called off. */
const newCredentials = async (poll: Poll, { log, timer }: Surroundings, signal: AbortSignal): Promise<boolean> => {
  while (await pause(timer, poll.interval, signal)) {
    const found = await poll.check().catch((error: unknown) => {
      log.warn("unable to retrieve current creds, retaining last creds", { error: reasonOf(error) });
      return false;
    });
    if (found) return true;
  }
  return false;
};

/** Waits for `over`, or for new credentials where they count; what is waited for then is called off. */
const until = async <T>(
  { method: { poll }, surroundings, signal }: LoopSettings,
  countsNew: boolean,
  over: (signal: AbortSignal) => Promise<T>,
): Promise<T | Event> => {
  const inner = new AbortController();
  const either = AbortSignal.any([signal, inner.signal]);
  const looking = async (look: Poll): Promise<Event> => {
    // Where they do not count they are read all the same, so that the next login has them.
    while (await newCredentials(look, surroundings, either)) if (countsNew) return "new credentials";
    return "over";
  };
  const ended = over(either);
  try {
    return await Promise.race(poll === undefined ? [ended] : [ended, looking(poll)]);
  } finally {
    inner.abort();
  }
};

/** Uses a login until another one is needed. */
const useUp = async (settings: LoopSettings, { login, given, endless }: LoggedIn): Promise<Event> => {
  const { autoAuth, client, surroundings, doubts } = settings;
  const countsNew = autoAuth.reauthOnNewCredentials;
  const { log, timer } = surroundings;
  if (login.kind === "wrapped") return until(settings, countsNew, (end) => calledOff(end).then((): Event => "over"));
  const { lease_duration, renewable } = login.auth;
  if (lease_duration === 0 && !endless) {
    return until(settings, countsNew, (end) => pause(timer, LIFELESS_PAUSE, end).then((): Event => "over"));
  }
  if (endless) log.info("not starting token renewal process, as token has unlimited TTL");
  else log.info("starting renewal process");
  if (given && login.auth.token_type === "batch") {
    log.info("note that this token type is batch, and batch tokens cannot be renewed", { ttl: lease_duration });
  }
  const life = { leaseDuration: lease_duration, renewable };
  const living = { token: login.token, life, client, endless, doubts, surroundings };
  return until(
    settings,
    countsNew,
    async (end): Promise<Event> => ((await outlive(living, end)) === "dead" ? "dead" : "over"),
  );
};

/** One login and its use. Throws what kept it from a token. */
const once = async (settings: LoopSettings, backOff: BackOff, deaths: BackOff): Promise<void> => {
  const { autoAuth, method, client, surroundings, tokens, signal } = settings;
  const { log, steady, timer } = surroundings;
  log.info("authenticating");
  const loggedIn = await logIn(method, client, autoAuth.method, signal);
  backOff.reset();
  const sends = loggedIn.login.kind === "wrapped" ? "wrapped token to sinks and pausing" : "token to sinks";
  log.info(`authentication successful, sending ${sends}`);
  tokens.publish(loggedIn.login);
  const born = steady();
  const why = await useUp(settings, loggedIn);
  if (why === "new credentials") log.info("auth method found new credentials, re-authenticating");
  if (why !== "dead" || steady() - born >= SHORT_LIFE) return deaths.reset();
  const wait = deaths.next();
  log.error("the server forgot the token right after the login", { backoff: goDuration(wait) });
  await until(settings, true, (end) => pause(timer, wait, end));
};

const failureOf = (error: unknown): { line: string; fields: { error?: string } } => {
  if (!(error instanceof LoginFailed)) return { line: "error authenticating", fields: { error: reasonOf(error) } };
  return { line: error.message, fields: error.reason === undefined ? {} : { error: error.reason } };
};

/** Says why the login failed and waits; new credentials end the wait. Throws where the first failure ends the agent. */
const failed = async (settings: LoopSettings, backOff: BackOff, error: unknown): Promise<void> => {
  const { autoAuth, surroundings } = settings;
  const { log, timer } = surroundings;
  const { line, fields } = failureOf(error);
  if (autoAuth.method.exitOnError) {
    log.error(line, fields);
    throw new AgentError(fields.error === undefined ? line : `${line}: ${fields.error}`);
  }
  const wait = backOff.next();
  log.error(line, { ...fields, backoff: goDuration(wait) });
  await until(settings, true, (end) => pause(timer, wait, end));
};

/** Logs in, uses the login up, and begins again, until the signal. Throws `AgentError` where the first failure ends it. */
export const keepLoggedIn = async (settings: LoopSettings): Promise<void> => {
  const { minBackoff, maxBackoff } = settings.autoAuth.method;
  const backOff = createBackOff(minBackoff, maxBackoff, settings.surroundings.random);
  const deaths = createBackOff(minBackoff, maxBackoff, settings.surroundings.random);
  while (!settings.signal.aborted) {
    try {
      await once(settings, backOff, deaths);
    } catch (error) {
      if (!settings.signal.aborted) await failed(settings, backOff, error);
    }
  }
};
