import {
  type BackendContext,
  invalidRequest,
  type LoginGrant,
  type LoginRenewal,
  VaultError,
} from "../../framework/index.ts";
import { checkPoliciesAsBefore, checkSourceAddress, tokenParams } from "../../framework/token-params.ts";
import { type Guard, timeLeft } from "../../outgoing/index.ts";
import type { JsonObject } from "../../std/json.ts";
import { uuid } from "../../std/random.ts";
import { shown } from "../../std/shown.ts";
import { findConfig } from "./config.ts";
import type { Config } from "./config-fields.ts";
import type { Directory, Open, Terms } from "./directory/directory.ts";
import { wrongCredentials } from "./failures.ts";
import { groupsOf } from "./groups.ts";
import { findMapping, policiesOfGroups } from "./mappings.ts";
import { canonicalName, countedName } from "./names.ts";
import { termsOf } from "./terms.ts";
import { aliasOf, bindAgain, prove, type Reading, userDnOf } from "./users.ts";

/**
 * A login by name and password, and its renewal, which is the same login once more: so that who was removed, disabled or
 * given another password in the directory, or has other policies now, is not renewed.
 *
 * Security: the password is kept for that, sealed with the token and nowhere else; it is never shown.
 */

/** What a login needs of the outside world. */
export interface Outside {
  readonly guard: Guard;
  /** For everything that one login asks of the directory; below what a function of a deployment has. */
  readonly limitMs: number;
}

const LOGIN = "login/";

/**
 * What user lockout counts by. Case never makes another counter, whatever the configuration says: hardly any directory
 * tells `Alice` from `alice`.
 */
export const lockoutName = (path: string, _body: JsonObject): string | undefined =>
  path.startsWith(LOGIN) ? countedName(path.slice(LOGIN.length)) : undefined;

interface Session {
  readonly reading: Reading;
  readonly open: () => Promise<Directory>;
}

/** The code is loaded with the first login, so that a function which has none starts without it. */
const beginSession = async ({ guard, limitMs }: Outside, config: Config): Promise<Session> => {
  const [{ createOpen, Unreachable }, { parseFilter }] = await Promise.all([
    import("./directory/directory.ts"),
    import("./directory/filters.ts"),
  ]);
  const openAny: Open = createOpen(guard);
  const terms: Terms = termsOf(config, timeLeft(limitMs));
  const open = async (): Promise<Directory> => {
    try {
      return await openAny(terms);
    } catch (cause) {
      if (!(cause instanceof Unreachable)) throw cause;
      throw invalidRequest(cause.message, { reason: `the directory cannot be reached: ${cause.reason}`, cause });
    }
  };
  return { reading: { parse: parseFilter }, open };
};

/** Runs the work over a connection, and closes that. */
const over = async <T>(open: Session["open"], work: (directory: Directory) => Promise<T>): Promise<T> => {
  const directory = await open();
  try {
    return await work(directory);
  } finally {
    directory.close();
  }
};

interface Known {
  readonly alias: string;
  readonly groups: readonly string[];
}

/** Who it is, by the directory. Throws where the password is not theirs. */
const ask = (
  { reading, open }: Session,
  config: Config,
  user: { readonly name: string; readonly password: string; readonly nobody: string },
): Promise<Known> =>
  over(open, async (directory) => {
    const { name } = user;
    const proven = await prove(directory, reading, config, user);
    await bindAgain(directory, config);
    const dn = await userDnOf(directory, reading, config, name, proven);
    const groups = config.anonymous_group_search
      ? await over(open, (stranger) => groupsOf(stranger, reading, config, { dn, name }))
      : await groupsOf(directory, reading, config, { dn, name });
    return { alias: aliasOf(config, name, proven), groups };
  });

/** Policies by what operators say about the user and the groups. */
const policiesOf = async (cx: BackendContext, config: Config, name: string, groups: readonly string[]) => {
  const { case_sensitive_names: caseSensitive } = config;
  const user = await findMapping(cx.storage, "user", name);
  const all = [...new Set([...(user?.groups ?? []), ...groups])];
  const names = all.flatMap((group) => canonicalName(group, caseSensitive) ?? []);
  const ofGroups = await policiesOfGroups(cx.storage, [...new Set(names)]);
  return { groups: all, policies: [...ofGroups, ...(user?.policies ?? [])] };
};

export interface Granted {
  readonly grant: LoginGrant;
  readonly warnings: readonly string[];
}

const grantFor = async (
  outside: Outside,
  config: Config,
  user: { readonly name: string; readonly password: string },
  cx: BackendContext,
): Promise<Granted> => {
  const { name, password } = user;
  if (config.deny_null_bind && password === "")
    throw invalidRequest("password cannot be of zero length when passwordless binds are being denied");
  const session = await beginSession(outside, config);
  const known = await ask(session, config, { name, password, nobody: uuid(cx.random) });
  const { groups, policies } = await policiesOf(cx, config, name, known.groups);
  const token = tokenParams(config);
  return {
    grant: {
      displayName: name,
      token: { ...token, policies: [...token.policies, ...policies] },
      metadata: { username: name },
      alias: { name: known.alias, metadata: { name } },
      groupAliases: groups,
      internal: { username: name, password },
      renewable: true,
    },
    warnings:
      known.groups.length > 0
        ? []
        : [
            `no LDAP groups found in groupDN ${shown(config.groupdn)}; only policies from locally-defined groups available`,
          ],
  };
};

const configured = async (cx: BackendContext): Promise<Config> => {
  const config = await findConfig(cx.storage);
  if (!config) throw invalidRequest("ldap backend not configured");
  return config;
};

/** `given`: the name as sent. */
export const login = async (
  outside: Outside,
  given: string,
  password: string | undefined,
  cx: BackendContext,
): Promise<Granted> => {
  const config = await configured(cx);
  checkSourceAddress(config, cx.sourceAddress);
  const name = canonicalName(given, config.case_sensitive_names);
  if (name === undefined) throw wrongCredentials("not a name of anybody");
  return grantFor(outside, config, { name, password: password ?? "" }, cx);
};

/** Refused credentials are not a login attempt here: nothing is counted, and the caller has a token. */
const refusal = (cause: unknown): unknown =>
  cause instanceof VaultError && cause.code === "invalid_credentials"
    ? new VaultError("invalid_request", { wire: cause.wire, reason: cause.reason, cause })
    : cause;

/** The grant by the directory and the mappings as they are now. Throws where the token may not live longer. */
export const renewLogin = async (
  outside: Outside,
  { internal, policies }: LoginRenewal,
  cx: BackendContext,
): Promise<LoginGrant> => {
  const config = await configured(cx);
  checkSourceAddress(config, cx.sourceAddress);
  const { username, password } = internal;
  if (typeof username !== "string" || typeof password !== "string")
    throw invalidRequest("the token holds nothing to log in with again");
  const { grant } = await grantFor(outside, config, { name: username, password }, cx).catch((cause: unknown) => {
    throw refusal(cause);
  });
  checkPoliciesAsBefore(grant.token.policies, policies);
  return grant;
};
