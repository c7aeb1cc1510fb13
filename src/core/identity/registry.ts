import { type CrashPoint, invalidRequest } from "../../framework/index.ts";
import { defined } from "../../std/defined.ts";
import type { Condition, Store, Write } from "../../storage/store.ts";
import { type Entities, type Stored, untilSettled } from "./entities.ts";
import { checkMetadata } from "./metadata.ts";
import type { Entity } from "./model.ts";
import { foldName, identityPolicies } from "./names.ts";
import type { Removal } from "./removal.ts";

/** Entities that an operator makes and changes. A name belongs to one entity, without regard to case. */

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

interface Place {
  readonly holder: Stored | undefined;
  /** The condition under which the name's row may be written. */
  readonly when: Condition;
}

const UNNAMED: Place = { holder: undefined, when: "any" };

interface Found {
  readonly stored: Stored | undefined;
  readonly when: Condition;
}

export interface Saved {
  readonly entity: Entity;
  readonly created: boolean;
}

export const createRegistry = (options: {
  readonly store: Store;
  readonly crash: CrashPoint;
  readonly entities: Entities;
  readonly removal: Removal;
}) => {
  const { store, crash, entities, removal } = options;

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
    return defined({ policies, disabled: input.disabled, metadata: input.metadata, name: input.name || undefined });
  };

  /** The entity a request means, and the condition under which it may write the name's row. */
  const resolve = async ({ id, name }: EntityInput): Promise<Found> => {
    const byId = id ? await entities.load(id) : undefined;
    if (id && !byId) throw invalidRequest("entity not found from id");
    const { holder, when } = name ? await place(name) : UNNAMED;
    if (byId && holder && holder.entity.id !== byId.entity.id) throw invalidRequest("entity name is already in use");
    return { stored: byId ?? holder, when };
  };

  const askFor = (rights: EntityRights, before: Entity | undefined, name: string): void => {
    if (before) rights.entity(before);
    if (name !== "" && foldName(before?.name ?? "") !== foldName(name)) rights.name(name);
  };

  const create = async (change: Partial<Entity>, when: Condition): Promise<Saved> => {
    const entity = entities.fresh(change);
    // The name's row may be left over.
    const writes = await entities.creation(entity, { name: change.name === undefined ? undefined : when });
    await crash("identity.entity.create", () => store.write(writes));
    return { entity, created: true };
  };

  const update = async (stored: Stored, change: Partial<Entity>, when: Condition): Promise<Saved> => {
    const next = { ...change, lastUpdateTime: entities.now() };
    const rows = change.name === undefined ? [] : await rename(stored.entity, change.name, when);
    await crash("identity.entity.update", () => store.write([entities.update(stored, next), ...rows]));
    return { entity: { ...stored.entity, ...next }, created: false };
  };

  /** Found by id if one is given, else by name; else a new one. Throws with Vault's texts. */
  const save = (input: EntityInput, rights: EntityRights): Promise<Saved> =>
    untilSettled(async () => {
      const { stored, when } = await resolve(input);
      askFor(rights, stored?.entity, input.name ?? "");
      const change = changes(input);
      return stored ? update(stored, change, when) : create(change, when);
    });

  return { save };
};
