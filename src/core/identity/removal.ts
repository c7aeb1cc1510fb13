import type { CrashPoint } from "../../framework/index.ts";
import { entityAddress, entityListAddress } from "../../storage/keys.ts";
import type { Store, Write } from "../../storage/store.ts";
import { rowsOf as aliasRowsOf, type Entities, mfaRowsOf, type Stored, untilSettled } from "./entities.ts";

/**
 * Removes entities with everything that finds them. One transaction where it fits; otherwise the entity is first
 * marked, which refuses its tokens and hides it, and its rows follow. A crash in between leaves the mark, and the next
 * process to find it (another removal, a name or login that wants its place) continues.
 */

const TRANSACTION = 100;

export const createRemoval = (options: {
  readonly store: Store;
  readonly entities: Entities;
  readonly crash: CrashPoint;
}) => {
  const { store, entities, crash } = options;

  const rowsOf = async ({ entity }: Stored): Promise<readonly Write[]> => [
    ...entity.memberships.map((membership) => entities.dropMember(entity.id, membership)),
    ...(await Promise.all(entity.aliases.map(entities.dropAlias))).flatMap(aliasRowsOf),
    ...entity.mergedEntityIds.map((id): Write => ({ op: "delete", address: entityAddress(id), when: "any" })),
    ...mfaRowsOf(Object.values(entity.mfaSecrets ?? {})),
  ];

  const own = async ({ entry, entity }: Stored): Promise<readonly Write[]> => [
    { op: "delete", address: entry.address, when: { n: entry.n } },
    { op: "delete", address: await entities.nameAt(entity.name), when: "any" },
    { op: "delete", address: entityListAddress(entity.id), when: "any" },
  ];

  const attempt = async (id: string): Promise<void> => {
    const found = await entities.raw(id);
    if (!found || "mergedInto" in found) return;
    const [last, rows] = await Promise.all([own(found), rowsOf(found)]);
    const once = TRANSACTION - last.length;
    if (rows.length <= once) {
      await crash("identity.remove", () => store.write([...last, ...rows]));
      return;
    }
    if (!found.entity.removing) {
      await crash("identity.remove.mark", () => store.write([entities.update(found, { removing: true })]));
      return attempt(id);
    }
    let left = rows;
    while (left.length > once) {
      const slice = left.slice(0, TRANSACTION);
      await crash("identity.remove.rows", () => store.write(slice));
      left = left.slice(TRANSACTION);
    }
    await crash("identity.remove", () => store.write([...last, ...left]));
  };

  /** Also finishes a removal that was begun before. Does nothing for unknown and merged ids. */
  const remove = (id: string): Promise<void> => untilSettled(() => attempt(id));

  return { remove };
};

export type Removal = ReturnType<typeof createRemoval>;
