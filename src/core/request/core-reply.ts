import type { IssuedAuth } from "../../framework/index.ts";
import { CoreReply } from "../../framework/reply.ts";
import type { LeaseId, Seconds } from "../../std/brand.ts";

/**
 * The answers only core's own backends give: a token that already exists, an extended lease. An engine cannot make
 * one, because it may not import core; a login of its own is `{ auth }`.
 */

export interface RenewedLease {
  readonly id: LeaseId;
  readonly renewable: boolean;
  readonly duration: Seconds;
}

class Issued extends CoreReply {
  readonly token: IssuedAuth;
  constructor(token: IssuedAuth, warnings: readonly string[]) {
    super(warnings);
    this.token = token;
  }
}

class Renewed extends CoreReply {
  readonly renewal: RenewedLease;
  constructor(renewal: RenewedLease, warnings: readonly string[]) {
    super(warnings);
    this.renewal = renewal;
  }
}

/** Answers the `auth` block of a token just made or renewed. */
export const issued = (token: IssuedAuth, warnings: readonly string[] = []): CoreReply => new Issued(token, warnings);

/** Answers a lease after its renewal. */
export const renewed = (renewal: RenewedLease, warnings: readonly string[] = []): CoreReply =>
  new Renewed(renewal, warnings);

export const issuedIn = (reply: object | undefined): IssuedAuth | undefined =>
  reply instanceof Issued ? reply.token : undefined;

export const renewedIn = (reply: object | undefined): RenewedLease | undefined =>
  reply instanceof Renewed ? reply.renewal : undefined;
