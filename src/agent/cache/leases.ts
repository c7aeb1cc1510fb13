import type { Client } from "../../client/index.ts";
import { type Lifetime, ResponseError, renewalWatcher, type Watcher } from "../../client/index.ts";
import { Sensitive } from "../../std/sensitive.ts";
import type { Log, Surroundings } from "../contract.ts";
import { type Asked, type Given, isJson, isWrite, plainPath, type Send, whole } from "../proxy/index.ts";
import { isAskedFor, keptAnswer, sendChange } from "./common.ts";
import { createEntries, type Entries, type Entry } from "./entries.ts";
import { holderOf, type RequestKey, requestKey, type TokenDigest, tokenDigest } from "./key.ts";
import { isGone, lifetimeOf, type Made, madeBy, mayMake } from "./made.ts";
import { callNamespace, namespaceOf } from "./namespace.ts";
import { isBelow, type Revoked, revokedBy } from "./revocations.ts";

/**
 * Keeps answers that made a token or a lease which can be renewed, renews what it keeps, and gives the same answer to the
 * same request. What it keeps ends when it is revoked through the agent, when it can no longer be renewed, or with the
 * token it belongs to. It must never give an answer to anybody but the holder of the token that got it.
 */

/** What `POST /agent/v1/cache-clear` can ask for. */
export type Cleared =
  | { readonly type: "all" }
  | {
      readonly type: "request_path" | "token" | "token_accessor" | "lease";
      readonly value: string;
      readonly namespace: string;
    };

export interface LeaseCacheSettings {
  readonly next: Send;
  readonly client: Client;
  /** The agent's own, for requests that name none. */
  readonly namespace: string | undefined;
  readonly surroundings: Surroundings;
  readonly log: Log;
  readonly entries?: Entries;
}

/** One answer of more than this is passed on and not kept. */
const MOST_ANSWER_BYTES = 1024 * 1024;

export class LeaseStore {
  readonly #settings: LeaseCacheSettings;
  readonly #entries: Entries;
  readonly #running = new Map<RequestKey, Promise<unknown>>();
  /** Counts what was revoked and cleared: an answer that was asked for before may be of something that is gone. */
  #epoch = 0;
  #warned = false;

  constructor(settings: LeaseCacheSettings) {
    this.#settings = settings;
    this.#entries = settings.entries ?? createEntries();
  }

