import {
  type BackendContext,
  invalidRequest,
  type LoginGrant,
  type LoginRenewal,
  permissionDenied,
} from "../../framework/index.ts";
import { roleInBody } from "../../framework/login-role.ts";
import { checkSourceAddress, tokenParams } from "../../framework/token-params.ts";
import { matchesGlob } from "../../std/glob.ts";
import type { JsonObject } from "../../std/json.ts";
import { cut, shown } from "../../std/shown.ts";
import { type Account, checkSignature, readToken } from "./account.ts";
import { readMetadata } from "./annotations.ts";
import { type Cluster, ClusterFailure, openCluster } from "./cluster.ts";
import { type Config, findConfig } from "./config.ts";
import { isAccountName, isNamespace, isUid } from "./names.ts";
import type { Parts } from "./parts.ts";
import { review } from "./review.ts";
import { findRole, namedRole, type Role } from "./roles.ts";
import { selects } from "./selector.ts";

/**
 * A login with the token of a service account, and its renewal.
 *
 * Security: what the token says decides first, because that costs nothing; then its signature, where keys are known; and
 * then the cluster. Only a token that the cluster vouches for has its namespace looked up, so that a stranger cannot
 * have the reviewer's token used. Renewal looks at the role alone, as in Vault: an account that was deleted keeps its
 * tokens until their longest life is over.
 */

export interface LoginInput {
  readonly role?: string | undefined;
  readonly jwt?: string | undefined;
}

/** The role a login names, for rate limits. */
export const roleOf = async (path: string, body: JsonObject): Promise<string | undefined> => {
  const role = path === "login" ? roleInBody(body) : undefined;
  return role && namedRole(role);
};

const needed = (value: string | undefined, name: string): string => {
  if (value === undefined || value === "") throw invalidRequest(`missing ${name}`);
  return value;
};

const NOT_THIS_NAMESPACE = "namespace not authorized";
const NO_REVIEWER = "namespace lookup failed: TokenReviewer JWT needs to be configured to use namespace selectors";

const refuseNamespace = (why?: string, reason = why): never => {
  const wire = why === undefined ? NOT_THIS_NAMESPACE : `${NOT_THIS_NAMESPACE} err=${why}`;
  throw permissionDenied(reason ?? wire, wire);
};

const matchesAny = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => matchesGlob(pattern, text));

/** Refuses a name or a namespace that the role does not have. `true`: the namespace's labels must say. */
const checkNames = (role: Role, account: Account): boolean => {
  if (!isAccountName(account.name) || !matchesAny(role.bound_service_account_names, account.name))
    throw permissionDenied("service account name not authorized", "service account name not authorized");
  if (!isNamespace(account.namespace)) return refuseNamespace();
  if (matchesAny(role.bound_service_account_namespaces, account.namespace)) return false;
  return role.labels ? true : refuseNamespace();
};

const checkLabels = async (cluster: Cluster, role: Role, { namespace }: Account): Promise<void> => {
  if (cluster.reviewer === undefined) return refuseNamespace(NO_REVIEWER);
  const has = await cluster.labels(namespace, cluster.reviewer).catch((cause: unknown) => {
    if (cause instanceof ClusterFailure) return refuseNamespace(cause.message, cause.reason);
    throw cause;
  });
  if (!role.labels || !selects(role.labels, has)) refuseNamespace();
};

const aliasName = (role: Role, { namespace, name, uid }: Account): string =>
  role.alias_name_source === "serviceaccount_name" ? `${namespace}/${name}` : uid;

const grantFor = (
  given: string,
  role: Role,
  account: Account,
  annotations: Readonly<Record<string, string>>,
): LoginGrant => {
  const metadata = {
    service_account_name: account.name,
    service_account_namespace: account.namespace,
    service_account_secret_name: account.secretName,
    service_account_uid: account.uid,
  };
  return {
    displayName: `${account.namespace}-${account.name}`,
    token: tokenParams(role),
    metadata: { ...metadata, role: given },
    alias: { name: aliasName(role, account), metadata: { ...annotations, ...metadata } },
    role: namedRole(given),
    internal: { role: given },
    renewable: true,
  };
};

const opened = (parts: Parts, config: Config): Promise<Cluster> =>
  openCluster(parts, config).catch((cause: unknown) => {
    throw cause instanceof ClusterFailure ? permissionDenied(cause.reason) : cause;
  });

/** Throws `VaultError`. Asks the cluster once, and once more each for labels and for annotations. */
export const login = async (parts: Parts, input: LoginInput, cx: BackendContext): Promise<LoginGrant> => {
  const given = needed(input.role, "role");
  const jwt = needed(input.jwt, "jwt");
  const role = await findRole(cx.storage, namedRole(given));
  if (!role) throw invalidRequest(`invalid role name ${shown(given)}`);
  checkSourceAddress(role, cx.sourceAddress);
  const config = await findConfig(cx.storage);
  if (!config) throw invalidRequest("could not load backend configuration", { multi: true });

  const { token, account } = readToken(jwt, role, config, cx.clock.now());
  const byLabels = checkNames(role, account);
  await checkSignature(token, config);
  if (account.uid === "") throw permissionDenied("no uid", "could not parse UID from claims");
  if (!isUid(account.uid)) throw permissionDenied("the uid is not one of a cluster");

  const cluster = await opened(parts, config);
  await review(cluster, token.compact, account, role.audience);
  if (byLabels) await checkLabels(cluster, role, account);
  const annotations = config.use_annotations_as_alias_metadata
    ? await readMetadata(cluster, account, token.compact)
    : {};
  return grantFor(given, role, account, annotations);
};

/** By the role as it is now. Throws where there is none. */
export const renewLogin = async (renewal: LoginRenewal, cx: BackendContext): Promise<LoginGrant> => {
  const given = typeof renewal.internal["role"] === "string" ? renewal.internal["role"] : "";
  const role = await findRole(cx.storage, namedRole(given));
  if (!role)
    throw invalidRequest(`failed to renew entry: role ${cut(given)} does not exist during renewal`, { multi: true });
  return {
    displayName: "",
    token: { ...tokenParams(role), policies: renewal.policies },
    metadata: renewal.metadata,
    internal: renewal.internal,
    renewable: true,
  };
};
