import { z } from "zod";
import { field, invalidRequest, VaultError } from "../../framework/index.ts";
import {
  emptyTokenFields,
  legacyTokenShape,
  mergeTokenFields,
  readTokenFields,
  shownTokenShape,
  storedTokenShape,
  type TokenFields,
  tokenShape,
} from "../../framework/token-params.ts";
import { canonicalPolicyNames } from "../../policy/names.ts";
import { defined } from "../../std/defined.ts";
import { type RandomSource, uuid } from "../../std/random.ts";
import { changeBody, tryWrite } from "../../storage/change.ts";
import type { Address, View } from "../../storage/store.ts";
import { importedHash, type Passwords, passwordBytes, storedPassword } from "./passwords.ts";

/** Users of the mount: a name, the hash of a password, and what their tokens are like. Names are lower case. */

const { policies, ttl, max_ttl, bound_cidrs } = legacyTokenShape;

export const passwordShape = {
  password: field.text("The password, at most 72 bytes."),
  password_hash: field.text("A bcrypt hash, instead of a password."),
};
export const userShape = { ...passwordShape, ...tokenShape, policies, ttl, max_ttl, bound_cidrs };
export const policiesShape = { token_policies: tokenShape.token_policies, policies };

const inputs = {
  user: z.object(userShape),
  password: z.object(passwordShape),
  policies: z.object(policiesShape),
};
export type UserInput = z.output<typeof inputs.user>;
export type PasswordInput = z.output<typeof inputs.password>;
export type PoliciesInput = z.output<typeof inputs.policies>;

const storedUser = z.object({
  /** Tells this user from a later one of the same name. */
  id: z.string(),
  password: storedPassword,
  ...storedTokenShape,
});
export type User = z.output<typeof storedUser>;

/** `name` as the path table folds it. */
export const userAddress = (storage: View, name: string): Address => storage.at(`user/${name}`);

export const findUser = async (storage: View, name: string): Promise<User | undefined> => {
  const entry = await storage.get(userAddress(storage, name));
  return entry && storedUser.parse(entry.body);
};

/** What a read shows: nothing of the password. */
export const UserShown = z.object(shownTokenShape);

export const readUser = async (storage: View, name: string): Promise<z.output<typeof UserShown> | undefined> => {
  const user = await findUser(storage, name);
  return user && readTokenFields(user);
};

export const listUsers = (storage: View): Promise<readonly string[]> => storage.list("user/");

export const removeUser = (storage: View, name: string): Promise<void> =>
  storage.write([{ op: "delete", address: userAddress(storage, name), when: "any" }]);

/** Replaces a user by what `make` makes of it; `make` may run again when writes race. */
const changeUser = async (storage: View, name: string, make: (previous: User | undefined) => User): Promise<void> => {
  const busy = { reason: "too many concurrent writes of one user" };
  await changeBody(storage, userAddress(storage, name), storedUser, make, { busy });
};

export interface Hashing {
  readonly passwords: Passwords;
  readonly random: RandomSource;
}

/** The hash a write asks for; `undefined` where it names none. */
const givenPassword = async (input: PasswordInput, { passwords, random }: Hashing) => {
  if (input.password !== undefined && input.password_hash !== undefined)
    throw invalidRequest("only one of password or password_hash may be provided");
  if (input.password_hash !== undefined) return importedHash(input.password_hash);
  return input.password === undefined ? undefined : passwords.hash(passwordBytes(input.password), random);
};

const NOT_THERE = { wire: "username does not exist", multi: true };

const present = (user: User | undefined): User => {
  if (user) return user;
  throw new VaultError("not_found", NOT_THERE);
};

/** Makes or changes a user; a new one needs a password. Throws `invalid_request`. */
export const writeUser = async (storage: View, name: string, input: UserInput, hashing: Hashing): Promise<void> => {
  const fresh = uuid(hashing.random);
  // what cannot be stored is refused before a hash is paid for
  mergeTokenFields((await findUser(storage, name)) ?? emptyTokenFields, input);
  const password = await givenPassword(input, hashing);
  await changeUser(storage, name, (previous) => {
    const kept = password ?? previous?.password;
    if (kept === undefined) throw invalidRequest("missing password");
    return { id: previous?.id ?? fresh, password: kept, ...mergeTokenFields(previous ?? emptyTokenFields, input) };
  });
};

/** A new password for a user that exists. */
export const writePassword = async (
  storage: View,
  name: string,
  input: PasswordInput,
  hashing: Hashing,
): Promise<void> => {
  present(await findUser(storage, name));
  const password = await givenPassword(input, hashing);
  if (password === undefined) throw invalidRequest("missing password");
  await changeUser(storage, name, (previous) => ({ ...present(previous), password }));
};

/** Replaces a hash that was brought along by one of ours, unless somebody changed the password meanwhile. */
export const adoptPassword = async (
  storage: View,
  name: string,
  seen: User,
  password: Uint8Array,
  { passwords, random }: Hashing,
): Promise<void> => {
  const adopted = await passwords.hash(password, random);
  const entry = await storage.get(userAddress(storage, name));
  const now = entry && storedUser.parse(entry.body);
  if (!entry || !now || now.id !== seen.id || JSON.stringify(now.password) !== JSON.stringify(seen.password)) return;
  const body = { ...now, password: adopted };
  // When somebody else was first, the next login does it.
  await tryWrite(storage, [{ op: "put", address: entry.address, body, when: { n: entry.n } }]);
};

const tokenPolicies = (user: TokenFields, input: PoliciesInput): TokenFields => {
  if (input.token_policies === undefined && input.policies === undefined)
    throw invalidRequest("missing token_policies");
  const { policies, token_policies: named } = input;
  return mergeTokenFields(user, defined({ policies, token_policies: named && canonicalPolicyNames(named) }));
};

/** New policies for a user that exists; stored folded, as this endpoint always did. */
export const writePolicies = (storage: View, name: string, input: PoliciesInput): Promise<void> =>
  changeUser(storage, name, (previous) => {
    const user = present(previous);
    return { id: user.id, password: user.password, ...tokenPolicies(user, input) };
  });