  readonly send: Send = async (asked) => {
    const revoked = revokedBy(asked);
    if (revoked !== undefined) return sendChange(this.#settings.next, asked, () => this.#revoked(revoked));
    const holder = holderOf(asked);
    // What cannot be kept need not wait for others like it.
    if (!isWrite(asked) && !this.#entries.isManaged(holder)) return this.#settings.next(asked);
    const key = requestKey(asked, holder);
    // Nothing is awaited where nobody else asks: two that come together must not both find nobody.
    const other = this.#running.get(key);
    if (other !== undefined) await other.catch(() => undefined);
    const kept = this.#entries.get(key);
    if (kept !== undefined) return this.#again(kept);
    const answer = this.#fresh(asked, holder, key);
    if (this.#running.has(key)) return answer;
    this.#running.set(key, answer);
    return answer.finally(() => this.#running.delete(key));
  };

  /** The agent's own token: leases made with it are kept, and with the one before it end its leases. */
  manage(token: Sensitive<string>, accessor: string): void {
    this.#entries.manage(tokenDigest(token), accessor);
  }

  clear(cleared: Cleared): void {
    this.#epoch += 1;
    switch (cleared.type) {
      case "all":
        this.#entries.clear();
        break;
      case "token":
        this.#entries.removeToken(tokenDigest(new Sensitive(cleared.value)));
        break;
      case "token_accessor":
        this.#endAccessor(cleared.value);
        break;
      case "lease":
        this.#entries.removeWhere(({ lease }) => lease === cleared.value);
        break;
      case "request_path": {
        const wanted = isAskedFor(cleared.value, cleared.namespace);
        this.#entries.removeWhere(({ path, namespace }) => wanted(path, namespace));
      }
    }
  }

  stop(): void {
    this.#entries.clear();
  }

  #again({ answer, since }: Entry): Given {
    const age = Math.max(0, Math.round((this.#settings.surroundings.steady() - since) / 1000));
    return { ...answer, kept: { age, stale: false } };
  }

  async #fresh(asked: Asked, holder: TokenDigest, key: RequestKey): Promise<Given> {
    const { next, surroundings } = this.#settings;
    const [epoch, since] = [this.#epoch, surroundings.steady()];
    const given = await next(asked);
    const path = plainPath(asked.path);
    if (given.status >= 300 || !isJson(given.fields) || !mayMake(path)) return given;
    const answer = await whole(given, surroundings.timer);
    const made = answer.body.length > MOST_ANSWER_BYTES ? undefined : madeBy(answer.body);
    if (made === undefined || epoch !== this.#epoch) return answer;
    const isOrphan = made.kind === "token" && made.orphan;
    if (!isOrphan && !this.#entries.isManaged(holder)) return answer;
    this.#keep(asked, made, {
      key,
      namespace: namespaceOf(asked, this.#settings.namespace),
      path,
      since,
      answer: keptAnswer(answer),
      owner: isOrphan ? undefined : holder,
    });
    return answer;
  }

  #keep(asked: Asked, made: Made, parts: Omit<Entry, "stop">): void {
    let watcher: Watcher | undefined;
    const entry: Entry = {
      ...parts,
      lease: made.kind === "lease" ? made.lease : undefined,
      token: made.kind === "token" ? tokenDigest(made.token) : undefined,
      accessor: made.kind === "token" ? made.accessor : undefined,
      stop: () => watcher?.stop(),
    };
    if (!this.#entries.add(entry)) {
      if (!this.#warned) this.#settings.log.warn("the cache is full; answers are passed on and not kept");
      this.#warned = true;
      return;
    }
    watcher = this.#watch(asked, made, entry);
  }

  #watch(asked: Asked, made: Made, entry: Entry): Watcher {
    const { surroundings, log } = this.#settings;
    const remove = (): void =>
      this.#entries.removeWhere(({ key, since }) => key === entry.key && since === entry.since);
    const watcher = renewalWatcher({
      first: made.life,
      mode: "ignore errors",
      renew: (signal) => this.#renew(asked, made, entry.namespace, signal),
      onError: (error) => {
        log.warn("failed to renew what is kept", { kind: made.kind, error: reasonOf(error) });
        if (isGone(made, error)) remove();
      },
      steady: surroundings.steady,
      timer: surroundings.timer,
      random: surroundings.random,
    });
    void watcher.ended.then(({ reason }) => {
      if (reason === "stopped") return;
      log.debug("renewal halted; evicting from cache", { kind: made.kind });
      remove();
    });
    return watcher;
  }

  async #renew({ identity }: Asked, made: Made, namespace: string, signal: AbortSignal): Promise<Lifetime> {
    const token = made.kind === "token" ? made.token : identity.kind === "none" ? undefined : identity.token;
    const inNamespace = callNamespace(namespace);
    const { secret } = await this.#settings.client.call({
      method: "PUT",
      path: made.kind === "token" ? "auth/token/renew-self" : "sys/leases/renew",
      body: made.kind === "token" ? { increment: 0 } : { lease_id: made.lease, increment: 0 },
      ...(token === undefined ? {} : { token }),
      ...(inNamespace === undefined ? {} : { namespace: inNamespace }),
      signal,
    });
    return lifetimeOf(made, secret);
  }

  #revoked(revoked: Revoked): void {
    this.#epoch += 1;
    this.#settings.log.debug("evicting what was revoked", { what: revoked.what });
    switch (revoked.what) {
      case "token":
        this.#entries.removeToken(revoked.token);
        break;
      case "orphaned":
        this.#entries.orphanChildren(revoked.token);
        break;
      case "accessor":
        this.#endAccessor(revoked.accessor);
        break;
      case "lease":
        this.#entries.removeWhere(({ lease }) => lease === revoked.lease);
        break;
      case "prefix":
        this.#entries.removeWhere((entry) => isBelow(nameOf(entry), revoked.prefix));
    }
  }

  #endAccessor(accessor: string): void {
    const token = this.#entries.byAccessor(accessor);
    if (token !== undefined) this.#entries.removeToken(token);
  }
}

/** A lease by its id; a login by its path, as the server names the lease of its token. */
const nameOf = ({ lease, path }: Entry): string => lease ?? path.replace(/^\/v1\//, "");

const reasonOf = (error: unknown): string =>
  error instanceof ResponseError ? `the server answered ${error.status}` : "no answer";
