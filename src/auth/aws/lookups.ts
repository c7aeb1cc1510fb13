import type { BackendContext } from "../../framework/index.ts";
import { dnsSuffix } from "../../std/aws-region.ts";
import { restate } from "../../std/restate.ts";
import { Sensitive } from "../../std/sensitive.ts";
import type { View } from "../../storage/store.ts";
import { ArnError, canonicalArn, parseArn } from "./arn.ts";
import { type ClientConfig, clientConfig } from "./client-config.ts";
import type { AccountScope, Directory, IamRole, IamUser, ManagedInstance, Tag } from "./ports.ts";
import { cacheKey, type PositiveCache, positiveCache } from "./positive-cache.ts";
import { type Partition, partitionNamed, partitionOf } from "./regions.ts";
import { scopeKey } from "./scope-key.ts";
import { stsAccount } from "./sts-accounts.ts";
import type { Identity } from "./sts-answer.ts";

/**
 * Questions about a caller's account, asked in the name of that account alone: an answer about a principal counts
 * only when account, partition, name and unique id are those of the caller. What is remembered is keyed by all of it,
 * so that a name in one account can never be answered from another (CVE-2025-11621, CVE-2025-59048).
 */

/** A refusal with its reason: the caller's fault, or at least not AWS's. Login and renewal word it differently. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** `bound`: a constraint of the role does not hold; `identity`: the caller is not what it must be. */
  readonly kind: "identity" | "bound";
  constructor(message: string, kind: "identity" | "bound" = "identity") {
    super(message);
    this.kind = kind;
  }
}

const REMEMBERED_MS = 60_000;

export interface Lookups {
  readonly directory: Directory;
  readonly roles: PositiveCache<IamRole>;
  readonly users: PositiveCache<IamUser>;
  readonly nodes: PositiveCache<ManagedInstance>;
  readonly tags: PositiveCache<readonly Tag[]>;
}

export const lookupsOf = (directory: Directory): Lookups => ({
  directory,
  roles: positiveCache(REMEMBERED_MS),
  users: positiveCache(REMEMBERED_MS),
  nodes: positiveCache(REMEMBERED_MS),
  tags: positiveCache(REMEMBERED_MS),
});

/** What one login or renewal looks things up with. */
export interface Survey {
  readonly lookups: Lookups;
  readonly storage: View;
  readonly config: ClientConfig;
  /** Milliseconds. */
  readonly now: number;
  /** Filled by `accountScope`: each account's configuration is read once. */
  readonly scopes: Map<string, Promise<AccountScope>>;
}

export const surveyOf = async (lookups: Lookups, { storage, clock }: BackendContext): Promise<Survey> => ({
  lookups,
  storage,
  config: await clientConfig(storage),
  now: clock.now(),
  scopes: new Map(),
});

/** The credentials for an account's look-ups. Throws `Refusal` when there are none for exactly that account. */
export const accountScope = (survey: Survey, account: string, partition: Partition): Promise<AccountScope> => {
  const key = cacheKey(account, partition);
  const known = survey.scopes.get(key) ?? findScope(survey, account, partition);
  survey.scopes.set(key, known);
  return known;
};

const findScope = async (survey: Survey, account: string, partition: Partition): Promise<AccountScope> => {
  const { config, lookups } = survey;
  const keys =
    config.access_key === ""
      ? undefined
      : { accessKeyId: config.access_key, secretAccessKey: new Sensitive(config.secret_key) };
  const common = {
    account,
    partition,
    keys,
    endpoints: {
      iam: config.iam_endpoint || undefined,
      ec2: config.endpoint || undefined,
    },
  };
  const via = await stsAccount(survey.storage, account);
  if (via)
    return { ...common, via: { roleArn: via.sts_role, externalId: via.external_id, stsRegion: config.sts_region } };
  const own = await lookups.directory.ownAccount(keys);
  if (own === account) return common;
  // Vault names the other account; callers of a foreign one learn nothing about ours.
  throw new Refusal(`unable to fetch client for account ID "${account}" -- default client is for another account`);
};

export const callerScope = (survey: Survey, identity: Identity): Promise<AccountScope> => {
  const { account, partition } = identity.principal;
  const known = partitionNamed(partition);
  if (!known) throw new Refusal("partition of the caller is not known");
  return accountScope(survey, account, known);
};

const isCaller = (identity: Identity, found: { readonly id: string; readonly arn: string }): boolean => {
  try {
    return found.id === identity.uniqueId && canonicalArn(parseArn(found.arn)) === identity.canonicalArn;
  } catch (cause) {
    if (cause instanceof ArnError) return false;
    throw cause;
  }
};

/**
 * The caller's role or user as its own account describes it now. `undefined`: gone, or another one under the same
 * name. A user has no trust policy.
 */
export const confirmedPrincipal = async (
  survey: Survey,
  identity: Identity,
): Promise<{ readonly arn: string; readonly trustPolicy?: string } | undefined> => {
  const scope = await callerScope(survey, identity);
  const { lookups, now } = survey;
  const { name, type } = identity.principal;
  const key = cacheKey(type, name, identity.uniqueId, ...scopeKey(scope));
  const found =
    type === "user"
      ? await lookups.users.get(key, now, () => lookups.directory.user(scope, name))
      : await lookups.roles.get(key, now, () => lookups.directory.role(scope, name));
  return found && isCaller(identity, found) ? found : undefined;
};

/** The unique id an IAM ARN refers to now. Throws `Refusal` if it names nothing. */
export const uniqueIdOf = async (
  survey: Survey,
  arn: string,
): Promise<{ readonly id: string; readonly role?: IamRole | undefined }> => {
  const wanted = parsed(arn);
  const partition = partitionNamed(wanted.partition);
  if (!partition) throw new Refusal("partition is not known");
  const scope = await accountScope(survey, wanted.account, partition);
  const { directory } = survey.lookups;
  if (wanted.type === "assumed-role") throw new Refusal('unrecognized principal type: "assumed-role"');
  const role = wanted.type === "role" ? await directory.role(scope, wanted.name) : undefined;
  const found =
    role ??
    (wanted.type === "user" ? await directory.user(scope, wanted.name) : undefined) ??
    (wanted.type === "instance-profile" ? await directory.instanceProfile(scope, wanted.name) : undefined);
  if (!found || canonicalArn(parsed(found.arn)) !== canonicalArn(wanted))
    throw new Refusal("there is no such principal");
  return { id: found.id, role };
};

const parsed = (arn: string) =>
  restate(
    ArnError,
    (cause) => new Refusal(cause.message),
    () => parseArn(arn),
  );

/** Host suffix of AWS services in the caller's partition, as trust policies name them. */
export const serviceName = (service: string, region: string): string =>
  `${service}.${dnsSuffix(partitionOf(region) ?? "aws")}`;
