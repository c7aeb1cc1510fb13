import type { MountShown } from "../../client/session.ts";
import type { ApiRequest } from "../../protocol.ts";
import { signIn } from "../../texts/sign-in.ts";

/** The ways to sign in: what each asks for, and the request it becomes. Pure. */

export type FieldName = "name" | "password" | "token" | "wrapped" | "role" | "jwt" | "roleId" | "secretId";

export type Values = Readonly<Partial<Record<FieldName, string | undefined>>>;

export type Kind = "password" | "ldap" | "redirect" | "jwt" | "github" | "kubernetes" | "approle";

interface KindRow {
  /** Types of mounts that are signed in to this way. */
  readonly types: readonly string[];
  readonly fields: readonly FieldName[];
  readonly body: (values: Values) => Readonly<Record<string, string>>;
  /** The name is a part of the path. */
  readonly named?: true;
}

const passwordRow = (types: readonly string[]): KindRow => ({
  types,
  fields: ["name", "password"],
  body: ({ password = "" }) => ({ password }),
  named: true,
});

const roleAndJwt = (types: readonly string[]): KindRow => ({
  types,
  fields: ["role", "jwt"],
  body: ({ role = "", jwt = "" }) => ({ role, jwt }),
});

export const KINDS: Readonly<Record<Kind, KindRow>> = {
  password: passwordRow(["userpass"]),
  ldap: passwordRow(["ldap"]),
  redirect: { types: ["oidc"], fields: ["role"], body: () => ({}) },
  jwt: roleAndJwt(["jwt"]),
  github: { types: ["github"], fields: ["token"], body: ({ token = "" }) => ({ token }) },
  kubernetes: roleAndJwt(["kubernetes"]),
  approle: {
    types: ["approle"],
    fields: ["roleId", "secretId"],
    body: ({ roleId = "", secretId = "" }) => ({ role_id: roleId, secret_id: secretId }),
  },
};

export const ALL_KINDS = Object.keys(KINDS) as readonly Kind[];

/** An entry of the choice *How*. */
export interface Way {
  readonly id: string;
  readonly label: string;
  readonly how: "token" | "wrapped" | "other" | Kind;
  /** Without a slash at the end; empty where there is none. */
  readonly mount: string;
}

const bare = (path: string): string => path.replace(/\/+$/, "");

const kindOf = (type: string): Kind | undefined => ALL_KINDS.find((kind) => KINDS[kind].types.includes(type));

/** A mount that verifies JWTs may also lead to a provider's page: both are offered. */
const kindsOf = (type: string): readonly Kind[] => {
  const kind = kindOf(type);
  if (kind === "redirect" || kind === "jwt") return kind === "jwt" ? ["jwt", "redirect"] : ["redirect"];
  return kind ? [kind] : [];
};

const listedWays = (mounts: readonly MountShown[]): readonly Way[] => {
  const ways = mounts.flatMap((mount) =>
    kindsOf(mount.type).map((kind) => ({ kind, mount: bare(mount.path), description: mount.description })),
  );
  return ways.map(({ kind, mount, description }) => {
    const word = description || signIn.ways[kind];
    const alone = ways.filter((way) => (way.description || signIn.ways[way.kind]) === word).length === 1;
    return {
      id: `${kind}:${mount}`,
      label: alone ? word : signIn.ways.at(signIn.ways[kind], `${mount}/`),
      how: kind,
      mount,
    };
  });
};

/** Mounts that are listed for everybody, then what needs no listing. */
export const waysFor = (mounts: readonly MountShown[]): readonly Way[] => {
  const listed = listedWays(mounts);
  const usual: Way = { id: "usual", label: signIn.ways.password, how: "password", mount: "userpass" };
  return [
    ...(listed.length === 0 ? [usual] : listed),
    { id: "token", label: signIn.ways.token, how: "token", mount: "" },
    { id: "wrapped", label: signIn.ways.wrapped, how: "wrapped", mount: "" },
    { id: "other", label: signIn.ways.other, how: "other", mount: "" },
  ];
};

/** `with`: a mount, with or without its slash, or `token`, as Vault's links say it. */
export const wayNamed = (ways: readonly Way[], text: string | undefined): Way | undefined => {
  const mount = bare(text ?? "");
  return ways.find((way) => mount !== "" && (way.mount === mount || way.id === mount));
};

export const fieldsOf = (how: Way["how"]): readonly FieldName[] => {
  if (how === "token" || how === "wrapped") return [how];
  return how === "other" ? [] : KINDS[how].fields;
};

export const requestFor = (kind: Kind, mount: string, values: Values): ApiRequest => {
  const { named, body } = KINDS[kind];
  const { name = "" } = values;
  const path = named ? `auth/${bare(mount)}/login/${name.trim()}` : `auth/${bare(mount)}/login`;
  return { method: "POST", path, body: JSON.stringify(body(values)), as: "none" };
};
