import { defined } from "../../std/defined.ts";
import type { JsonObject } from "../../std/json.ts";
import type { AuthInfo, Client } from "../contract.ts";
import { ConnectionError } from "../errors.ts";
import type { AwsCredentials } from "../sign-login.ts";

/** Logins of programs: each answers what the server grants. `mount` is the method's own name unless told. */
export interface Logins {
  approle(login: { readonly roleId: string; readonly secretId?: string; readonly mount?: string }): Promise<AuthInfo>;
  userpass(login: { readonly username: string; readonly password: string; readonly mount?: string }): Promise<AuthInfo>;
  ldap(login: { readonly username: string; readonly password: string; readonly mount?: string }): Promise<AuthInfo>;
  jwt(login: { readonly jwt: string; readonly role?: string; readonly mount?: string }): Promise<AuthInfo>;
  kubernetes(login: { readonly jwt: string; readonly role: string; readonly mount?: string }): Promise<AuthInfo>;
  aws(login: {
    readonly role: string;
    readonly region: string;
    readonly credentials: AwsCredentials;
    /** What the server wants signed along (`iam_server_id_header_value`). */
    readonly serverId?: string;
    readonly mount?: string;
  }): Promise<AuthInfo>;
}

/** `use` is told of each token that is granted. */
export const loginsOf = (client: Client, use: (token: string) => void): Logins => {
  const post = async (path: string, body: JsonObject): Promise<AuthInfo> => {
    const { secret } = await client.call({ method: "PUT", path: `auth/${path}`, body });
    const auth = secret?.auth;
    if (!auth || auth.client_token === "") {
      throw new ConnectionError("the server", "the login gave no token; it may want a second factor", false);
    }
    use(auth.client_token);
    return auth;
  };
  return {
    approle: ({ roleId, secretId, mount = "approle" }) =>
      post(`${mount}/login`, defined({ role_id: roleId, secret_id: secretId })),
    userpass: ({ username, password, mount = "userpass" }) => post(`${mount}/login/${username}`, { password }),
    ldap: ({ username, password, mount = "ldap" }) => post(`${mount}/login/${username}`, { password }),
    jwt: ({ jwt, role, mount = "jwt" }) => post(`${mount}/login`, defined({ jwt, role })),
    kubernetes: ({ jwt, role, mount = "kubernetes" }) => post(`${mount}/login`, { jwt, role }),
    aws: async ({ role, mount = "aws", ...signer }) => {
      const { signLogin } = await import("../sign-login.ts");
      return post(`${mount}/login`, { role, ...(await signLogin(signer)) });
    },
  };
};
