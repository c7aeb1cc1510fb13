import { type CrashPoint, invalidRequest, VaultError } from "../../framework/index.ts";
import { type RandomSource, uuid } from "../../std/random.ts";
import { shown } from "../../std/shown.ts";
import { type Clock, rfc3339 } from "../../std/time.ts";
import type { Write } from "../../storage/store.ts";
import type { Snapshot } from "../config/types.ts";
import { FEW, type Members } from "./members.ts";
import { checkMetadata } from "./metadata.ts";
import type { Entity, Group } from "./model.ts";
import { foldName, identityPolicies } from "./names.ts";
import type { Turns } from "./turns.ts";
import { groupIndex } from "./views.ts";

/** Groups: made, changed and removed. Definitions are configuration, so a change holds on everybody's next request. */

export interface GroupInput {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly policies?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly member_entity_ids?: readonly string[] | undefined;
  readonly member_group_ids?: readonly string[] | undefined;
}

/** Asked before anything is written; each throws to refuse. The rules are the backend's, which knows who asks. */
export interface GroupRights {
  /** A group that exists and is about to change. */
  group(found: Group): void;
  /** A name that a group is about to have. */
  name(name: string): void;
  /** An entity or a group that is about to become a member, and so to get the group's policies. */
  memberEntity(found: Entity): void;
  memberGroup(found: Group): void;
}

/** The group a request means. One named by id must exist, one named by name may; without either it is a new one. */
export type Which = { readonly id: string } | { readonly name: string } | undefined;

const badMember = (wire: string): VaultError => new VaultError("invalid_request", { wire, multi: true });
const ids = (given: readonly string[]): readonly string[] => [...new Set(given.filter((id) => id !== ""))];

const resolve = (snapshot: Snapshot, which: Which): Group | undefined => {
  if (which === undefined) return undefined;
  if ("name" in which) return groupIndex(snapshot).byName.get(foldName(which.name));
  const group = snapshot.groups.get(which.id);
  if (!group) throw invalidRequest("invalid group ID");
  return group;
};

const typeOf = (before: Group | undefined, given: string | undefined): Group["type"] => {
  if (before && given !== undefined && given !== before.type) throw invalidRequest("group type cannot be changed");
  const type = before?.type ?? (given === undefined || given === "" ? "internal" : given);
  if (type !== "internal" && type !== "external") throw invalidRequest(`invalid group type ${shown(type)}`);
  return type;
};

/** The members of an external group come from logins. */
const refuseMembers = (input: GroupInput): void => {
  if (input.member_entity_ids !== undefined) {
    throw invalidRequest("member entities can't be set manually for external groups");
  }
  if (input.member_group_ids !== undefined) throw invalidRequest("member groups can't be set for external groups");
};

/** Throws where a member is unknown, is the group itself, or has the group somewhere below it. */
const checkMemberGroups = (snapshot: Snapshot, group: string, members: readonly string[]): void => {
  for (const member of members) {
    if (member === group) throw badMember(`member group ID ${shown(member)} is same as the ID of the group`);
    if (!snapshot.groups.has(member)) throw badMember(`invalid member group ID ${shown(member)}`);
    const seen = new Set<string>();
    const waiting = [member];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (id === group) throw invalidRequest(`cyclic relationship detected for member group ID ${shown(member)}`);
      if (seen.has(id)) continue;
      seen.add(id);
      waiting.push(...(snapshot.groups.get(id)?.memberGroupIds ?? []));
    }
  }
};

