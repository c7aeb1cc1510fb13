import { createBoundedMap } from "../../std/bounded-map.ts";
import type { Clock } from "../../std/time.ts";
import { holderOf, type RequestKey, secretKey } from "../cache/key.ts";
import type { Asked, Given } from "../proxy/index.ts";
import type { CacheSettings } from "./settings.ts";

/** Answers to reads that are served again for a while, where the function asks for that. */

export type KeptAnswer = Given & { readonly body: Buffer };

export interface AnswerCache {
  get(key: RequestKey): KeptAnswer | undefined;
  set(key: RequestKey, answer: KeptAnswer): void;
}

const MOST = 256;
const CONTROL = "x-vault-cache-control";

/** Lives end by the wall clock: the other one stands still while the process is frozen. */
export const createAnswerCache = ({ ttl }: CacheSettings, clock: Clock): AnswerCache => {
  const kept = createBoundedMap<RequestKey, { readonly answer: KeptAnswer; readonly at: number }>(MOST);
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

export interface CacheUse {
  readonly read: boolean;
  readonly write: boolean;
}

/** What a request wants of the cache, by `X-Vault-Cache-Control`: `cache`, `recache`, `nocache`. */
export const cacheUse = (settings: CacheSettings | undefined, { method, fields }: Asked): CacheUse => {
  if (settings === undefined || method !== "GET") return { read: false, write: false };
  const words = (fields.get(CONTROL) ?? []).flatMap((text) => text.split(","));
  const said = (word: string): boolean => words.some((each) => each.trim() === word);
  const wanted = settings.everything || said("cache");
  if (said("nocache")) return { read: false, write: false };
  return { read: wanted && !said("recache"), write: wanted || said("recache") };
};

/** Under which an answer is kept: everything that may change it, as the agent's own caches have it. */
export const cacheKey = (asked: Asked): RequestKey => {
  const fields = new Map([...asked.fields].filter(([name]) => name !== CONTROL));
  return secretKey({ ...asked, fields }, holderOf(asked));
};
