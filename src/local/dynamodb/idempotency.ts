import { createHash } from "node:crypto";
import type { LevelChange } from "dynalite/db/index.js";
import type { Clock } from "../../std/time.ts";
import { type Body, constraint, isBody, optionalText } from "./bodies.ts";
import { refused } from "./errors.ts";
import type { Bytes } from "./level.ts";

/**
 * Remembers the ClientRequestToken of every transaction that succeeded, for ten minutes after it finished: the same
 * request again is answered and not done, another request under the same token is refused. The memory is stored next to
 * the data and is written in the transaction's own batch, so a crash cannot separate the two. Source: API Reference,
 * TransactWriteItems, ClientRequestToken.
 */

const WINDOW_MS = 10 * 60 * 1000;
const TOKENS = "token~";

interface Spent {
  readonly hash: string;
  readonly at: number;
}

/** The transaction that now holds a token. */
export interface Claim {
  /** What to commit with the transaction. */
  record(): readonly LevelChange[];
  /** The commit succeeded. */
  succeed(): void;
  /** Always, at the end: others may use the token again. */
  end(): void;
}

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isBody(value)) return value;
  return Object.keys(value)
    .sort()
    .map((name) => [name, canonical(value[name])]);
};

const hashOf = (body: Body): string =>
  createHash("sha256")
    .update(JSON.stringify(canonical(body["TransactItems"])) ?? "")
    .digest("base64");

export class Idempotency {
  readonly #clock: Clock;
  readonly #running = new Set<string>();
  /** In order of their ends, so that what is too old comes first. */
  readonly #spent: Map<string, Spent>;

  private constructor(clock: Clock, spent: Map<string, Spent>) {
    this.#clock = clock;
    this.#spent = spent;
  }

  static async load(bytes: Bytes, clock: Clock): Promise<Idempotency> {
    const spent: [string, Spent][] = [];
    for await (const [token, value] of bytes.entries(TOKENS)) {
      // Written by `record` below; nobody else writes under this prefix.
      spent.push([token, value as Spent]);
    }
    return new Idempotency(clock, new Map(spent.sort(([, a], [, b]) => a.at - b.at)));
  }

  /** Claims the request's token, if it has one. Throws when another request used it, or uses it now. */
  begin(body: Body): Claim | "replayed" | undefined {
    const token = optionalText(body, "ClientRequestToken");
    if (token === undefined) return;
    if (token.length < 1 || token.length > 36)
      throw constraint(`'${token}'`, "clientRequestToken", "Member must have length between 1 and 36");
    const hash = hashOf(body);
    const key = Buffer.from(token, "utf8").toString("hex");
    if (this.#running.has(key))
      throw refused(
        "TransactionInProgressException",
        "The transaction with the given request token is already in progress",
      );
    const now = this.#clock.now();
    const spent = this.#spent.get(key);
    if (spent !== undefined && now - spent.at <= WINDOW_MS) {
      if (spent.hash === hash) return "replayed";
      throw refused("IdempotentParameterMismatchException", MISMATCH);
    }
    this.#running.add(key);
    return {
      record: () => [...this.#forget(now), { type: "put", key: TOKENS + key, value: { hash, at: now } }],
      succeed: () => {
        this.#spent.delete(key);
        this.#spent.set(key, { hash, at: this.#clock.now() });
      },
      end: () => {
        this.#running.delete(key);
      },
    };
  }

  *#forget(now: number): Generator<LevelChange> {
    for (const [key, { at }] of this.#spent) {
      if (now - at <= WINDOW_MS) return;
      this.#spent.delete(key);
      yield { type: "del", key: TOKENS + key };
    }
  }
}

const MISMATCH =
  "The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical";
