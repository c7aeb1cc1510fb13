import { z } from "zod";
import type { BackendContext } from "../../../framework/index.ts";
import { randomText } from "../../../std/random.ts";
import { epochSeconds, plus, seconds } from "../../../std/time.ts";
import { codeAt } from "./model.ts";

/**
 * Authorization codes: what an entity agreed to, to be fetched once by the client it is for.
 *
 * Security: a code is stored nowhere, only what it stands for, under its keyed hash. One caller alone is given what was
 * deleted, so of any number of exchanges one succeeds; and whatever that one is refused for, the code is spent.
 */

const Grant = z.object({
  provider: z.string(),
  client_id: z.string(),
  entity_id: z.string(),
  redirect_uri: z.string(),
  nonce: z.string(),
  scopes: z.array(z.string()),
  /** When the entity logged in, epoch seconds; 0: nobody asked. */
  auth_time: z.number(),
  /** Empty without PKCE. */
  code_challenge: z.string(),
  code_challenge_method: z.enum(["plain", "S256"]),
});
export type Grant = z.output<typeof Grant>;

/** As in Vault. */
const LIFE = seconds(300);
/** The table removes what nobody fetched, some time after its end. */
const KEPT = seconds(3600);
const LENGTH = 32;

export const issueCode = async (grant: Grant, cx: BackendContext): Promise<string> => {
  const code = randomText(cx.random, LENGTH);
  const exp = plus(epochSeconds(cx.clock.now()), LIFE);
  const clear = { exp, ttl: plus(exp, KEPT) };
  const address = codeAt(cx.storage, code);
  await cx.crash("identity.oidc.code", () =>
    cx.storage.write([{ op: "put", address, body: grant, clear, when: "absent" }]),
  );
  return code;
};

const CODE = /^[A-Za-z0-9]{32}$/;

/** Spends a code. `undefined`: there is none, it was used, or its time is over. */
export const spendCode = async (code: string, cx: BackendContext): Promise<Grant | undefined> => {
  if (!CODE.test(code)) return undefined;
  const entry = await cx.crash("identity.oidc.spend", () => cx.storage.take(codeAt(cx.storage, code)));
  if (!entry || (entry.clear.exp ?? 0) <= epochSeconds(cx.clock.now())) return undefined;
  return Grant.parse(entry.body);
};
