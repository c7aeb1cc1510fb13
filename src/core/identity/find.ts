import type { Core } from "../core.ts";
import type { EntityView } from "./types.ts";

/** The entity behind an id, following merges; `undefined` when it is gone. */
export const findEntity = async (core: Core, id: string): Promise<EntityView | undefined> => {
  if (id === "") return undefined;
  const [entry] = await core.store.get([await core.identity.entityAddress(id)]);
  return core.identity.view(entry, await core.config.snapshot());
};
