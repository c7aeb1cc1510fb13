import type { TemplateWorld } from "../../go-template/name-functions.ts";
import type { Dial, Guard } from "../../outgoing/index.ts";
import type { JsonObject } from "../../std/json.ts";
import type { UsernameTemplate } from "./username-template.ts";

/**
 * What a kind of database must be able to do for this engine. A connector trusts its caller to have asked
 * the policy and recorded the lease; it must never let a value out of the quotes a statement puts it in, and never
 * pass on what a driver or a server said (`failure.ts`).
 */

export type CredentialType = "password" | "rsa_private_key" | "client_certificate";

/** A connection's settings, read and found sound; nothing was connected. */
export interface Settings {
  /** Where `rotate-root` finds what it changes; empty where the operator gave none. */
  readonly username: string;
  readonly password: string;
  /** The password is in `connection_url` itself, so reads must mask it and root rotation cannot work. */
  readonly literalPassword: boolean;
  /** It logs in without a password: there is none to rotate. */
  readonly withoutPassword?: boolean;
  /** How many connections one process may hold. */
  readonly connections: number;
  readonly template: UsernameTemplate;
  /** Warnings for whoever wrote them. */
  readonly warnings: readonly string[];
}

export interface Connector {
  /** The plugin name of Vault's clients. */
  readonly plugin: string;
  /** Vault's text in front of a login that failed when a connection is written. */
  readonly verifying: string;
  readonly credentialTypes: readonly CredentialType[];
  /** A role without creation statements makes users too, as the connector says. */
  readonly createsByDefault: boolean;
  /** Reads `connection_details`. Throws `SettingsError` with the text after `error creating database object: `. */
  settings(details: JsonObject): Settings;
  /** `connection_details` without anything secret. */
  shown(details: JsonObject): JsonObject;
  /** A pool on these settings; connects when first used. `connections` at most. */
  open(details: JsonObject): Promise<Database>;
}

/** What connectors need of the outside. */
export interface ConnectorWorld extends TemplateWorld {
  /** Connects to hosts that operators name. */
  readonly dial: Dial;
  /** What `dial` asks, for drivers that dial by themselves. */
  readonly guard: Guard;
}

/** The connector of a plugin name. Throws `SettingsError` where there is none. */
export type FindConnector = (plugin: string) => Promise<Connector>;

/** What the database knows of a name, and when it was asked by its own clock, in epoch milliseconds. */
export interface Look {
  readonly now: number;
  /** `unknown`: the connection's user may not see it. */
  readonly exists: boolean | "unknown";
}

export interface Statements {
  /** As the operator wrote them. Empty: the connector's own, where it has any. */
  readonly statements: readonly string[];
}

export interface UserWork extends Statements {
  readonly username: string;
}

/** One database, reached through a small pool. Every method throws `DatabaseFailure`. */
export interface Database {
  /** Logs in, no more. */
  ping(): Promise<void>;
  look(username: string): Promise<Look>;
  /** Runs the statements in one transaction. Nothing happens after `notAfter` (the database's clock). */
  create(
    work: UserWork & { readonly password: string; readonly expires: number; readonly notAfter: number },
  ): Promise<void>;
  /** Moves the user's own end; `expires` in epoch milliseconds of the database's clock. */
  renew(work: UserWork & { readonly expires: number }): Promise<void>;
  /** Ends the user and its sessions. Succeeds when it is gone already; fails while it could still log in. */
  revoke(work: UserWork): Promise<void>;
  changePassword(work: UserWork & { readonly password: string; readonly notAfter: number }): Promise<void>;
  /** `false` once it must be reopened. */
  usable(): boolean;
  /** Waits for what runs, a little; then cuts. */
  close(): Promise<void>;
}
