import { z } from "zod";
import {
  type BackendContext,
  type DataReply,
  invalidRequest,
  type LeaseGrant,
  type LeaseType,
  type PendingLease,
} from "../../framework/index.ts";
import { TemplateError } from "../../go-template/index.ts";
import type { Seconds } from "../../std/brand.ts";
import type { JsonObject } from "../../std/json.ts";
import { randomText } from "../../std/random.ts";
import { cut, shown } from "../../std/shown.ts";
import { epochSeconds, plus, seconds } from "../../std/time.ts";
import type { Address, View } from "../../storage/store.ts";
import { type Config, checkAllowed, configAddress, configIn, findConfig } from "./configs.ts";
import type { Database, Look, Settings } from "./connector.ts";
import type { Databases } from "./databases.ts";
import { broken, DatabaseFailure, forCaller } from "./failure.ts";
import { newPassword } from "./passwords.ts";
import { type Role, readRole, roleAddress, roleIn } from "./roles.ts";

/**
 * Dynamic credentials: a user of its own for each lease. The order is what keeps the database clean: ask it whether
 * the name is free, record the lease as pending, create the user, answer. A process that stops after the second step
 * leaves a pending lease, and the sweeper ends what it names.
 *
 * Security: nothing is created more than `MAKE_MS` after the database was first asked, by its own clock, while a
 * pending lease lasts two minutes; so a process that was frozen and wakes up late makes no user that nobody
 * remembers. A lease whose user was never made (`voided`) touches nothing when it is revoked: the name may be
 * somebody else's.
 */

const Internal = z.object({
  username: z.string(),
  role: z.string(),
  connection: z.string(),
  revocation_statements: z.array(z.string()),
  nonce: z.string(),
});
type Internal = z.output<typeof Internal>;

export const CredsOutput = z.object({ username: z.string(), password: z.string() });

/** How long the database may take over creating a user. */
const MAKE_MS = 45_000;
/** The database ends the user a little after the lease, so that a renewal in the last second still finds it. */
const GRACE_MS = 5000;
const NAMES = 3;
const VOIDED_SECONDS = seconds(30 * 86_400);

const voidedAddress = (view: View, nonce: string): Address => view.at(`voided/${nonce}`);

const CONNECT = "unable to get connection: ";

/** A name the database does not know yet. */
const freeName = async (
  cx: BackendContext,
  settings: Settings,
  role: string,
  database: Database,
): Promise<Look & { readonly username: string }> => {
  for (let attempt = 0; attempt < NAMES; attempt += 1) {
    const data = { DisplayName: cx.caller?.displayName ?? "", RoleName: role };
    const username = settings.template.render(data, cx);
    const look = await database.look(username);
    if (look.exists !== true) return { ...look, username };
  }
  throw broken("failed to generate username: the names the template makes are taken");
};

const nameFor = async (
  cx: BackendContext,
  settings: Settings,
  role: string,
  database: Database,
): Promise<Look & { readonly username: string }> => {
  try {
    return await freeName(cx, settings, role, database);
  } catch (cause) {
    if (cause instanceof TemplateError)
      throw invalidRequest(`failed to generate username: ${cause.message}`, { multi: true, cause });
    throw forCaller(cause, CONNECT);
  }
};

/** After a failure: was the user surely not made, and would the revocation only find somebody else's, or nothing? */
const certainlyNotCreated = async (database: Database, username: string, cause: unknown): Promise<boolean> => {
  if (!(cause instanceof DatabaseFailure)) return false;
  if (cause.kind === "taken") return true;
  if (cause.kind !== "statement") return false;
  try {
    return (await database.look(username)).exists === false;
  } catch {
    return false;
  }
};

interface Issue {
  readonly name: string;
  readonly role: Role;
  readonly config: Config;
  readonly settings: Settings;
  readonly password: string;
}

const issueOn = async (
  cx: BackendContext,
  database: Database,
  { name, role, settings, password }: Issue,
): Promise<DataReply<z.output<typeof CredsOutput>>> => {
  const { username, now } = await nameFor(cx, settings, name, database);
  const internal: Internal = {
    username,
    role: name,
    connection: role.db_name,
    revocation_statements: role.revocation_statements,
    nonce: randomText(cx.random, 20),
  };
  const grant: LeaseGrant = {
    type: "creds",
    ttl: seconds(role.default_ttl),
    maxTtl: seconds(role.max_ttl),
    renewable: true,
    internal,
  };
  const lease: PendingLease = await cx.crash("database.creds.pend", () => cx.pend(grant));
  const lifetime = Math.min(lease.ttl, lease.maxExpires - epochSeconds(cx.clock.now()));
  const work = {
    username,
    password,
    statements: role.creation_statements,
    expires: now + lifetime * 1000 + GRACE_MS,
    notAfter: now + MAKE_MS,
  };
  try {
    await cx.crash("database.creds.create", () => database.create(work));
  } catch (cause) {
    if (await certainlyNotCreated(database, username, cause)) {
      const address = voidedAddress(cx.storage, internal.nonce);
      const ttl = plus(epochSeconds(cx.clock.now()), VOIDED_SECONDS);
      await cx.storage.write([{ op: "put", address, body: null, clear: { ttl }, when: "any" }]);
    }
    throw forCaller(cause);
  }
  return { data: { username, password }, lease };
};

