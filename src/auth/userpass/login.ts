import {
  type BackendContext,
  GENERIC_NAME,
  type LoginGrant,
  type LoginRenewal,
  VaultError,
} from "../../framework/index.ts";
import { checkPoliciesAsBefore, checkSourceAddress, tokenParams } from "../../framework/token-params.ts";
import type { JsonObject } from "../../std/json.ts";
import { type Passwords, passwordBytes } from "./passwords.ts";
import { adoptPassword, findUser, type User } from "./users.ts";

/**
 * A login by name and password, and its renewal.
 *
 * Security: a name that does not exist is answered as a wrong password is; what it costs says `passwords.ts`.
 */

const LOGIN = "login/";

/** What user lockout counts by: the name in the canonical path, as the login has it. */
export const lockoutName = (path: string, _body: JsonObject): string | undefined => {
  const name = path.startsWith(LOGIN) ? path.slice(LOGIN.length) : "";
  return GENERIC_NAME.test(name) ? name : undefined;
};

const refused = (reason: string): VaultError =>
  new VaultError("invalid_credentials", { wire: "invalid username or password", reason });

const grantFor = (name: string, user: User): LoginGrant => ({
  displayName: name,
  token: tokenParams(user),
  metadata: { username: name },
  alias: { name },
  internal: { username: name, id: user.id },
  renewable: true,
});

export const login = async (
  passwords: Passwords,
  name: string,
  password: string | undefined,
  cx: BackendContext,
): Promise<LoginGrant> => {
  const bytes = passwordBytes(password);
  const user = await findUser(cx.storage, name);
  if (!(await passwords.matches(bytes, user?.password))) throw refused(user ? "wrong password" : "unknown user");
  if (!user) throw refused("unknown user");
  checkSourceAddress(user, cx.sourceAddress);
  if (user.password.kind === "bcrypt") {
    await adoptPassword(cx.storage, name, user, bytes, { passwords, random: cx.random });
  }
  return grantFor(name, user);
};

/** The grant by the user as it is now; nothing for a user that is gone. Throws where the token may not live longer. */
export const renewLogin = async (renewal: LoginRenewal, cx: BackendContext): Promise<LoginGrant | undefined> => {
  const { username, id } = renewal.internal;
  const name = typeof username === "string" ? username : "";
  const user = name === "" ? undefined : await findUser(cx.storage, name);
  if (user?.id !== id || !user) return undefined;
  checkPoliciesAsBefore(user.token_policies, renewal.policies);
  checkSourceAddress(user, cx.sourceAddress);
  return grantFor(name, user);
};
