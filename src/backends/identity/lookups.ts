import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { aliasKey, foldName } from "../../core/identity/names.ts";
import type { IdentityStore } from "../../core/identity/store.ts";
import { groupIndex } from "../../core/identity/views.ts";
import { rightsOf } from "../../core/request/rights.ts";
import { type BackendContext, field, invalidRequest, op, path } from "../../framework/index.ts";
import { EntityShown, entityData, GroupShown, groupData } from "./render.ts";
import { entityPathsOf, groupPathsOf } from "./rights.ts";

/**
 * `identity/lookup/*`: one entity or group, by what is known of it. Where nothing is found the answer is 204, because a
 * look-up is a write. The right to look up is the right to find any of them; where a policy denies reading the object
 * itself, the look-up is denied too.
 */

const Input = z.object({
  id: field.text("its id"),
  name: field.text("its name"),
  alias_id: field.text("id of an alias"),
  alias_name: field.text("name of an alias, together with its mount"),
  alias_mount_accessor: field.text("accessor of the alias' mount"),
});
type Given = z.output<typeof Input>;

/** Accepts exactly one way of asking. Throws with Vault's texts. */
const check = (input: Given): void => {
  const given = Object.values(input).filter((value) => value !== undefined).length;
  const { alias_name: name = "", alias_mount_accessor: accessor = "" } = input;
  if (given === 0) throw invalidRequest("query parameter not supplied");
  if (given === 1 && (name !== "" || accessor !== "")) {
    throw invalidRequest("both 'alias_name' and 'alias_mount_accessor' needs to be set");
  }
  if (given > 1 && !(given === 2 && name !== "" && accessor !== "")) {
    throw invalidRequest("query parameter conflict; please supply distinct set of query parameters");
  }
};

export const lookupPaths = (core: Core, { entities, members }: IdentityStore) => {
  const findEntity = (input: Given) => {
    if (input.id) return entities.load(input.id);
    if (input.name) return entities.byName(input.name);
    if (input.alias_id) return entities.byAliasId(input.alias_id);
    if (input.alias_name && input.alias_mount_accessor) {
      return entities.byAlias(input.alias_mount_accessor, input.alias_name);
    }
    return undefined;
  };

  const entity = async (input: Given, cx: BackendContext) => {
    check(input);
    const stored = await findEntity(input);
    if (stored) (await rightsOf(core, cx)).respect(entityPathsOf(stored.entity), "read");
    return stored && { data: entityData(stored.entity, await core.config.snapshot()) };
  };

  const group = async (input: Given, cx: BackendContext) => {
    check(input);
    const snapshot = await core.config.snapshot();
    const { byName, byAliasId, byAliasKey } = groupIndex(snapshot);
    const { id, name, alias_id: aliasId, alias_name: aliasName = "", alias_mount_accessor: accessor = "" } = input;
    const found =
      (id && snapshot.groups.get(id)) ||
      (name && byName.get(foldName(name))) ||
      (aliasId && byAliasId.get(aliasId)) ||
      (aliasName && byAliasKey.get(aliasKey(accessor, aliasName))) ||
      undefined;
    if (found) (await rightsOf(core, cx)).respect(groupPathsOf(found), "read");
    return found && { data: groupData(found, await members.list(found), snapshot) };
  };

  return [
    path("lookup/entity", {
      summary: "find an entity",
      params: {},
      ops: {
        update: op({
          summary: "look up an entity",
          answers: [EntityShown, "nothing"],
          input: Input,
          handle: ({ input }, cx) => entity(input, cx),
        }),
      },
    }),
    path("lookup/group", {
      summary: "find a group",
      params: {},
      ops: {
        update: op({
          summary: "look up a group",
          answers: [GroupShown, "nothing"],
          input: Input,
          handle: ({ input }, cx) => group(input, cx),
        }),
      },
    }),
  ];
};