export const createGroups = (options: {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly crash: CrashPoint;
  readonly members: Members;
  readonly turns: Turns;
}) => {
  const { clock, random, crash, members, turns } = options;

  const fresh = (given: Partial<Group> = {}): Group => {
    const now = rfc3339(clock.now());
    return {
      id: uuid(random),
      name: `group_${Buffer.from(random.bytes(4)).toString("hex")}`,
      type: "internal",
      policies: null,
      metadata: null,
      memberGroupIds: [],
      membersGiven: false,
      generation: members.newGeneration(),
      creationTime: now,
      lastUpdateTime: now,
      modifyIndex: 0,
      ...given,
    };
  };

  /** The definition as it would be. Throws with Vault's texts, in Vault's order. */
  const define = (snapshot: Snapshot, before: Group | undefined, input: GroupInput, id: string): Group => {
    const policies = input.policies && identityPolicies(input.policies);
    const type = typeOf(before, input.type);
    const base = before ?? fresh({ id, type });
    const name = input.name || base.name;
    const holder = groupIndex(snapshot).byName.get(foldName(name));
    if (holder && holder.id !== base.id) throw invalidRequest("group name is already in use");
    if (type === "external") refuseMembers(input);
    const metadata = input.metadata ?? base.metadata;
    if (metadata) checkMetadata("group", metadata);
    return {
      ...base,
      name,
      policies: policies ?? base.policies,
      metadata,
      memberGroupIds: input.member_group_ids ? ids(input.member_group_ids) : base.memberGroupIds,
      membersGiven: base.membersGiven || input.member_entity_ids !== undefined,
      lastUpdateTime: rfc3339(clock.now()),
      modifyIndex: base.modifyIndex + 1,
    };
  };

  /** The entities that join and leave; `wanted` is `undefined` where the members stay the same. */
  const difference = async (before: Group | undefined, wanted: readonly string[] | undefined) => {
    if (wanted === undefined) return { added: [], removed: [] };
    const now = before ? await members.list(before) : [];
    const [is, was] = [new Set(wanted), new Set(now)];
    return { added: wanted.filter((id) => !was.has(id)), removed: now.filter((id) => !is.has(id)) };
  };

  interface Done {
    readonly group: Group;
    readonly created: boolean;
  }

  const askFor = (snapshot: Snapshot, before: Group | undefined, after: Group, rights: GroupRights): void => {
    if (before) rights.group(before);
    if (foldName(before?.name ?? "") !== foldName(after.name)) rights.name(after.name);
    const was = new Set(before?.memberGroupIds);
    for (const id of after.memberGroupIds) {
      const member = was.has(id) ? undefined : snapshot.groups.get(id);
      if (member) rights.memberGroup(member);
    }
  };

  /** Everything in one transaction; `staged` where there are too many members for one. */
  const saveAtOnce = (
    which: Which,
    input: GroupInput,
    id: string,
    rights: GroupRights,
  ): Promise<Done | { readonly staged: Group }> =>
    turns.take(async ({ snapshot, commit }) => {
      const before = resolve(snapshot, which);
      const group = define(snapshot, before, input, id);
      const done = { group, created: before === undefined };
      const wanted = input.member_entity_ids && ids(input.member_entity_ids);
      const found = await members.check(wanted ?? []);
      if (input.member_group_ids) checkMemberGroups(snapshot, group.id, group.memberGroupIds);
      const { added, removed } = await difference(before, wanted);
      askFor(snapshot, before, group, rights);
      for (const entity of added.flatMap((id) => found.get(id) ?? [])) rights.memberEntity(entity);
      if (added.length + removed.length > FEW) return { staged: group };
      const rows = await members.change(group.id, group.generation, added, removed);
      const definition = await turns.definition(group.id, group);
      await crash("identity.group.save", () => commit([definition, ...rows]));
      return done;
    });

  const saveStaged = async (which: Which, input: GroupInput, group: string, rights: GroupRights): Promise<Done> => {
    const next = { group, generation: members.newGeneration() };
    const note = await members.staging(next);
    await turns.take(({ commit }) => commit([note]));
    await members.stage(group, next.generation, ids(input.member_entity_ids ?? []));
    const { done, old } = await turns.take(async ({ snapshot, commit }) => {
      if (!snapshot.settings.has(`group-sweep/${group}/${next.generation}`)) {
        throw new VaultError("storage_unavailable", {
          wire: "the group was changed by others, try again",
          retryAfter: 1,
        });
      }
      const before = resolve(snapshot, which);
      if (before && before.id !== group) throw invalidRequest("group name is already in use");
      const defined = define(snapshot, before, input, group);
      if (input.member_group_ids) checkMemberGroups(snapshot, group, defined.memberGroupIds);
      askFor(snapshot, before, defined, rights);
      const after = { ...defined, generation: next.generation };
      const gone = before && { group, generation: before.generation };
      await crash("identity.group.switch", async () =>
        commit([
          await members.staged(next),
          await turns.definition(group, after),
          ...(gone ? [await members.retired(gone)] : []),
        ]),
      );
      return { done: { group: after, created: before === undefined }, old: gone };
    });
    if (old) await members.sweep(old);
    return done;
  };

  /** Finishes earlier changes that a crash interrupted; what fails stays noted for the next time. */
  const resume = async (): Promise<void> => {
    const due = await turns.take(async ({ snapshot }) => members.dueSweeps(snapshot));
    for (const one of due) await members.sweep(one).catch(() => undefined);
  };

  const save = async (which: Which, input: GroupInput, rights: GroupRights): Promise<Done> => {
    const result = await saveAtOnce(which, input, uuid(random), rights);
    return "staged" in result ? saveStaged(which, input, result.staged.id, rights) : result;
  };

  const remove = async (which: { readonly id: string } | { readonly name: string }): Promise<void> => {
    const gone = await turns.take(async ({ snapshot, commit }) => {
      const group = "id" in which ? snapshot.groups.get(which.id) : resolve(snapshot, which);
      if (!group) return undefined;
      const held = await members.list(group);
      const few = held.length <= FEW;
      const old = { group: group.id, generation: group.generation };
      const rows: readonly Write[] = few
        ? await members.change(group.id, group.generation, [], held)
        : [await members.retired(old)];
      const definition = await turns.definition(group.id, undefined);
      await crash("identity.group.remove", () => commit([definition, ...rows]));
      return few ? undefined : old;
    });
    if (gone) await members.sweep(gone);
  };

  return { fresh, save, remove, resume };
};

export type Groups = ReturnType<typeof createGroups>;
