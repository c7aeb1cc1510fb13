import { type Client, ConnectionError } from "../../client/index.ts";
import { createBoundedMap } from "../../std/bounded-map.ts";
import type { Log, Surroundings } from "../contract.ts";
import { type Asked, type Given, isJson, isWrite, plainPath, type Send, whole } from "../proxy/index.ts";
import { isAskedFor, type KeptAnswer, keptAnswer, sendChange } from "./common.ts";
import { holderOf, type RequestKey, secretKey, type TokenDigest } from "./key.ts";
import type { Cleared } from "./leases.ts";
import { createMounts, type KvPlace, type Mounts, placeAt } from "./mounts.ts";
import { namespaceOf } from "./namespace.ts";
import { isBelow, revokedBy } from "./revocations.ts";
import {
  CHANGES_MOUNTS,
  CHANGES_RIGHTS,
  deletionOf,
  isSealed,
  isSecretRead,
  NO_SECRETS,
  OWN_TOKEN,
  secretIn,
} from "./secret-reads.ts";

/**
 * Keeps key/value secrets that were read through the agent: gives them again for a while without asking, and for longer
 * while the server is down. A kept secret is given only to the token that read it, so nobody gets what the server would
 * not have let him read. It must never outlast what the agent sees ending it: a write, a revoked token, a refusal.
 *
 * Decision and consequences: `docs/adr`, "The agent keeps static secrets".
 */

export interface StaticSecretSettings {
  readonly next: Send;
  readonly client: Client;
  readonly namespace: string | undefined;
  readonly surroundings: Surroundings;
  readonly log: Log;
  /** Milliseconds in which a kept secret is given without asking the server. */
  readonly maxAge: number;
  /** Milliseconds, reckoned from the last answer of the server, in which it is given while the server is down. */
  readonly staleFor: number;
}

/** The agent's own reads are the same reader's before and after a new login; others are known by their token. */
type Holder = TokenDigest | "agent";

interface Kept {
  readonly answer: KeptAnswer;
  readonly holder: Holder;
  readonly place: KvPlace;
  /** As the server reads it: `/v1/secret/data/app`. */
  readonly path: string;
  /** Milliseconds by the steady clock. */
  readonly since: number;
  /** False: the server must be asked before it is given again. */
  readonly trusted: boolean;
  /** By the wall clock, where a version deletes itself. */
  readonly deletedAt: number | undefined;
}

const MOST_SECRETS = 1000;
const MOST_ANSWER_BYTES = 256 * 1024;

export class StaticSecrets {
  readonly #settings: StaticSecretSettings;
  readonly #mounts: Mounts;
  readonly #kept = createBoundedMap<RequestKey, Kept>(MOST_SECRETS);
  readonly #keys = new Set<RequestKey>();
  /** Counts what may have changed a secret or a right: an answer that was asked for before is not kept. */
  #epoch = 0;

  constructor(settings: StaticSecretSettings) {
    const { client, surroundings } = settings;
    this.#settings = settings;
    this.#mounts = createMounts(client, surroundings.timer, surroundings.steady);
  }

  readonly send: Send = async (asked) => {
    if (isWrite(asked)) return sendChange(this.#settings.next, asked, () => this.#written(asked));
    const given = isSecretRead(asked) ? await this.#read(asked) : await this.#settings.next(asked);
    if (given.status === 403 && OWN_TOKEN.test(plainPath(asked.path)))
      this.#drop(({ holder }) => holder === this.#holder(asked));
    return given;
  };

  /** After a new login of the agent's: its secrets are asked for once more before they are given again. */
  distrustOwn(): void {
    this.#distrust(({ holder }) => holder === "agent");
  }

  clear(cleared: Cleared): void {
    if (cleared.type === "lease") return;
    // A token or accessor may be the agent's, or have children that nobody here knows of.
    if (cleared.type !== "request_path") {
      this.#drop(() => true);
      return;
    }
    const wanted = isAskedFor(cleared.value, cleared.namespace);
    this.#drop(({ path, place }) => wanted(path, place.mount.namespace));
  }

  #holder(asked: Asked): Holder {
    return asked.identity.kind === "agent" ? "agent" : holderOf(asked);
  }

