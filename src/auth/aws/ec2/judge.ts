import { invalidRequest, type VaultError } from "../../../framework/index.ts";
import { restateLater } from "../../../std/restate.ts";
import { cut, shown } from "../../../std/shown.ts";
import { askAws } from "../ask.ts";
import { checkInstance, profileOf, runningInstance } from "../instances.ts";
import { accountScope, Refusal, type Survey } from "../lookups.ts";
import type { Ec2Instance } from "../ports.ts";
import { partitionOf } from "../regions.ts";
import type { Role } from "../roles.ts";
import { isDenied } from "./deny-list.ts";
import { type RoleTag, TagError } from "./role-tag.ts";
import { tagFor } from "./tagged-role.ts";

/** What a role demands of an instance: the same at a login and at every renewal. */

export interface Place {
  readonly account: string;
  readonly region: string;
  readonly instanceId: string;
}

interface Asked {
  readonly survey: Survey;
  readonly role: Role;
  /** The role's name, folded. */
  readonly name: string;
  readonly place: Place;
}

const judgeTag = async ({ survey, role, name }: Asked, instance: Ec2Instance): Promise<RoleTag | undefined> => {
  if (role.role_tag === "") return undefined;
  const text = instance.tags.find(({ key }) => key === role.role_tag)?.value ?? "";
  const tag = await tagFor(survey.storage, { role, name, text, instanceId: instance.id });
  if (await isDenied(survey.storage, text, survey.now)) throw new TagError("role tag is deny listed");
  return tag;
};

/**
 * Asks the instance's own account about it, as it is now; answers its tag, if the role asks for one. `failed` begins the texts for one that is not there. Throws
 * `invalid_request`, or `upstream_failed` when AWS cannot be asked.
 */
export const judge = (asked: Asked, failed: string): Promise<RoleTag | undefined> => {
  const { survey, role, name, place } = asked;
  const { region, account, instanceId } = place;
  const refusal = (cause: Refusal): VaultError =>
    invalidRequest(`${cause.kind === "bound" ? "Error validating instance" : failed}: ${cause.message}`);
  const ask = async (): Promise<RoleTag | undefined> => {
    const partition = partitionOf(region);
    if (!partition) throw new Refusal("region of the instance is not known");
    const scope = await accountScope(survey, account, partition);
    const instance = await runningInstance(survey, scope, region, instanceId);
    if (role.bound_region.length > 0 && !role.bound_region.includes(region))
      throw invalidRequest(`Region ${shown(region)} does not satisfy the constraint on role "${cut(name)}"`);
    await checkInstance(instance, role, name, () => profileOf(survey, scope, instance));
    return restateLater(
      TagError,
      (cause) => invalidRequest(cause.message),
      () => judgeTag(asked, instance),
    );
  };
  return restateLater(Refusal, refusal, () => askAws(failed, ask));
};
