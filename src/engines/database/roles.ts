import { z } from "zod";
import { AnyObject, type BackendContext, field, invalidRequest, type VaultError } from "../../framework/index.ts";
import { defined } from "../../std/defined.ts";
import type { JsonObject } from "../../std/json.ts";
import { change } from "../../storage/change.ts";
import type { Address, Entry, View, Write } from "../../storage/store.ts";
import { busy } from "./configs.ts";
import { credentialConfig, credentialType } from "./credential-types.ts";

/** Roles for dynamic credentials: `role/<name>` of the mount. */

const texts = z.array(z.string());
const StoredRole = z.object({
  db_name: z.string(),
  creation_statements: texts,
  revocation_statements: texts,
  rollback_statements: texts,
  renew_statements: texts,
  /** Seconds; 0: the mount's. */
  default_ttl: z.number(),
  max_ttl: z.number(),
  credential_type: z.enum(["password", "rsa_private_key", "client_certificate"]),
  credential_config: z.custom<JsonObject>(),
});
export type Role = z.output<typeof StoredRole>;

export const RoleInput = z.object({
  db_name: field.text("Name of the connection."),
  creation_statements: field.textList("Statements that create the user."),
  revocation_statements: field.textList("Statements that remove the user; none: it is dropped."),
  rollback_statements: field.textList(
    "Accepted for Vault's clients; what a failed creation made is undone without them.",
  ),
  renew_statements: field.textList(
    "Statements that extend the user's life; none: VALID UNTIL. MySQL has no use for them.",
  ),
  default_ttl: field.duration("Lifetime of the credentials; 0: the mount's default."),
  max_ttl: field.duration("Longest lifetime with renewals; 0: the mount's."),
  credential_type: field.text("`password`, `rsa_private_key` or `client_certificate`."),
  credential_config: field.keyValues("How the credential is made; `password_policy` for passwords."),
});
export type RoleInput = z.output<typeof RoleInput>;

export const RoleOutput = z.object({
  ...StoredRole.omit({ credential_type: true, credential_config: true }).shape,
  credential_type: z.string(),
  credential_config: AnyObject.optional(),
});

export const roleAddress = (view: View, name: string): Address => view.at(`role/${name}`);
export const staticRoleAddress = (view: View, name: string): Address => view.at(`static-role/${name}`);

export const roleIn = (entry: Entry | undefined): Role | undefined => entry && StoredRole.parse(entry.body);

export const readRole = async (view: View, name: string): Promise<Role | undefined> =>
  roleIn(await view.get(roleAddress(view, name)));

const NEW: Role = {
  db_name: "",
  creation_statements: [],
  revocation_statements: [],
  rollback_statements: [],
  renew_statements: [],
  default_ttl: 0,
  max_ttl: 0,
  credential_type: "password",
  credential_config: {},
};

const merged = (old: Role, input: RoleInput): Role => {
  const lists = (given: readonly string[] | undefined, before: string[]): string[] => (given ? [...given] : before);
  const type = input.credential_type ? credentialType(input.credential_type) : old.credential_type;
  const kept = input.credential_config === undefined && type === old.credential_type && old !== NEW;
  const role: Role = {
    db_name: input.db_name ?? old.db_name,
    creation_statements: lists(input.creation_statements, old.creation_statements),
    revocation_statements: lists(input.revocation_statements, old.revocation_statements).filter((text) => text !== ""),
    rollback_statements: lists(input.rollback_statements, old.rollback_statements),
    renew_statements: lists(input.renew_statements, old.renew_statements),
    default_ttl: input.default_ttl ?? old.default_ttl,
    max_ttl: input.max_ttl ?? old.max_ttl,
    credential_type: type,
    credential_config: kept ? old.credential_config : credentialConfig(type, input.credential_config ?? {}),
  };
  if (role.db_name === "") throw invalidRequest("database name is required");
  return role;
};

/** The condition that a name is free among the other kind of roles, as part of a write. */
export const freeOf = (address: Address): Write => ({ op: "check", address, when: "absent" });

export const NOT_UNIQUE = "Role and Static Role names must be unique";

/** The refusal when that condition does not hold. */
export const notUnique =
  (free: Write) =>
  (lost: Write): VaultError | undefined =>
    lost === free ? invalidRequest(NOT_UNIQUE) : undefined;

/** Writes or changes a role. Throws `invalid_request` with Vault's texts. */
export const writeRole = (name: string, input: RoleInput, cx: BackendContext): Promise<undefined> => {
  const view = cx.storage;
  const free = freeOf(staticRoleAddress(view, name));
  return change<undefined>(
    view,
    roleAddress(view, name),
    (entry) => ({
      op: "put",
      body: merged(entry ? StoredRole.parse(entry.body) : NEW, input),
      also: [free],
      refusal: notUnique(free),
      result: undefined,
    }),
    { busy },
  );
};

/** What a read shows. */
export const showRole = ({ credential_config, ...role }: Role) =>
  defined({
    ...role,
    credential_config: Object.keys(credential_config).length > 0 ? credential_config : undefined,
  });
