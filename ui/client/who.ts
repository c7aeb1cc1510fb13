import type { Answer, JsonObject } from "./api.ts";
import { CAPABILITIES } from "./capabilities.ts";
import { mountServing } from "./mount-serving.ts";
import { momentIn, numberIn, objectIn, textIn, textsIn, trueIn } from "./read-json.ts";
import { rightsOf } from "./rights.ts";
import type { MountShown, Rule, Session, Who } from "./session.ts";

/** Reads a session out of what the server says about a token. Pure. */

/** `auth/userpass/login/alias` is `alias`: the name somebody signed in with. */
const nameIn = (path: string): string => /^auth\/.+\/login\/([^/]+)$/.exec(path)?.[1] ?? "";

const mountIn = (path: string): string =>
  /^(auth\/.+\/)(?:login|oidc\/callback|oidc\/poll)(?:\/|$)/.exec(path)?.[1] ?? "";

/** `data` of `lookup-self`; empty where the caller may not ask. */
export const whoOf = (data: JsonObject): Who => {
  const path = textIn(data, "path");
  const displayName = textIn(data, "display_name");
  const policies = [...new Set([...textsIn(data, "policies"), ...textsIn(data, "identity_policies")])];
  return {
    name: textIn(objectIn(data, "meta"), "username") || nameIn(path) || displayName,
    displayName,
    entityId: textIn(data, "entity_id"),
    policies,
    mount: mountIn(path),
    endsAt: momentIn(data, "expire_time"),
    renewable: trueIn(data, "renewable"),
    root: policies.includes("root"),
  };
};

export type Person = Pick<Who, "entityId" | "displayName" | "policies">;

/**
 * The same for two people only if one may see what the other left in this tab. A token without an entity has no more
 * than a display name, which many may share: its policies must be the same too.
 */
export const personKey = ({ entityId, displayName, policies }: Person): string =>
  JSON.stringify(entityId ? ["entity", entityId] : ["name", displayName, ...[...policies].sort()]);

export const samePerson = (one: Person, other: Person): boolean => personKey(one) === personKey(other);

const mountsIn = (group: JsonObject): readonly MountShown[] =>
  Object.keys(group).map((path) => {
    const mount = objectIn(group, path);
    const options = objectIn(mount, "options");
    return {
      path,
      type: textIn(mount, "type"),
      description: textIn(mount, "description"),
      options: Object.fromEntries(Object.keys(options).map((name) => [name, textIn(options, name)])),
    };
  });

export interface Mounts {
  readonly secret: readonly MountShown[];
  readonly auth: readonly MountShown[];
}

/** Of `sys/internal/ui/mounts`. */
export const mountsOf = (answer: Answer): Mounts => ({
  secret: mountsIn(objectIn(answer.data, "secret")),
  auth: mountsIn(objectIn(answer.data, "auth")),
});

const rulesIn = (group: JsonObject, star: string): readonly Rule[] =>
  Object.keys(group).map((pattern) => {
    const rule = objectIn(group, pattern);
    const told = textsIn(rule, "capabilities");
    const [min, max] = [numberIn(rule, "min_wrapping_ttl"), numberIn(rule, "max_wrapping_ttl")];
    return {
      pattern: pattern + star,
      capabilities: told.includes("deny") ? [] : CAPABILITIES.filter((one) => told.includes(one)),
      ...(min > 0 || max > 0 ? { wrapTtl: { min, max } } : {}),
    };
  });

const rulesOf = (data: JsonObject): readonly Rule[] => [
  ...rulesIn(objectIn(data, "exact_paths"), ""),
  ...rulesIn(objectIn(data, "glob_paths"), "*"),
  ...rulesIn(objectIn(data, "segment_paths"), ""),
];

/** Where the rules may not be read, nothing is hidden: the server decides. */
export const sessionOf = (lookup: Answer, mounts: Answer, acl: Answer): Session => {
  const told = whoOf(lookup.data);
  const who = { ...told, root: told.root || trueIn(acl.data, "root") };
  const { secret, auth } = mountsOf(mounts);
  const rules = rulesOf(acl.data);
  const { may } = rightsOf(rules, who.root || !acl.ok);
  const underAuth = auth.map((mount) => ({ ...mount, path: `auth/${mount.path}` }));
  return {
    who,
    secretMounts: secret,
    authMounts: auth,
    rules,
    may,
    mountOf: (path) => mountServing([...secret, ...underAuth], path),
  };
};
