import type { LoginGrant } from "../../framework/index.ts";
import { uuid } from "../../std/random.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import { DOMAINS, waitingLoginAddress } from "../../storage/keys.ts";
import type { Address, Entry, Write } from "../../storage/store.ts";
import type { Snapshot } from "../config/types.ts";
import type { Core } from "../core.ts";
import { vanishing } from "../leases/expiry.ts";
import type { ReadEntries } from "../request/reads.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import { mfaIn } from "./configured.ts";
import type { Enforcement, MfaRequirement } from "./types.ts";

/**
 * Logins that wait for their codes: what the auth method vouched for, sealed in the table under the tag of a random
 * request id, so that any process can finish the login. What waits is not a token, and says nothing about whether a
 * code was ever right: that is found out, with everything else, when the token is made.
 *
 * Security: nothing of it comes from whoever finishes the login but the request id. It ends after five minutes by the
 * clock, whenever the table removes it, and in the transaction that makes its token.
 */

const LIFETIME = seconds(300);

/** What of a grant is still to be done; its credential is spent, its alias and groups are written. */
export type HeldGrant = Omit<LoginGrant, "once" | "groupAliases" | "alias" | "spend">;

export interface WaitingLogin {
  readonly grant: HeldGrant;
  readonly alias: string;
  readonly entityId: string;
  readonly mountId: string;
  /** Request path of the login. */
  readonly path: string;
  /** Milliseconds after which it counts as gone. */
  readonly endsMs: number;
}

const addressOf = async ({ store }: Pick<Core, "store">, requestId: string): Promise<Address> =>
  waitingLoginAddress((await store.names(DOMAINS.identity)).tag(requestId));

const heldGrant = (grant: LoginGrant): HeldGrant => {
  const { once: _once, groupAliases: _groups, alias: _alias, spend: _spend, ...held } = grant;
  return held;
};

/** The write that makes a login wait, and the request id that finds it. */
export const waitingWrite = async (
  core: Pick<Core, "store" | "random" | "clock">,
  login: Omit<WaitingLogin, "grant" | "endsMs"> & { readonly grant: LoginGrant },
): Promise<{ readonly write: Write; readonly requestId: Sensitive<string> }> => {
  const requestId = uuid(core.random);
  const nowMs = core.clock.now();
  const waiting: WaitingLogin = { ...login, grant: heldGrant(login.grant), endsMs: nowMs + LIFETIME * 1000 };
  const clear = vanishing(plus(epochSeconds(nowMs), LIFETIME), seconds(60));
  const address = await addressOf(core, requestId);
  return {
    write: { op: "put", address, body: toSealed(waiting), clear, when: "absent" },
    requestId: new Sensitive(requestId),
  };
};

/** `undefined`: never was, was finished, or waited too long. */
export const findWaiting = async (
  core: Pick<Core, "store" | "clock">,
  requestId: string,
  read: ReadEntries = core.store.get,
): Promise<{ readonly entry: Entry; readonly login: WaitingLogin } | undefined> => {
  const [entry] = await read([await addressOf(core, requestId)]);
  const login = entry && fromSealed<WaitingLogin>(entry.body);
  return login && core.clock.now() < login.endsMs ? { entry, login } : undefined;
};

export const requirementOf = (
  requestId: Sensitive<string>,
  enforcements: readonly Enforcement[],
  snapshot: Snapshot,
): MfaRequirement => {
  const { methods } = mfaIn(snapshot);
  return {
    requestId,
    constraints: enforcements.map(({ name, methodIds }) => ({
      enforcement: name,
      any: methodIds.flatMap((id) => {
        const method = methods.get(id);
        return method ? [{ type: method.type, id, name: method.name }] : [];
      }),
    })),
  };
};
