import { type CrashPoint, invalidRequest } from "../../framework/index.ts";
import type { Condition, Store, Write } from "../../storage/store.ts";
import { type Entities, type Stored, untilSettled } from "./entities.ts";
import { checkMetadata } from "./metadata.ts";
import type { Entity } from "./model.ts";
import { foldName, identityPolicies } from "./names.ts";
import type { Removal } from "./removal.ts";

/** Entities by hand: made and changed. A name belongs to one entity, without regard to case. */

export interface EntityInput {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly policies?: readonly string[] | undefined;
  readonly disabled?: boolean | undefined;
}

/** Asked before anything is written; each throws to refuse. The rules are the backend's, which knows who asks. */
export interface EntityRights {
  /** An entity that exists and is about to change. */
  entity(found: Entity): void;
  /** A name that an entity is about to have. */
  name(name: string): void;
}

export const createRegistry = (options: {
  readonly store: Store;
  readonly crash: CrashPoint;
  readonly entities: Entities;
  readonly removal: Removal;
}) => {
  const { store, crash, entities, removal } = options;

  interface Place {
    readonly holder: Stored | undefined;
    /** The condition under which the name's row may be written. */
    readonly when: Condition;
  }

  const place = async (name: string): Promise<Place> => {
    const row = await entities.rowAt(await entities.nameAt(name));
    if (!row) return { holder: undefined, when: "absent" };
    const found = await entities.raw(row.id);
    if (found && "entity" in found && found.entity.removing) {
      await removal.remove(row.id);
      return { holder: undefined, when: "absent" };
    }
    const holds = found && "entity" in found && foldName(found.entity.name) === foldName(name);
    return { holder: holds ? found : undefined, when: { n: row.entry.n } };
  };

  const rename = async (before: Entity, name: string, when: Condition): Promise<readonly Write[]> => {
    if (foldName(before.name) === foldName(name)) return [];
    return [
      { op: "delete", address: await entities.nameAt(before.name), when: "any" },
      { op: "put", address: await entities.nameAt(name), body: { entity: before.id }, when },
    ];
  };

  const changes = (input: EntityInput): Partial<Entity> => {
    const policies = input.policies && identityPolicies(input.policies);
    if (input.metadata) checkMetadata("entity", input.metadata);
    return {
      ...(policies ? { policies } : {}),
      ...(input.disabled === undefined ? {} : { disabled: input.disabled }),
      ...(input.metadata ? { metadata: input.metadata } : {}),
    };
  };

  /** By id where one is given, else by name, else a new one. Throws with Vault's texts. */
  const save = (
    input: EntityInput,
    rights: EntityRights,
  ): Promise<{ readonly entity: Entity; readonly created: boolean }> =>
    untilSettled(async () => {
      const { id = "", name = "" } = input;
      const byId = id === "" ? undefined : await entities.load(id);
      if (id !== "" && !byId) throw invalidRequest("entity not found from id");
      const { holder, when } = name === "" ? { holder: undefined, when: "any" as const } : await place(name);
      if (byId && holder && holder.entity.id !== byId.entity.id) throw invalidRequest("entity name is already in use");
      const stored = byId ?? holder;
      if (stored) rights.entity(stored.entity);
      if (name !== "" && foldName(stored?.entity.name ?? "") !== foldName(name)) rights.name(name);
      const change = changes(input);
      if (!stored) {
        const entity = entities.fresh({ ...change, ...(name === "" ? {} : { name }) });
        // The name's row may be a left-over.
        const writes = await entities.creation(entity, name === "" ? {} : { name: when });
        await crash("identity.entity.create", () => store.write(writes));
        return { entity, created: true };
      }
      const next = { ...change, ...(name === "" ? {} : { name }), lastUpdateTime: entities.now() };
      const rows = name === "" ? [] : await rename(stored.entity, name, when);
      await crash("identity.entity.update", () => store.write([entities.update(stored, next), ...rows]));
      return { entity: { ...stored.entity, ...next }, created: false };
    });

  return { save };
};