/** Creates a user and its lease. Throws with Vault's texts. */
export const issueCreds = async (
  databases: Databases,
  name: string,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof CredsOutput>>> => {
  const role = await readRole(cx.storage, name);
  if (!role) throw invalidRequest(`unknown role: ${cut(name)}`);
  const config = await findConfig(cx.storage, role.db_name);
  checkAllowed(config, name);
  const connector = await databases.connector(config.plugin_name);
  if (!connector.credentialTypes.includes(role.credential_type)) {
    throw invalidRequest(`unsupported credential_type: ${shown(role.credential_type)}`);
  }
  const empty = role.creation_statements.every((text) => text.trim() === "");
  if (empty && !connector.createsByDefault) throw broken("empty creation statements");
  const settings = connector.settings(config.details);
  const policy = role.credential_config["password_policy"];
  const password = await newPassword(cx, [typeof policy === "string" ? policy : undefined, config.password_policy]);
  return databases.use(cx, config, (database) => issueOn(cx, database, { name, role, config, settings, password }));
};

/** Moves the user's end in the database. Throws with Vault's texts. */
export const renewCreds = async (
  databases: Databases,
  lease: LeaseType,
  increment: Seconds,
  cx: BackendContext,
): Promise<LeaseGrant> => {
  const internal = Internal.parse(lease.internal);
  const { storage } = cx;
  const [roleEntry, configEntry] = await storage.getMany([
    roleAddress(storage, internal.role),
    configAddress(storage, internal.connection),
  ]);
  const role = roleIn(roleEntry);
  if (!role) throw broken(`error during renew: could not find role with name ${shown(internal.role)}`);
  const { defaultTtl, maxTtl } = cx.mount;
  const max = role.max_ttl > 0 ? Math.min(role.max_ttl, maxTtl) : maxTtl;
  const asked = increment > 0 ? increment : role.default_ttl > 0 ? role.default_ttl : defaultTtl;
  const remaining = lease.issued + max - epochSeconds(cx.clock.now());
  if (remaining <= 0) throw invalidRequest("past the max TTL, cannot renew");
  const lifetime = Math.min(asked, remaining);
  const config = configIn(internal.connection, configEntry);
  const { username } = internal;
  await databases.use(cx, config, async (database) => {
    try {
      const { now } = await database.look(username);
      const expires = now + lifetime * 1000 + GRACE_MS;
      const work = { username, statements: role.renew_statements, expires };
      await cx.crash("database.creds.renew", () => database.renew(work));
    } catch (cause) {
      throw forCaller(cause);
    }
  });
  return {
    type: lease.type,
    ttl: seconds(role.default_ttl),
    maxTtl: seconds(role.max_ttl),
    renewable: true,
    internal,
  };
};

/** The connection whose database has a lease's user. */
export const connectionOf = (internal: JsonObject): string => String(internal["connection"] ?? "");

/**
 * Ends the user, where it was made: with the role's statements of today while the role still uses that connection,
 * with those of the lease otherwise.
 */
export const revokeCreds = async (databases: Databases, lease: LeaseType, cx: BackendContext): Promise<void> => {
  const { username, role: name, connection, revocation_statements, nonce } = Internal.parse(lease.internal);
  const { storage } = cx;
  const [voided, roleEntry, configEntry] = await storage.getMany([
    voidedAddress(storage, nonce),
    roleAddress(storage, name),
    configAddress(storage, connection),
  ]);
  if (voided !== undefined) return;
  const role = roleIn(roleEntry);
  const statements = role && role.db_name === connection ? role.revocation_statements : revocation_statements;
  const config = configIn(connection, configEntry);
  await databases.use(cx, config, async (database) => {
    try {
      await cx.crash("database.creds.revoke", () => database.revoke({ username, statements }));
    } catch (cause) {
      throw forCaller(cause);
    }
  });
};
