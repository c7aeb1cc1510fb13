import { get } from "../../client/api.ts";
import { useSession } from "../../client/session.ts";
import { tokenPoliciesIn } from "../../client/token-policies.ts";
import { useLoaded } from "../../client/use-loaded.ts";
import type { AliasOf } from "./directory.ts";

/** What signing in gives by itself: only of methods that keep it by the name of the alias, and where it may be read. */

export interface MethodPolicies {
  readonly loaded: boolean;
  readonly policies: readonly string[];
  /** Some of it could not be read. */
  readonly hidden: boolean;
}

/** Kinds whose users are kept by the name that they sign in by. */
const BY_NAME: Readonly<Record<string, string>> = { userpass: "users/", ldap: "users/" };

const read = async (path: string): Promise<readonly string[] | undefined> => {
  const answer = await get(path);
  if (!answer.ok) return answer.kind === "not-found" ? [] : undefined;
  return tokenPoliciesIn(answer.data);
};

export const useMethodPolicies = (aliases: readonly AliasOf[]): MethodPolicies => {
  const { may } = useSession();
  const paths = aliases.map(({ mountType, mountPath, name }) => {
    const part = BY_NAME[mountType];
    return part === undefined ? undefined : `${mountPath}${part}${name}`;
  });
  const known = paths.filter((path) => path !== undefined);
  const readable = known.filter((path) => may(path, "read"));
  const { value } = useLoaded(() => Promise.all(readable.map(read)), readable.join("\n"));
  const found = value?.filter((one) => one !== undefined) ?? [];
  return {
    loaded: value !== undefined,
    policies: [...new Set(found.flat())],
    hidden: value !== undefined && found.length < aliases.length,
  };
};
