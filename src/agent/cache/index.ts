import type { Client } from "../../client/index.ts";
import type { CacheConfig } from "../config/model.ts";
import type { Log, Login, Surroundings } from "../contract.ts";
import type { Send } from "../proxy/index.ts";
import { type Cleared, LeaseStore } from "./leases.ts";
import { StaticSecrets } from "./static-secrets.ts";

/**
 * What the agent remembers of the server's answers, between its listeners and the proxy: leases and tokens
 * (`leases.ts`), and where the configuration asks for it, key/value secrets (`static-secrets.ts`). It lives in memory
 * alone. It must never give one client what another one got with a token of its own.
 */

export type { Cleared } from "./leases.ts";

export interface LeaseCacheSettings {
  readonly config: CacheConfig;
  readonly next: Send;
  readonly client: Client;
  /** The agent's own, for requests that name none. */
  readonly namespace: string | undefined;
  readonly surroundings: Surroundings;
  readonly log: Log;
}

export interface LeaseCache {
  readonly send: Send;
  /** The agent's login, where clients may use its token. */
  manage(login: Login): void;
  clear(cleared: Cleared): void;
  /** Ends all renewals. Nothing is revoked. */
  stop(): void;
}

/** Milliseconds; as often as templates read static secrets. */
const MAX_AGE = 300_000;
/** A day: longer than regions have been out, and no longer than a leaked token should be of use to anybody. */
const STALE_FOR = 86_400_000;

export const createLeaseCache = (settings: LeaseCacheSettings): LeaseCache => {
  const { config, next, client, namespace, surroundings, log } = settings;
  const parts = { client, namespace, surroundings };
  const leases = new LeaseStore({ ...parts, next, log: log.named("leasecache") });
  const secrets = config.staticSecrets
    ? new StaticSecrets({
        ...parts,
        next: leases.send,
        log: log.named("staticsecretcache"),
        maxAge: config.staticSecretMaxAge ?? MAX_AGE,
        staleFor: config.staticSecretStaleFor ?? STALE_FOR,
      })
    : undefined;
  return {
    send: secrets?.send ?? leases.send,
    manage: (login) => {
      if (login.kind !== "token") return;
      leases.manage(login.token, login.auth.accessor);
      secrets?.distrustOwn();
    },
    clear: (cleared) => {
      leases.clear(cleared);
      secrets?.clear(cleared);
    },
    stop: () => leases.stop(),
  };
};
