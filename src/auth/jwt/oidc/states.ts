import { createHash } from "node:crypto";
import { z } from "zod";
import type { BackendContext } from "../../../framework/index.ts";
import { randomText } from "../../../std/random.ts";
import { epochSeconds, plus, seconds } from "../../../std/time.ts";
import { change, leave } from "../../../storage/change.ts";
import type { Address, Clear, Entry, View } from "../../../storage/store.ts";
import { storedIdentity } from "../identity.ts";

/**
 * Logins under way: what one was begun with, sealed in an entry that its random `state` leads to. Any process can go on
 * with it. It ends after ten minutes, or when it is taken, which only one of any number of callers does.
 */

const LIFE_SECONDS = seconds(600);
/** DynamoDB removes what has ended; nothing depends on when. */
const GRACE = seconds(600);

const storedState = z.object({
  role: z.string(),
  role_id: z.string(),
  nonce: z.string(),
  /** Of PKCE; empty where the provider answers with a token. */
  verifier: z.string(),
  redirect_uri: z.string(),
  /** Empty: the client gave none. */
  client_nonce: z.string(),
  ends_ms: z.number(),
  /** What the provider posted, until the client asks for the login. */
  posted: z.object({ code: z.string(), id_token: z.string() }).nullable(),
  /** Of a direct callback: what its confirmation is about, and how far it is. */
  direct: z
    .object({
      user_code: z.string(),
      /** Address of the client that waits. */
      requester: z.string(),
      wrong: z.number(),
      /** The provider's code is being exchanged, or was. */
      confirmed: z.boolean(),
      /** Who logged in, for the client that polls. */
      outcome: storedIdentity.nullable(),
    })
    .nullable(),
});
export type State = z.output<typeof storedState>;

const addressOf = (storage: View, state: string): Address => storage.at(`state/${storage.tag(`state\n${state}`)}`);

const clearOf = ({ ends_ms }: State): Clear => {
  const exp = epochSeconds(ends_ms);
  return { exp, ttl: plus(exp, GRACE) };
};

const readState = (entry: Entry | undefined, nowMs: number): State | undefined => {
  const state = entry && storedState.parse(entry.body);
  return state && nowMs < state.ends_ms ? state : undefined;
};

/** Consonants, so that no word comes of it. Source: RFC 8628, section 6.1. */
const USER_CODE = "BCDFGHJKLMNPQRSTVWXZ";

export type Begun = Pick<State, "role" | "role_id" | "redirect_uri" | "client_nonce"> & {
  readonly withCode: boolean;
  readonly direct: boolean;
};

/** Begins a login; answers its `state`, and what it is stored with. */
export const beginState = async (cx: BackendContext, begun: Begun): Promise<readonly [string, State]> => {
  const { storage, random, clock, sourceAddress } = cx;
  const { withCode, direct, ...given } = begun;
  const letters = randomText(random, 8, USER_CODE);
  const body: State = {
    ...given,
    nonce: `n_${randomText(random, 20)}`,
    verifier: withCode ? randomText(random, 43) : "",
    ends_ms: clock.now() + LIFE_SECONDS * 1000,
    posted: null,
    direct: direct
      ? {
          user_code: `${letters.slice(0, 4)}-${letters.slice(4)}`,
          requester: sourceAddress,
          wrong: 0,
          confirmed: false,
          outcome: null,
        }
      : null,
  };
  const state = `st_${randomText(random, 20)}`;
  await storage.write([{ op: "put", address: addressOf(storage, state), body, clear: clearOf(body), when: "absent" }]);
  return [state, body];
};

export const findState = async ({ storage, clock }: BackendContext, state: string): Promise<State | undefined> =>
  state === "" ? undefined : readState(await storage.get(addressOf(storage, state)), clock.now());

/** Ends a login and answers what it was, to one caller alone. */
export const takeState = async ({ storage, clock }: BackendContext, state: string): Promise<State | undefined> =>
  state === "" ? undefined : readState(await storage.take(addressOf(storage, state)), clock.now());

/** Changes a login under way; `make` answers the next state, or nothing to leave it. `undefined` where there is none. */
export const changeState = (
  { storage, clock }: BackendContext,
  state: string,
  make: (before: State) => State | undefined,
): Promise<State | undefined> =>
  change<State | undefined>(storage, addressOf(storage, state), (entry) => {
    const before = readState(entry, clock.now());
    const next = before && make(before);
    if (!next) return leave(undefined);
    return { op: "put", body: next, clear: clearOf(next), result: next };
  });

/** The challenge that goes to the provider; the verifier goes along with the code. Source: RFC 7636, section 4.2. */
export const challengeOf = (verifier: string): string => createHash("sha256").update(verifier).digest("base64url");
