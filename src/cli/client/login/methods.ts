import { answerOf, variableOf } from "../../../client/index.ts";
import { defined } from "../../../std/defined.ts";
import { isJsonObject } from "../../../std/json.ts";
import { Sensitive } from "../../../std/sensitive.ts";
import { CommandFailure } from "../console.ts";
import { type Login, type LoginMethod, needed, post, secretOf, textOf } from "./method.ts";

/** The methods of `zeroth login`, by name. Those with files of their own are loaded when they are chosen. */

/** A token that exists already: it is looked up, and printed as a login would print it. */
const token: LoginMethod = async (login) => {
  const text = (await secretOf(login, "token", "Token")).trim();
  const looked = await login.session.callAs(new Sensitive(text), { method: "GET", path: "auth/token/lookup-self" });
  const data = isJsonObject(looked.body) && isJsonObject(looked.body["data"]) ? looked.body["data"] : {};
  const auth = {
    client_token: text,
    accessor: data["accessor"] ?? "",
    policies: data["policies"] ?? [],
    token_policies: data["policies"] ?? [],
    identity_policies: data["identity_policies"] ?? [],
    metadata: data["meta"] ?? null,
    lease_duration: data["ttl"] ?? 0,
    renewable: data["renewable"] ?? false,
  };
  return answerOf({ auth });
};

/** A name and a password. The variables are those of Vault's command line for `ldap`. */
const password =
  (variables: string | undefined): LoginMethod =>
  async (login) => {
    const { env } = login.console;
    const told = (name: string): string | undefined =>
      variables === undefined ? undefined : variableOf(env, `${variables}_${name}`)?.value;
    const name = textOf(login, "username") ?? told("USERNAME") ?? env["USER"] ?? env["USERNAME"];
    if (name === undefined) throw new CommandFailure("'username' must be specified: give username=...");
    const secret = textOf(login, "password") ?? told("PASSWORD") ?? (await secretOf(login, "password", "Password"));
    return post(login, `login/${name}`, { password: secret.replace(/\r?\n$/, "") });
  };

/** Fields that are sent as they were given. */
const fields =
  (must: readonly string[], may: readonly string[] = []): LoginMethod =>
  (login) => {
    const given = may.map((name) => [name, textOf(login, name)?.trim()] as const);
    const body = {
      ...Object.fromEntries(must.map((name) => [name, needed(login, name).trim()])),
      ...Object.fromEntries(given),
    };
    return post(login, "login", defined(body));
  };

const github: LoginMethod = async (login) => {
  const text = variableOf(login.console.env, "AUTH_GITHUB_TOKEN")?.value;
  return post(login, "login", { token: text ?? (await secretOf(login, "token", "GitHub Personal Access Token")) });
};

export const METHODS: Readonly<Record<string, LoginMethod>> = {
  token,
  userpass: password(undefined),
  ldap: password("LDAP"),
  radius: password("RADIUS"),
  approle: fields(["role_id"], ["secret_id"]),
  jwt: fields(["jwt"], ["role"]),
  kubernetes: fields(["role", "jwt"]),
  cert: fields([], ["name"]),
  github,
  aws: async (login: Login) => (await import("./aws.ts")).loginWithAws(login),
  oidc: async (login: Login) => (await import("./oidc.ts")).loginWithBrowser(login),
};