  async #read(asked: Asked): Promise<Given> {
    const { surroundings, next } = this.#settings;
    const key = secretKey(asked, this.#holder(asked));
    const kept = this.#usable(key);
    if (kept?.trusted && this.#age(kept) < this.#settings.maxAge) return this.#again(kept, false);
    const [epoch, since] = [this.#epoch, surroundings.steady()];
    let given: Given;
    try {
      // With something to give in hand, nobody needs to wait for more tries.
      given = await next(kept === undefined ? asked : { ...asked, retries: 0 });
    } catch (cause) {
      if (kept === undefined || !(cause instanceof ConnectionError) || !this.#still(key, kept)) throw cause;
      return this.#again(kept, true);
    }
    if (given.status >= 500 && kept !== undefined)
      return this.#inTrouble(await whole(given, surroundings.timer), key, kept);
    if (given.status === 403 || given.status === 404) this.#refused(key, asked, given.status);
    return given.status === 200 && isJson(given.fields) ? this.#keep(asked, given, key, epoch, since) : given;
  }

  #inTrouble(given: Given & { readonly body: Buffer }, key: RequestKey, kept: Kept): Given {
    return isSealed(given.body) || !this.#still(key, kept) ? given : this.#again(kept, true);
  }

  #refused(key: RequestKey, asked: Asked, status: number): void {
    this.#delete(key);
    // Where one thing is no longer allowed, others may not be either.
    const holder = this.#holder(asked);
    if (status === 403) this.#distrust((kept) => kept.holder === holder);
  }

  async #keep(asked: Asked, given: Given, key: RequestKey, epoch: number, since: number): Promise<Given> {
    const answer = await whole(given, this.#settings.surroundings.timer);
    const secret = answer.body.length > MOST_ANSWER_BYTES ? undefined : secretIn(answer.body);
    this.#delete(key);
    if (secret === undefined || asked.identity.kind === "none") return answer;
    const path = plainPath(asked.path);
    const below = path.replace(/^\/v1\//, "");
    const namespace = namespaceOf(asked, this.#settings.namespace);
    const mount = await this.#mounts.find(namespace, below, asked.identity.token);
    if (mount === undefined || epoch !== this.#epoch) return answer;
    const place = placeAt(mount, below);
    if (place.name === undefined) return answer;
    this.#keys.add(key);
    this.#kept.set(key, {
      answer: keptAnswer(answer),
      holder: this.#holder(asked),
      place,
      path,
      since,
      trusted: true,
      deletedAt: deletionOf(secret),
    });
    return answer;
  }

  #written(asked: Asked): void {
    const path = plainPath(asked.path);
    const below = path.replace(/^\/v1\//, "");
    const namespace = namespaceOf(asked, this.#settings.namespace);
    if (this.#endsTokens(asked)) this.#drop(({ holder }) => holder !== "agent");
    if (this.#endsTokens(asked) || CHANGES_RIGHTS.test(path)) this.#distrust(() => true);
    if (CHANGES_MOUNTS.test(path)) {
      this.#drop(() => true);
      this.#mounts.clear();
    }
    if (NO_SECRETS.test(path)) return;
    this.#epoch += 1;
    const mount = this.#mounts.known(namespace, below);
    if (mount === undefined) return;
    const { name } = placeAt(mount, below);
    this.#drop(
      ({ place }) =>
        place.mount.path === mount.path &&
        place.mount.namespace === mount.namespace &&
        (name === undefined || place.name === name),
    );
  }

  /** A token's children end with it, and nobody here knows them. */
  #endsTokens(asked: Asked): boolean {
    const revoked = revokedBy(asked);
    if (revoked === undefined || revoked.what === "lease") return false;
    return revoked.what !== "prefix" || isBelow(revoked.prefix, "auth");
  }

  #age({ since }: Kept): number {
    return this.#settings.surroundings.steady() - since;
  }

  /** What may still be given at all. */
  #usable(key: RequestKey): Kept | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    const isDeleted = kept.deletedAt !== undefined && kept.deletedAt <= this.#settings.surroundings.clock.now();
    if (!isDeleted && this.#age(kept) < Math.max(this.#settings.staleFor, this.#settings.maxAge)) return kept;
    this.#delete(key);
    return undefined;
  }

  /** Whether it may be given though the server was just asked in vain: nothing ended it meanwhile. */
  #still(key: RequestKey, { since }: Kept): boolean {
    const kept = this.#usable(key);
    return kept?.since === since && this.#age(kept) < this.#settings.staleFor;
  }

  #again(kept: Kept, stale: boolean): Given {
    const age = Math.max(0, Math.round(this.#age(kept) / 1000));
    if (!stale) return { ...kept.answer, kept: { age, stale } };
    this.#settings.log.warn("the server is down; giving a secret that was kept", { age });
    const fields = new Map([
      ...kept.answer.fields,
      ["warning", ['110 - "Response is Stale"']],
      ["x-zeroth-stale", ["true"]],
    ] as const);
    return { ...kept.answer, fields, kept: { age, stale } };
  }

  #delete(key: RequestKey): void {
    this.#kept.delete(key);
    this.#keys.delete(key);
  }

  #drop(wanted: (kept: Kept) => boolean): void {
    this.#epoch += 1;
    this.#each(wanted, (key) => this.#delete(key));
  }

  #distrust(wanted: (kept: Kept) => boolean): void {
    this.#epoch += 1;
    this.#each(wanted, (key, kept) => this.#kept.set(key, { ...kept, trusted: false }));
  }

  #each(wanted: (kept: Kept) => boolean, act: (key: RequestKey, kept: Kept) => void): void {
    for (const key of [...this.#keys]) {
      const kept = this.#kept.get(key);
      if (kept === undefined) this.#keys.delete(key);
      else if (wanted(kept)) act(key, kept);
    }
  }
}
