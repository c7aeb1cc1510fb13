import { cut } from "../../std/shown.ts";
import { type Machine, machineId, serviceRoleScope } from "./inference.ts";
import { Refusal, type Survey } from "./lookups.ts";
import type { AccountScope, ManagedInstance, Tag } from "./ports.ts";
import { cacheKey } from "./positive-cache.ts";
import { NODE_ID } from "./role-checks.ts";
import type { Role } from "./roles.ts";
import { scopeKey } from "./scope-key.ts";
import type { Identity } from "./sts-answer.ts";

/**
 * A node of Systems Manager: a machine outside AWS that an activation enrolled. Its session is believed when only
 * Systems Manager can make such sessions and Systems Manager still knows the node, under the same role.
 * Source: AWS Systems Manager User Guide, "Hybrid and multicloud activations"; SSM API, DescribeInstanceInformation.
 */

interface Found {
  readonly node: ManagedInstance;
  readonly region: string;
}

const findNode = async (
  survey: Survey,
  scope: AccountScope,
  regions: readonly string[],
  id: string,
): Promise<Found> => {
  const { nodes, directory } = survey.lookups;
  for (const region of regions) {
    const key = cacheKey(region, id, ...scopeKey(scope));
    const node = await nodes.get(key, survey.now, () => directory.managedInstance(scope, region, id));
    if (node && node.id === id) return { node, region };
  }
  throw new Refusal(`not registered in region(s) ${regions.join(", ")}`);
};

const checkNode = (node: ManagedInstance, identity: Identity): void => {
  if (node.resourceType !== "ManagedInstance") throw new Refusal("not a hybrid-activated instance");
  if (node.iamRole.split("/").at(-1) !== identity.principal.name)
    throw new Refusal("instance is registered with a different role");
};

const checkBounds = (node: ManagedInstance, role: Role, roleName: string): void => {
  const facts = [
    ["SSM instance ID", node.id, role.bound_ssm_instance_id],
    ["activation ID", node.activationId.toLowerCase(), role.bound_activation_id],
    ["platform type", node.platformType, role.bound_platform_type],
  ] as const;
  for (const [fact, value, allowed] of facts)
    if (allowed.length > 0 && !allowed.includes(value))
      throw new Refusal(`${fact} "${value}" does not satisfy the constraint on role "${cut(roleName)}"`, "bound");
};

const checkLiveness = (node: ManagedInstance, role: Role, now: number): void => {
  const olderThan = (at: number, seconds: number): boolean => seconds > 0 && !(now - at <= seconds * 1000);
  if (role.require_online && node.pingStatus !== "Online") throw new Refusal("instance is not online");
  if (olderThan(node.lastPing, role.max_ping_age)) throw new Refusal("last ping is too old");
  if (olderThan(node.registered, role.max_registration_age)) throw new Refusal("registration is too old");
};

/** Every required key must have one of its required values; `*` ends a prefix. */
export const tagsSatisfy = (tags: readonly Tag[], wanted: readonly string[]): boolean => {
  const byKey = new Map<string, string[]>();
  for (const pair of wanted) {
    const cut = pair.indexOf("=");
    byKey.set(pair.slice(0, cut), [...(byKey.get(pair.slice(0, cut)) ?? []), pair.slice(cut + 1)]);
  }
  return [...byKey].every(([key, values]) => {
    const actual = tags.find((tag) => tag.key === key)?.value;
    if (actual === undefined) return false;
    return values.some((value) => (value.endsWith("*") ? actual.startsWith(value.slice(0, -1)) : actual === value));
  });
};

const checkTags = async (
  survey: Survey,
  scope: AccountScope,
  found: Found,
  role: Role,
  name: string,
): Promise<void> => {
  if (role.bound_resource_tag.length === 0) return;
  const { tags, directory } = survey.lookups;
  const { region, node } = found;
  const key = cacheKey(region, node.id, ...scopeKey(scope));
  const held = await tags.get(key, survey.now, () => directory.managedInstanceTags(scope, region, node.id));
  if (!tagsSatisfy(held ?? [], role.bound_resource_tag))
    throw new Refusal(`resource tags do not satisfy the constraint on role "${cut(name)}"`, "bound");
};

/**
 * Traces a caller to its node, or throws `Refusal` with the first check that fails. `name` is the role's, for texts.
 * Every step is repeated at each renewal.
 */
export const verifyNode = async (survey: Survey, role: Role, name: string, identity: Identity): Promise<Machine> => {
  const id = machineId(identity, NODE_ID, "a managed instance id");
  const { account } = identity.principal;
  if (role.bound_account_id.length > 0 && !role.bound_account_id.includes(account))
    throw new Refusal(`account ID "${account}" does not belong to role "${cut(name)}"`, "bound");
  const scope = await serviceRoleScope(survey, role, identity);
  const found = await findNode(survey, scope, role.inferred_aws_region, id);
  checkNode(found.node, identity);
  checkBounds(found.node, role, name);
  checkLiveness(found.node, role, survey.now);
  await checkTags(survey, scope, found, role, name);
  return {
    type: "ssm_managed_instance",
    id,
    region: found.region,
    activationId: found.node.activationId,
    name: found.node.name,
  };
};
