import { invalidRequest, VaultError } from "../../framework/index.ts";
import { shownList } from "../../std/shown.ts";
import type { Account } from "./account.ts";
import { type Cluster, ClusterFailure } from "./cluster.ts";

/**
 * Annotations of a service account as metadata of its alias. Whoever may write the account's annotations in the cluster
 * writes this metadata, so that policies which use it trust them too.
 */

const PREFIX = "vault.hashicorp.com/alias-metadata-";
/** Written by the login itself. */
const RESERVED: readonly string[] = [
  "service_account_uid",
  "service_account_name",
  "service_account_namespace",
  "service_account_secret_name",
];
/** The limits of metadata of identities. */
const MOST = 60;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 512;

const isPlain = (text: string, most: number): boolean => text.length <= most && !/\p{C}/u.test(text);

/** Throws `invalid_request` where the annotations cannot be metadata. */
export const metadataIn = (annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const found = Object.entries(annotations)
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, value]) => [key.slice(PREFIX.length), value] as const);
  const reserved = found.map(([key]) => key).filter((key) => RESERVED.includes(key));
  if (reserved.length > 0)
    throw invalidRequest(
      `entity alias metadata keys for only internal use found from the client token's associated service account annotations: keys=${shownList(reserved)}`,
    );
  if (found.length > MOST || !found.every(([key, value]) => isPlain(key, LONGEST_KEY) && isPlain(value, LONGEST_VALUE)))
    throw invalidRequest(
      `the service account's annotations cannot be alias metadata: at most ${MOST} of them, with ${LONGEST_KEY} characters in a name and ${LONGEST_VALUE} in a value`,
    );
  return Object.fromEntries(found);
};

/** Throws `upstream_failed` where they cannot be read. */
export const readMetadata = async (
  cluster: Cluster,
  { namespace, name }: Account,
  token: string,
): Promise<Readonly<Record<string, string>>> => {
  const found = await cluster.annotations(namespace, name, cluster.reviewer ?? token).catch((cause: unknown) => {
    if (!(cause instanceof ClusterFailure)) throw cause;
    throw new VaultError("upstream_failed", {
      wire: `the service account's annotations could not be read: ${cause.message}`,
      reason: cause.reason,
      cause,
    });
  });
  return metadataIn(found);
};
