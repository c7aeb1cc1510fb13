import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { type EmptyReply, field, folded, invalidRequest, Keys, op, path } from "../../framework/index.ts";
import { listedPolicyNames, nameForDelete, nameForWrite, PolicyError } from "../../policy/index.ts";
import { plainText } from "../../std/base64.ts";
import { restate } from "../../std/restate.ts";
import { cut } from "../../std/shown.ts";

/**
 * `sys/policies/acl` and its older spelling `sys/policy`: ACL policies. A change holds on every token's next request.
 */

const RULES_DEPRECATED = "'rules' is deprecated, please use 'policy' instead";

const orRefuse = <T>(check: () => T): T =>
  restate(PolicyError, (cause) => invalidRequest(cause.wire, { cause }), check);

interface Given {
  readonly policy: string | undefined;
  readonly rules?: string | undefined;
}

export const policyPaths = (core: Core) => {
  const names = async (): Promise<readonly string[]> => listedPolicyNames(await core.policies.list());

  const read = async (name: string) => {
    const policy = await core.policies.get(name);
    return policy && { name, text: policy.text };
  };

  const write = async (captured: string, given: string, input: Given): Promise<EmptyReply | undefined> => {
    const name = orRefuse(() => nameForWrite(captured));
    const old = input.policy === undefined || input.policy === "" ? (input.rules ?? "") : "";
    const text = old === "" ? (input.policy ?? "") : old;
    if (text === "") throw invalidRequest("'policy' parameter not supplied or empty");
    await core.policies.put(name, plainText(text));
    const warnings = [
      ...(name === given ? [] : [`policy name was converted to ${cut(name)}`]),
      ...(old === "" ? [] : [RULES_DEPRECATED]),
    ];
    return warnings.length === 0 ? undefined : { warnings };
  };

  const remove = async (name: string): Promise<undefined> => {
    await core.policies.remove(orRefuse(() => nameForDelete(name)));
    return undefined;
  };

  const params = { name: folded("policy", "name of the policy; may hold slashes; case does not matter") };
  const policy = field.text("the policy in HCL or JSON, plain or base64");
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
          answers: z.object({ name: z.string(), policy: z.string() }),
          handle: async ({ params: { name } }) => {
            const found = await read(name);
            return found && { data: { name: found.name, policy: found.text } };
          },
        }),
        update: op({
          summary: "write an ACL policy",
          answers: "nothing",
          input: z.object({ policy }),
          handle: ({ params: { name }, given, input }) => write(name, given.name, input),
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
          answers: z.object({ name: z.string(), rules: z.string() }),
          handle: async ({ params: { name } }) => {
            const found = await read(name);
            return found && { data: { name: found.name, rules: found.text } };
          },
        }),
        update: op({
          summary: "write an ACL policy",
          answers: "nothing",
          input: z.object({ policy, rules: field.text("older name of policy") }),
          handle: ({ params: { name }, given, input }) => write(name, given.name, input),
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
