import type { TemplateContext } from "../../policy/index.ts";
import type { EntityView } from "./types.ts";

/** What an entity offers to templates: in policies, and in what backends fill in. */
export const templateContext = (entity: EntityView): TemplateContext => ({
  entity: {
    id: entity.id,
    name: entity.name,
    metadata: entity.metadata,
    aliases: Object.fromEntries(
      entity.aliases.map((alias) => [
        alias.mountAccessor,
        { id: alias.id, name: alias.name, metadata: alias.metadata, customMetadata: alias.customMetadata },
      ]),
    ),
  },
  groups: entity.groups,
});
