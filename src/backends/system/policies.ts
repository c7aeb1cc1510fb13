import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { field, folded, Keys, op, path } from "../../framework/index.ts";
import { builtInPolicies, listedPolicyNames, nameForDelete } from "../../policy/index.ts";
import { defined } from "../../std/defined.ts";
import { rfc3339 } from "../../std/time.ts";

/**
 * `sys/policies/acl` and its older spelling `sys/policy`: ACL policies. A change holds on every token's next request.
 */

/** Loaded by the first write: most functions see none. */
const writes = () => import("./policy-writes.ts");

const About = z.object({
  name: z.string(),
  version: z.number().describe("counts the writes; 0 for a built-in policy that was never written (from OpenBao)"),
  cas_required: z.boolean(),
  modified: z.string().optional().describe("when it was last written (from OpenBao)"),
});

export const policyPaths = (core: Core) => {
  const names = async (): Promise<readonly string[]> => listedPolicyNames(await core.policies.list());

  const read = async (name: string) => {
    const stored = name === "root" ? undefined : await core.policies.stored(name);
    const text = stored?.text ?? builtInPolicies.get(name)?.text;
    if (text === undefined) return undefined;
    const { version = 0, casRequired: cas_required = false, modified } = stored ?? {};
    const about = { name, version, cas_required, modified: modified === undefined ? undefined : rfc3339(modified) };
    return { text, about: defined(about) };
  };

  const remove = async (name: string): Promise<undefined> => {
    const { orRefuse } = await writes();
    await core.policies.remove(orRefuse(() => nameForDelete(name)));
    return undefined;
  };

  const params = { name: folded("policy", "name of the policy; may hold slashes; case does not matter") };
  const input = z.object({
    policy: field.text("the policy in HCL or JSON, plain or base64"),
    cas: field.integer("write only if this is the policy's version; -1: only if there is none (from OpenBao)"),
    cas_required: field.flag("refuse writes without cas from now on (from OpenBao)"),
    expiration: field.anyValue("refused: policies do not expire"),
    ttl: field.anyValue("refused: policies do not expire"),
  });
  const old = {
    summary: "list the ACL policies, as long-standing clients ask",
    answers: Keys.extend({ policies: z.array(z.string()) }),
    handle: async () => {
      const keys = await names();
      return { data: { keys, policies: keys } };
    },
  };
  return [
    path("policies/acl", {
      summary: "names of the ACL policies",
      params: {},
      ops: {
        list: op({
          summary: "list the ACL policies",
          answers: Keys,
          handle: async () => ({ data: { keys: await names() } }),
        }),
      },
    }),
    path("policies/acl/{name+}", {
      summary: "an ACL policy",
      params,
      ops: {
        read: op({
          summary: "read an ACL policy as it was written",
          answers: About.extend({ policy: z.string() }),
          handle: async ({ params: { name } }) => {
            const found = await read(name);
            return found && { data: { ...found.about, policy: found.text } };
          },
        }),
        update: op({
          summary: "write an ACL policy",
          answers: "nothing",
          input,
          handle: async ({ params: { name }, given, input }) =>
            (await writes()).writePolicy(core, { name, given: given.name }, input),
        }),
        patch: op({
          summary: "change what is given of an ACL policy",
          answers: "nothing",
          input,
          handle: async ({ params: { name }, given, input }) =>
            (await writes()).patchPolicy(core, { name, given: given.name }, input),
        }),
        delete: op({
          summary: "delete an ACL policy",
          answers: "nothing",
          handle: (request) => remove(request.params.name),
        }),
      },
    }),
    path("policy", {
      summary: "names of the ACL policies",
      dataInFront: true,
      params: {},
      ops: { list: op(old), read: op(old) },
    }),
    path("policy/{name+}", {
      summary: "an ACL policy, by its older path",
      dataInFront: true,
      params,
      ops: {
        read: op({
          summary: "read an ACL policy as it was written",
          answers: About.extend({ rules: z.string() }),
          handle: async ({ params: { name } }) => {
            const found = await read(name);
            return found && { data: { ...found.about, rules: found.text } };
          },
        }),
        update: op({
          summary: "write an ACL policy",
          answers: "nothing",
          input: input.extend({ rules: field.text("older name of policy") }),
          handle: async ({ params: { name }, given, input }) =>
            (await writes()).writePolicy(core, { name, given: given.name }, input),
        }),
        delete: op({
          summary: "delete an ACL policy",
          answers: "nothing",
          handle: (request) => remove(request.params.name),
        }),
      },
    }),
  ];
};
