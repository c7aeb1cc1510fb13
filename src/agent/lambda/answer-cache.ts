import { createHash } from "node:crypto";
import { createBoundedMap } from "../../std/bounded-map.ts";
import type { Clock } from "../../std/time.ts";
import type { CacheSettings } from "./settings.ts";

/** Answers to reads that are served again for a while, where the function asks for that. */

export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
}

export interface AnswerCache {
  get(key: string): KeptAnswer | undefined;
  set(key: string, answer: KeptAnswer): void;
}

const MOST = 256;

/** Lives end by the wall clock: the other one stands still while the process is frozen. */
export const createAnswerCache = ({ ttl }: CacheSettings, clock: Clock): AnswerCache => {
  const kept = createBoundedMap<string, { readonly answer: KeptAnswer; readonly at: number }>(MOST);
  return {
    get: (key) => {
      const found = kept.get(key);
      if (found === undefined) return undefined;
      const age = clock.now() - found.at;
      if (age >= 0 && age < ttl) return found.answer;
      kept.delete(key);
      return undefined;
    },
    set: (key, answer) => kept.set(key, { answer, at: clock.now() }),
  };
};

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface CacheUse {
  readonly read: boolean;
  readonly write: boolean;
}

/** What a request wants of the cache, by `X-Vault-Cache-Control`: `cache`, `recache`, `nocache`. */
export const cacheUse = (settings: CacheSettings | undefined, method: string, headers: Headers): CacheUse => {
  if (settings === undefined || method !== "GET") return { read: false, write: false };
  const words = [headers["x-vault-cache-control"] ?? []].flat().flatMap((text) => text.split(","));
  const said = (word: string): boolean => words.some((each) => each.trim() === word);
  const wanted = settings.everything || said("cache");
  if (said("nocache")) return { read: false, write: false };
  return { read: wanted && !said("recache"), write: wanted || said("recache") };
};

/** Headers that do not change an answer: those of tracing differ from request to request. */
const NO_MATTER: ReadonlySet<string> = new Set([
  "connection",
  "host",
  "traceparent",
  "tracestate",
  "user-agent",
  "x-amzn-trace-id",
  "x-vault-cache-control",
  "x-vault-token",
]);

/** Under which an answer is kept: everything that may change it, hashed, because a header may be a secret. */
export const cacheKey = (target: string, headers: Headers, body: Uint8Array, token: string): string => {
  const relevant = Object.entries(headers).filter(([name]) => !NO_MATTER.has(name));
  const text = JSON.stringify([target, token, relevant.sort(([a], [b]) => (a < b ? -1 : 1))]);
  return createHash("sha256").update(text).update(body).digest("hex");
};
