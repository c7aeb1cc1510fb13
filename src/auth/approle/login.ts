import { z } from "zod";
import type { Cache, FindCache } from "../../framework/cache.ts";
import {
  type BackendContext,
  field,
  invalidRequest,
  type LoginGrant,
  type LoginRenewal,
  VaultError,
} from "../../framework/index.ts";
import { tokenParams } from "../../framework/token-params.ts";
import { canonicalCidr, inCidrs } from "../../std/cidr.ts";
import type { JsonObject } from "../../std/json.ts";
import { shown } from "../../std/shown.ts";
import type { Address, View } from "../../storage/store.ts";
import { mistake, type Role, storedRole } from "./role-rules.ts";
import { findRole, placeOf, type RolePlace, roleAddress, roleIdAddress } from "./roles.ts";
import type { SecretId } from "./secret-id-rules.ts";
import { type Found, foundIn, secretIdAddress, spending } from "./secret-ids.ts";

/**
 * A login by role id and secret id, and its renewal.
 *
 * Security: what is checked without spending (addresses, end) comes before the use is spent, which is in the transaction
 * that makes the token; a wrong role id and a wrong secret id get one answer; no answer repeats a secret id.
 */

export const loginShape = {
  role_id: field.text("What a login uses to name the role."),
  secret_id: field.text("The secret id, unless the role requires none."),
};
const loginInput = z.object(loginShape);
export type LoginInput = z.output<typeof loginInput>;

/** The one way a presented id is read: as text, without outer white space. */
const presented = (value: string | undefined): string => (value ?? "").trim();

/** As `presented`, of a raw body; `undefined` for what names nobody. */
const presentedRoleId = (body: JsonObject): string | undefined => {
  const parsed = loginShape.role_id.safeParse(body["role_id"]);
  const roleId = parsed.success ? presented(parsed.data) : "";
  return roleId === "" ? undefined : roleId;
};

/** What user lockout counts by: the role id, read as the login reads it. */
export const lockoutName = (path: string, body: JsonObject): string | undefined =>
  path === "login" ? presentedRoleId(body) : undefined;

/** What rate limits count by: the role that the role id leads to, whatever else the body says. */
export const roleOf = async (path: string, body: JsonObject, storage: View): Promise<string | undefined> => {
  const roleId = lockoutName(path, body);
  return roleId === undefined ? undefined : (await placeOf(storage, roleId))?.name;
};

const DAY_MS = 86_400_000;

/** Where role ids led when they were last used here. A guess: what is believed is what the table says. */
const placesIn = (cache: FindCache): Cache<RolePlace> => cache<RolePlace>("places", { maxAgeMs: DAY_MS });

/** What is read in one batch: where the role id leads, and what is there, if it still leads where it led last. */
export const loginPrefetch = (body: JsonObject, storage: View, cache: FindCache): readonly Address[] => {
  const roleId = presentedRoleId(body);
  if (roleId === undefined) return [];
  const place = placesIn(cache).get(roleId);
  const secretId = loginShape.secret_id.safeParse(body["secret_id"]).data;
  const there = place
    ? [roleAddress(storage, place.name), secretIdAddress(storage, place.key, presented(secretId))]
    : [];
  return [roleIdAddress(storage, roleId), ...there];
};

const WRONG = "invalid role or secret ID";
const refused = (reason: string): VaultError => new VaultError("invalid_credentials", { wire: WRONG, reason });

const outside = (address: string, how: string): VaultError =>
  invalidRequest(`source address ${shown(address)} unauthorized ${how}`);

const checkAddresses = (role: Role, secret: SecretId | undefined, address: string): void => {
  if (secret && secret.cidr_list.length > 0 && !inCidrs(address, secret.cidr_list))
    throw outside(address, `${secret.uses === 0 ? "through" : "by"} CIDR restrictions on the secret ID`);
  const ofRole = role.secret_id_bound_cidrs ?? [];
  if (ofRole.length > 0 && !inCidrs(address, ofRole)) throw outside(address, "by CIDR restrictions on the role");
};

const grantFor = (name: string, role: Role, secret: SecretId | undefined): LoginGrant => {
  const metadata = { ...secret?.metadata, role_name: name };
  const token = tokenParams(role);
  const own = (secret?.token_bound_cidrs ?? []).map((text) => canonicalCidr(text) ?? text);
  return {
    displayName: "",
    token: own.length > 0 ? { ...token, boundCidrs: own } : token,
    metadata,
    role: name,
    alias: { name: role.role_id, metadata },
    internal: { role_name: name, key: role.key },
    renewable: true,
    addressJudged: true,
  };
};

/** The role a role id leads to, and the secret id presented for it: three entries, in one read or two. */
const load = async (cx: BackendContext, roleId: string, secretId: string) => {
  const { storage } = cx;
  const place = await placeOf(storage, roleId);
  if (!place) throw refused("unknown role id");
  placesIn(cx.cache).set(roleId, place);
  const secretAddress = secretIdAddress(storage, place.key, secretId);
  const [roleEntry, secretEntry] = await storage.getMany([roleAddress(storage, place.name), secretAddress]);
  const role = roleEntry && storedRole.parse(roleEntry.body);
  // between the two reads the role may have got another id, or gone
  if (role?.key !== place.key || role.role_id !== roleId) throw refused("role id just changed");
  return { name: place.name, role, found: foundIn(secretEntry, secretAddress, cx.clock.now()) };
};

const spender = (cx: BackendContext, found: Found): NonNullable<LoginGrant["spend"]> => {
  const next = spending(cx.storage, found, () => cx.clock.now());
  return async () => {
    const writes = await next();
    // it was right when presented, so nobody guessed: it gets the text of a wrong one, but does not count as one
    if (!writes) throw invalidRequest(WRONG, { reason: "another login took the last use" });
    return writes;
  };
};

export const login = async (input: LoginInput, cx: BackendContext): Promise<LoginGrant> => {
  const roleId = presented(input.role_id);
  const secretId = presented(input.secret_id);
  if (roleId === "") throw invalidRequest("missing role_id");
  const { name, role, found } = await load(cx, roleId, secretId);
  if (!role.bind_secret_id) {
    checkAddresses(role, undefined, cx.sourceAddress);
    return grantFor(name, role, undefined);
  }
  if (secretId === "") throw invalidRequest("missing secret_id");
  if (!found) throw refused("unknown, spent or ended secret id");
  checkAddresses(role, found.secret, cx.sourceAddress);
  return { ...grantFor(name, role, found.secret), spend: found.secret.uses > 0 ? spender(cx, found) : undefined };
};

/** The grant by the role as it is now; the secret id is not asked for again. Throws when the role is gone. */
export const renewLogin = async ({ internal, metadata }: LoginRenewal, cx: BackendContext): Promise<LoginGrant> => {
  const { role_name: kept, key } = internal;
  const name = typeof kept === "string" ? kept : "";
  const role = name === "" ? undefined : await findRole(cx.storage, name);
  // a role created again under the same name is another role
  if (!role || role.key !== key)
    throw mistake(`failed to renew entry: role ${shown(name)} does not exist during renewal`);
  return { ...grantFor(name, role, undefined), metadata };
};
