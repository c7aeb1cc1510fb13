import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { mfaIn } from "../../core/mfa/configured.ts";
import type { MfaRegistry } from "../../core/mfa/registry.ts";
import { field, Keys, op, path } from "../../framework/index.ts";
import { EnforcementShown, enforcementData } from "./mfa-shown.ts";

/** `identity/mfa/login-enforcement*`: which logins need a second factor. */

export const mfaEnforcementPaths = (core: Core, registry: MfaRegistry) => {
  const all = async () => mfaIn(await core.config.snapshot()).enforcements;

  return [
    path("mfa/login-enforcement", {
      summary: "names of the enforcements",
      params: {},
      ops: {
        list: op({
          summary: "list enforcements",
          answers: Keys.extend({ key_info: z.record(z.string(), EnforcementShown) }),
          handle: async () => {
            const found = await all();
            const info = found.map((one) => [one.name, enforcementData(one)] as const);
            return { data: { keys: found.map(({ name }) => name), key_info: Object.fromEntries(info) } };
          },
        }),
      },
    }),
    path("mfa/login-enforcement/{name}", {
      summary: "which logins need a second factor",
      params: { name: "name of the enforcement" },
      ops: {
        read: op({
          summary: "read an enforcement",
          answers: EnforcementShown,
          handle: async ({ params }) => {
            const found = (await all()).find(({ name }) => name === params.name);
            return found && { data: enforcementData(found) };
          },
        }),
        update: op({
          summary: "create or change an enforcement",
          answers: "nothing",
          input: z.object({
            mfa_method_ids: field.textList("ids of the methods, any of which will do"),
            auth_method_accessors: field.textList("accessors of auth methods whose logins need it"),
            auth_method_types: field.textList("types of auth methods whose logins need it"),
            identity_group_ids: field.textList("groups whose members need it, also through other groups"),
            identity_entity_ids: field.textList("entities that need it"),
          }),
          handle: async ({ params, input }): Promise<undefined> => {
            await registry.saveEnforcement(params.name, {
              methodIds: input.mfa_method_ids ?? [],
              accessors: input.auth_method_accessors,
              types: input.auth_method_types,
              groupIds: input.identity_group_ids,
              entityIds: input.identity_entity_ids,
            });
          },
        }),
        delete: op({
          summary: "delete an enforcement",
          answers: "nothing",
          handle: async ({ params }): Promise<undefined> => {
            await registry.removeEnforcement(params.name);
          },
        }),
      },
    }),
  ];
};
