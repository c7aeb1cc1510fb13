import type { TotpRules } from "../../otp/index.ts";
import type { Sensitive } from "../../std/sensitive.ts";

/** Login MFA as the rest of core sees it. */

/** A way to prove a second factor. The rules are those of keys made from now on; a key keeps the rules it was made by. */
export interface MfaMethod {
  /** What callers name. */
  readonly id: string;
  /** What keys are bound to: random, and another one if a method is made again under an id that was used before. */
  readonly key: string;
  readonly type: "totp";
  /** Empty, or unique. */
  readonly name: string;
  readonly issuer: string;
  readonly rules: TotpRules;
  /** Bytes of a key. */
  readonly keySize: number;
  /** Pixels of the picture of a key; 0: none. */
  readonly qrSize: number;
  readonly maxValidationAttempts: number;
}

/** Which logins need a second factor, and which methods give it: any one of them. */
export interface Enforcement {
  readonly id: string;
  readonly name: string;
  readonly methodIds: readonly string[];
  readonly accessors: readonly string[];
  readonly types: readonly string[];
  readonly groupIds: readonly string[];
  readonly entityIds: readonly string[];
}

/** The body of a key's item; the key is its secret `key`. */
export interface MfaKeyItem {
  readonly rules: TotpRules;
}

/** What a caller shows, by id or name of a method. */
export type MfaCredentials = ReadonlyMap<string, readonly Sensitive<string>[]>;

/** What a login still needs, as its answer says. */
export interface MfaRequirement {
  readonly requestId: Sensitive<string>;
  readonly constraints: readonly {
    readonly enforcement: string;
    readonly any: readonly { readonly type: string; readonly id: string; readonly name: string }[];
  }[];
}
