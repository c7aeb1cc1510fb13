import type { Json, JsonObject, Success } from "../../client/api.ts";
import { numberIn, textIn, trueIn } from "../../client/read-json.ts";

/** Credentials as an engine answered them: what to show, what is secret of it, and how long it lives. Pure. */

export interface Lease {
  readonly id: string;
  readonly renewable: boolean;
  /** Seconds, when it was made or renewed. */
  readonly of: number;
  /** Milliseconds of the server's clock. */
  readonly endsAt: number;
}

export interface Shown {
  readonly name: string;
  readonly value: string;
  readonly secret: boolean;
}

export interface Taken {
  readonly shown: readonly Shown[];
  /** What can be renewed and revoked. */
  readonly lease: Lease | undefined;
  /** What changes by itself: a rotated password, a code. */
  readonly changes: Pick<Lease, "of" | "endsAt"> | undefined;
}

/** Known not to be secret. Anything else is shown as dots. */
const PUBLIC = new Set([
  "arn",
  "ca_chain",
  "certificate",
  "expiration",
  "expire_time",
  "ip",
  "issuing_ca",
  "key_type",
  "last_vault_rotation",
  "port",
  "private_key_type",
  "rotation_schedule",
  "serial_number",
  "signed_key",
  "username",
]);
/** Numbers that the countdown says already, and bookkeeping. */
const LEFT_OUT = new Set([
  "ttl",
  "rotation_period",
  "rotation_window",
  "generated",
  "expire_time",
  "period",
  "not_before",
]);

const written = (value: Json): string | undefined => {
  if (value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n");
  return JSON.stringify(value);
};

const shownIn = (data: JsonObject): readonly Shown[] => {
  const shown = Object.entries(data).flatMap(([name, value]) => {
    const text = LEFT_OUT.has(name) ? undefined : written(value);
    return text === undefined ? [] : [{ name, value: text, secret: !PUBLIC.has(name) }];
  });
  // A chain of one is the issuer, which is there already.
  const issuer = shown.find(({ name }) => name === "issuing_ca")?.value.trim();
  return shown.filter(({ name, value }) => name !== "ca_chain" || value.trim() !== issuer);
};

/** `now`: milliseconds of the server's clock. */
export const leaseIn = (json: JsonObject, now: number): Lease | undefined => {
  const id = textIn(json, "lease_id");
  if (id === "") return undefined;
  const of = numberIn(json, "lease_duration");
  return { id, of, renewable: trueIn(json, "renewable"), endsAt: now + of * 1_000 };
};

const changesIn = (data: JsonObject, now: number): Taken["changes"] => {
  const expires = numberIn(data, "expire_time");
  if (expires > 0) {
    const of = expires - numberIn(data, "generated");
    return { endsAt: expires * 1_000, of: of > 0 && of < expires ? of : 30 };
  }
  if (!("last_vault_rotation" in data)) return undefined;
  const ttl = numberIn(data, "ttl");
  return { endsAt: now + ttl * 1_000, of: Math.max(ttl, numberIn(data, "rotation_period")) };
};

export const takenIn = ({ json, data }: Pick<Success, "json" | "data">, now: number): Taken => ({
  shown: shownIn(data),
  lease: leaseIn(json, now),
  changes: changesIn(data, now),
});
