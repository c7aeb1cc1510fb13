import { type Client, type Lifetime, NO_RETRIES, renewalWatcher, type Secret, type Token } from "../../client/index.ts";
import { Sensitive } from "../../std/sensitive.ts";
import type { Surroundings } from "../contract.ts";
import type { HiddenLog } from "./hidden-log.ts";

/** A lease, or a token that an answer brought, which is to be kept alive. */
export interface Renewal {
  readonly client: Client;
  readonly token: Token;
  readonly secret: Secret;
  readonly surroundings: Omit<Surroundings, "log">;
  readonly log: HiddenLog;
  /** As the log names it. */
  readonly name: string;
  readonly signal: AbortSignal;
}

/** One renewal. An answer that says nothing about the life leaves it as it was. */
const renewOnce = async ({ client, token, secret }: Renewal, signal: AbortSignal): Promise<Lifetime> => {
  const { auth, lease_id } = secret;
  const call = auth
    ? { path: "auth/token/renew-self", body: {}, token: new Sensitive(auth.client_token) }
    : { path: "sys/leases/renew", body: { lease_id }, token };
  const answer = (await client.call({ ...call, method: "PUT", retry: NO_RETRIES, signal })).secret;
  const life = answer?.auth ?? answer;
  return { leaseDuration: life?.lease_duration ?? 0, renewable: life?.renewable ?? false };
};

/**
 * Renews for as long as the server allows it: until the end is near, or the first renewal that fails. Answers whether
 * one succeeded.
 */
export const renewUntilItEnds = async (renewal: Renewal): Promise<boolean> => {
  const { secret, surroundings, log, name, signal } = renewal;
  const { steady, timer, random } = surroundings;
  const life = secret.auth ?? secret;
  let hasSucceeded = false;
  const watcher = renewalWatcher({
    first: { leaseDuration: life.lease_duration, renewable: life.renewable },
    renew: (limit) => renewOnce(renewal, limit),
    mode: "stop at first error",
    steady,
    timer,
    random,
    onRenewed: () => {
      hasSucceeded = true;
    },
  });
  const stop = (): void => watcher.stop();
  signal.addEventListener("abort", stop, { once: true });
  const { reason } = await watcher.ended;
  signal.removeEventListener("abort", stop);
  if (reason !== "stopped") log.debug(`${name}: the lease is no longer renewed`, { reason });
  return hasSucceeded;
};
