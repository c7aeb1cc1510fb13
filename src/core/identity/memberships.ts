import type { Snapshot } from "../config/types.ts";
import type { Entities } from "./entities.ts";
import type { Entity, Membership } from "./model.ts";
import { foldName } from "./names.ts";
import { externalGroups } from "./views.ts";

/** What a login or a renewal changes in an entity: its membership in the external groups of one mount. Pure. */

/** Membership rows that one transaction takes besides what else it writes; more are written before. */
export const ROWS_ALONG = 60;

export interface Change {
  readonly add: boolean;
  readonly membership: Membership;
}

/** What tells memberships apart. */
export const memberKey = ({ group, generation }: Membership): string => `${group}\n${generation}`;

/** The auth method decides membership in its mount's external groups; other memberships stay. */
export const membershipsAfter = (
  before: readonly Membership[],
  groupAliases: readonly string[] | undefined,
  snapshot: Snapshot,
  accessor: string,
): readonly Membership[] => {
  if (groupAliases === undefined) return before;
  const external = externalGroups(snapshot, accessor);
  const isOurs = ({ group }: Membership): boolean => {
    const alias = snapshot.groups.get(group)?.alias;
    return alias !== undefined && external.get(foldName(alias.name))?.id === group;
  };
  const now = groupAliases.flatMap((name): Membership[] => {
    const group = external.get(foldName(name));
    return group ? [{ group: group.id, generation: group.generation }] : [];
  });
  const after = new Map([...before.filter((one) => !isOurs(one)), ...now].map((one) => [memberKey(one), one]));
  return [...after.values()];
};

export const changesTo = (entity: Entity, after: readonly Membership[]): readonly Change[] => {
  const [was, is] = [new Set(entity.memberships.map(memberKey)), new Set(after.map(memberKey))];
  return [
    ...after.filter((one) => !was.has(memberKey(one))).map((membership) => ({ add: true, membership })),
    ...entity.memberships.filter((one) => !is.has(memberKey(one))).map((membership) => ({ add: false, membership })),
  ];
};

export const applied = (entity: Entity, changes: readonly Change[]): readonly Membership[] => {
  const dropped = new Set(changes.filter(({ add }) => !add).map(({ membership }) => memberKey(membership)));
  const added = changes.filter(({ add }) => add).map(({ membership }) => membership);
  return [...entity.memberships.filter((one) => !dropped.has(memberKey(one))), ...added];
};

export const rowsOf = (entities: Entities, entity: Entity, changes: readonly Change[]) =>
  changes.map(({ add, membership }) => (add ? entities.memberRow : entities.dropMember)(entity.id, membership));
