import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { createPasswordPolicies } from "../../core/password-policies/index.ts";
import { field, invalidRequest, Keys, op, path, VaultError } from "../../framework/index.ts";
import { plainText } from "../../std/base64.ts";

/** `sys/policies/password`: what generated passwords look like, and one on request. */

const missing = (): VaultError => new VaultError("not_found", { wire: "policy does not exist", multi: true });

export const passwordPolicyPaths = (core: Core) => {
  const policies = createPasswordPolicies(core);
  const name = "name of the password policy; may hold slashes";
  return [
    path("policies/password", {
      summary: "names of the password policies",
      params: {},
      ops: {
        list: op({
          summary: "list the password policies",
          answers: Keys,
          handle: async () => ({ data: { keys: await policies.list() } }),
        }),
      },
    }),
    path("policies/password/{name+}", {
      summary: "a password policy",
      params: { name },
      ops: {
        read: op({
          summary: "read a password policy as it was written",
          answers: z.object({ policy: z.string() }),
          handle: async ({ params }) => {
            const policy = await policies.get(params.name);
            if (policy === undefined) throw missing();
            return { data: { policy } };
          },
        }),
        update: op({
          summary: "write a password policy",
          answers: "nothing",
          input: z.object({ policy: field.text("the policy in HCL or JSON, plain or base64") }),
          handle: async ({ params, input }) => {
            if (input.policy === undefined || input.policy === "")
              throw invalidRequest("missing policy", { multi: true });
            await policies.put(params.name, plainText(input.policy));
            return undefined;
          },
        }),
        delete: op({
          summary: "delete a password policy",
          answers: "nothing",
          handle: async ({ params }) => {
            await policies.remove(params.name);
            return undefined;
          },
        }),
      },
    }),
    path("policies/password/{name+}/generate", {
      summary: "a password made by a policy",
      params: { name },
      ops: {
        read: op({
          summary: "generate a password",
          answers: z.object({ password: z.string() }),
          handle: async ({ params }) => {
            const password = await policies.generate(params.name);
            if (password === undefined) throw missing();
            return { data: { password } };
          },
        }),
      },
    }),
  ];
};
