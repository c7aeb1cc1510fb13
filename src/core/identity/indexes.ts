import { aliasIdAddress, entityListAddress, entityNameAddress } from "../../storage/keys.ts";
import type { Address, Store, Write } from "../../storage/store.ts";
import { type Alias, type Entity, IDENTITY_DOMAIN } from "./model.ts";

/** Rows that find entities and aliases again: by name, by alias id, and for the lists. */

const row = (address: Address, body: { readonly entity: string; readonly alias?: string }): Write => ({
  op: "put",
  address,
  body: { ...body },
  when: "absent",
});

/** Of a new entity with one alias: its name, its place in the list, and its alias' id. */
export const identityIndexWrites = async (store: Store, entity: Entity, alias?: Alias): Promise<readonly Write[]> => {
  const names = await store.names(IDENTITY_DOMAIN);
  return [
    row(entityNameAddress(names.tag(entity.name.toLowerCase())), { entity: entity.id }),
    row(entityListAddress(entity.id), { entity: entity.id }),
    ...(alias ? [row(aliasIdAddress(alias.id), { entity: entity.id, alias: alias.id })] : []),
  ];
};
