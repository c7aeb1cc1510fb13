import type { BackendContext } from "../../framework/index.ts";
import { sameSecret } from "../../std/same-secret.ts";
import { type Candidate, type Config, changeConfig, findConfig, type StoredConfig } from "./configs.ts";
import type { Connector, Database } from "./connector.ts";
import { type Databases, settle } from "./databases.ts";
import { broken, DatabaseFailure, forCaller } from "./failure.ts";
import { newPassword } from "./passwords.ts";

/**
 * Changing the password of the connection's own user. The new password is written down, sealed, before the database
 * is asked to take it; until a login has shown which one is valid, both are kept and each is tried. So whatever
 * happens in between, the engine is not locked out. The new password is never shown to anyone.
 */

/** Longest time from the intent to the change, by the database's clock; a rotation that lags behind does nothing. */
const CHANGE_MS = 30_000;
/** How long passwords of concurrent rotations are kept. */
const KEEP_MS = 120_000;

const textOf = (details: StoredConfig["details"], name: string): string => {
  const value = details[name];
  return typeof value === "string" ? value : "";
};

const without = (candidates: readonly Candidate[], password: string): Candidate[] =>
  candidates.filter((one) => !sameSecret(one.password, password));

const change = async (
  database: Database,
  config: Config,
  work: { readonly username: string; readonly password: string },
): Promise<void> => {
  const { now } = await database.look(work.username);
  await database.changePassword({
    ...work,
    statements: config.root_rotation_statements,
    notAfter: now + CHANGE_MS,
  });
};

/** The password that was stored until now stays a candidate when another rotation wrote it a moment ago. */
const saved = (config: Config, before: string, password: string, now: number): Partial<StoredConfig> => {
  const stored = textOf(config.details, "password");
  const young = without(config.candidates, password).filter(({ at }) => at > now - KEEP_MS);
  return {
    details: { ...config.details, password },
    candidates:
      sameSecret(stored, before) || sameSecret(stored, password) ? young : [...young, { password: stored, at: now }],
  };
};

/** Throws `invalid_request` with Vault's texts. */
export const rotateRoot = async (databases: Databases, name: string, cx: BackendContext): Promise<undefined> => {
  const view = cx.storage;
  const found = await findConfig(view, name);
  const connector = await databases.connector(found.plugin_name);
  if (connector.settings(found.details).withoutPassword)
    throw broken("unable to rotate root credentials: the connection logs in with IAM, there is no password");
  const username = textOf(found.details, "username");
  if (username === "") throw broken("unable to rotate root credentials: no username in configuration");
  if (textOf(found.details, "password") === "") {
    throw broken("unable to rotate root credentials: no password in configuration");
  }
  let config: Config;
  try {
    config = await settle(view, cx.clock, connector, found);
  } catch (cause) {
    throw forCaller(cause, "unable to get connection: ");
  }
  const before = textOf(config.details, "password");
  const password = await newPassword(cx, [config.password_policy]);
  await cx.crash("database.root.intend", () =>
    changeConfig(view, name, ({ candidates }) => ({
      candidates: [...candidates, { password, at: cx.clock.now() }],
    })),
  );
  const database = await connector.open(config.details);
  try {
    await cx.crash("database.root.change", () => change(database, config, { username, password }));
    await proveLogin(connector, config, password);
  } catch (cause) {
    // Where nobody knows whether it took effect the candidate stays; the next use finds out.
    if (cause instanceof DatabaseFailure && cause.kind === "statement") {
      await changeConfig(view, name, ({ candidates }) => ({ candidates: without(candidates, password) }));
    }
    throw forCaller(cause, "failed to update user: ");
  } finally {
    await database.close();
  }
  await cx.crash("database.root.save", () =>
    changeConfig(view, name, (now) => saved(now, before, password, cx.clock.now())),
  );
  await databases.forget(cx, name);
  return undefined;
};

/** Statements of the operator's may do anything; only a login shows that the password is in force. */
const proveLogin = async (connector: Connector, config: Config, password: string): Promise<void> => {
  const database = await connector.open({ ...config.details, password });
  try {
    await database.ping();
  } catch (cause) {
    if (cause instanceof DatabaseFailure && cause.kind === "login") {
      throw new DatabaseFailure("unknown", "the statements did not change the password");
    }
    throw cause;
  } finally {
    await database.close();
  }
};
