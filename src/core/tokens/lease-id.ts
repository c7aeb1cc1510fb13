import { DOMAINS, leaseListingAddress } from "../../storage/keys.ts";
import type { Address, Store } from "../../storage/store.ts";
import type { Token } from "./types.ts";

/**
 * The lease of a token. Its id is below the token's path, so that prefixes of the path revoke it, and is made of the
 * tag: from the id one finds the token, never its secret.
 */

type Named = Pick<Token, "path" | "tag">;

const hexOf = (tag: string): string => Buffer.from(tag, "base64url").toString("hex");

export const tokenLeaseId = ({ path, tag }: Named): string => `${path}/h${hexOf(tag)}`;

/** The tag a lease id speaks of; `undefined` for the lease of an engine. The caller compares the whole id. */
export const tagOfLeaseId = (id: string): string | undefined => {
  const hex = /\/h((?:[0-9a-f]{2})+)$/.exec(id)?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, "hex").toString("base64url");
};

/** Where a token without a lease is listed: for accessors, out of the way of every lease prefix. */
const UNLEASED = "unleased/";

/** The row a token has among its mount's leases. */
export const tokenListing = async (
  store: Store,
  token: Named & Pick<Token, "mountId" | "leased">,
): Promise<Address> => {
  const name = token.leased ? tokenLeaseId(token) : `${UNLEASED}${hexOf(token.tag)}`;
  return { ...leaseListingAddress(token.mountId, (await store.names(DOMAINS.lease)).path(name)), name };
};
