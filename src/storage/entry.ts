import type { EpochSeconds, MountId } from "../std/brand.ts";
import type { JsonValue } from "../std/json.ts";
import type { Sensitive } from "../std/sensitive.ts";

/** What an entry is: where it lies, what it holds, and how it is written. */

/** The data keys of the product's own entries. */
export type CoreDomain = "token" | "lease" | "config" | "policy" | "identity" | "audit" | "challenge";

/** Names the data key that seals an entry: one of core's, or a mount's id (`kv:3f9c…`). */
export type Domain = CoreDomain | MountId;

/** The address of an entry. Made by `Names` and `View`, so that no user's name enters a key in the clear. */
export interface Address {
  readonly pk: string;
  readonly sk: string;
  readonly domain: Domain;
  /** The true name behind an opaque key. Sealed with the body, and given back in the addresses of entries read. */
  readonly name?: string | undefined;
  /**
   * A secret only the holder has, such as a token: goes into the key that seals the entry and is stored nowhere, so
   * table and KMS together do not open it.
   */
  readonly holder?: Sensitive<string> | undefined;
  /**
   * Whoever reads it accepts it as it was a moment ago, for as long as the deployment allows (`recent.ts`). Of reads
   * that no decision and no write depends on.
   */
  readonly mayBeRecent?: boolean | undefined;
}

/** One partition, for reading several entries of it. */
export type Partition = Pick<Address, "pk" | "domain" | "holder">;

/** Attributes outside the sealed body. All of them are bound into the associated data. */
export interface Clear {
  /** Logical end. */
  readonly exp?: EpochSeconds | undefined;
  /** When DynamoDB may remove the item: `exp` plus a grace. */
  readonly ttl?: EpochSeconds | undefined;
  /** Expiry index: minute bucket and shard; live leases only. */
  readonly bucket?: string | undefined;
  readonly shard?: number | undefined;
  /** Of a claimed entry: until when others may claim it too, epoch milliseconds. */
  readonly openUntil?: number | undefined;
}

/**
 * Bytes that must never be text, such as private keys, by name: sealed with the body and bound like it, but never part
 * of its JSON. They count towards the size of the body.
 */
export type Secrets = Readonly<Record<string, Sensitive<Uint8Array>>>;

export interface Entry<T extends JsonValue = JsonValue> {
  readonly address: Address;
  readonly body: T;
  /** Absent where none were written. */
  readonly secrets?: Secrets | undefined;
  /**
   * The write number; name it in `when` to write only if nobody wrote since. Random and different at every write, also
   * after a delete: it tells writes apart, not their order.
   */
  readonly n: number;
  readonly clear: Clear;
}

/** What must hold for a write; all conditions of one `write` call hold together or nothing is written. */
export type Condition = "any" | "absent" | "present" | { readonly n: number };

export interface Put {
  readonly op: "put";
  readonly address: Address;
  readonly body: JsonValue;
  /** Replaced with the body, never kept from an earlier write. */
  readonly secrets?: Secrets | undefined;
  readonly clear?: Clear | undefined;
  readonly when: Condition;
}

export interface Delete {
  readonly op: "delete";
  readonly address: Address;
  readonly when: Condition;
}

/** Writes nothing; the other writes of the call happen only if it holds. */
export interface Check {
  readonly op: "check";
  readonly address: Address;
  readonly when: Exclude<Condition, "any">;
}

/**
 * Puts an entry where there is none. Where there is one it stays as it is, and the claim holds only while that entry is
 * open: the first claim decides until when. What it puts has to fit one item.
 */
export interface Claim {
  readonly op: "claim";
  readonly address: Address;
  readonly body: JsonValue;
  readonly clear: Clear & { readonly openUntil: number };
  /** The time of this claim, epoch milliseconds. */
  readonly at: number;
}

export type Write = Put | Delete | Check | Claim;

/** A condition did not hold: somebody else was first. */
export class ConditionFailed extends Error {
  override readonly name = "ConditionFailed";
  /** The very object given to `write` whose condition did not hold, the first one of several. Compare by identity. */
  readonly write: Write;
  constructor(write: Write) {
    super(`the condition of a ${write.op} did not hold`);
    this.write = write;
  }
}
