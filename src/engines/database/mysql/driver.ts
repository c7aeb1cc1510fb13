import { within } from "../deadline.ts";
import { advised, noConnection } from "../failure.ts";
import { failureOf } from "./errors.ts";
import { openSession, type Session, type SessionWorld } from "./session.ts";
import type { MysqlSettings } from "./settings.ts";

/**
 * Sessions kept for a few seconds: the driver has a pool of its own, but it cannot wait for a socket that is dialled
 * under guard. Every piece of work has a deadline; one that runs out, or breaks its connection, costs the session.
 */

export interface Pool {
  run<T>(limitMs: number, work: (session: Session) => Promise<T>): Promise<T>;
  usable(): boolean;
  close(): Promise<void>;
}

/** Less than the server waits before it ends a silent session. */
const IDLE_MS = 10_000;
/** A session that does not take its renewal by then was lost without a word. */
const RENEW_MS = 2000;

export const openPool = (settings: MysqlSettings, world: SessionWorld): Pool => {
  const { clock } = world;
  const idle: Session[] = [];
  let usable = true;

  const isFresh = (session: Session): boolean => {
    const now = clock.now();
    const old = settings.lifetime > 0 && now - session.born > settings.lifetime * 1000;
    return session.alive() && !old && now - session.used < IDLE_MS;
  };

  const renewed = async (session: Session): Promise<boolean> => {
    try {
      await within(RENEW_MS, session.renew());
      return true;
    } catch {
      return false;
    }
  };

  const take = async (): Promise<Session> => {
    for (let session = idle.pop(); session; session = idle.pop()) {
      if (isFresh(session) && (await renewed(session))) return session;
      session.cut();
    }
    return openSession(settings, world);
  };

  const give = (session: Session): void => {
    session.used = clock.now();
    if (usable && session.alive() && idle.length < settings.connections) idle.push(session);
    else session.close();
  };

  const empty = (): void => {
    usable = false;
    for (const session of idle.splice(0)) session.close();
  };

  return {
    usable: () => usable,
    close: async () => empty(),
    run: async (limitMs, work) => {
      let session: Session | undefined;
      let late = false;
      const doing = async () => {
        session = await take();
        if (late) throw noConnection("the database did not answer in time", "unknown");
        return work(session);
      };
      const done = doing();
      // Whoever is late is not waited for.
      done.catch(() => late && session?.cut());
      try {
        const result = await within(limitMs, done, {
          late: () => {
            late = true;
            session?.cut();
            empty();
          },
        });
        if (session) give(session);
        return result;
      } catch (cause) {
        const failure = advised(failureOf(cause), settings.advice);
        if (session && (failure.kind === "statement" || failure.kind === "taken")) give(session);
        else session?.cut();
        throw failure;
      }
    },
  };
};
