import { identityAddress } from "../../storage/keys.ts";
import type { Store, Write } from "../../storage/store.ts";
import { type Alias, type Entity, IDENTITY_DOMAIN } from "./model.ts";

/** Rows that find entities and aliases again: by name, by alias id, and for the lists. */

const row = (id: string, kind: string, body: { readonly entity: string; readonly alias?: string }): Write => ({
  op: "put",
  address: identityAddress(kind, id),
  body: { ...body },
  when: "absent",
});

/** Of a new entity with one alias: its name, its place in the list, and its alias' id. */
export const identityIndexWrites = async (store: Store, entity: Entity, alias?: Alias): Promise<readonly Write[]> => {
  const names = await store.names(IDENTITY_DOMAIN);
  return [
    row(`name#${names.tag(entity.name.toLowerCase())}`, "e", { entity: entity.id }),
    row("list", entity.id, { entity: entity.id }),
    ...(alias ? [row(`alias-id#${alias.id}`, "e", { entity: entity.id, alias: alias.id })] : []),
    ...(alias ? [row("alias-list", alias.id, { entity: entity.id, alias: alias.id })] : []),
  ];
};
