/**
 * Inline and attached permission policies of users and roles: written, listed, deleted, and never evaluated. Every
 * principal may do everything inside its own account; what another account holds is out of reach.
 */
import type { Call } from "../call.ts";
import { own, type PolicySet } from "../model.ts";
import type { QueryOperation } from "../operation.ts";
import type { QueryParams } from "../query.ts";
import { AwsError } from "../wire.ts";
import { findGroup } from "./groups.ts";
import { findRole, findUser, whole } from "./names.ts";

const POLICY_ARN = /^arn:aws:iam::(?:aws|\d{12}):policy\/[\w+=,.@/-]+$/;

const nameOfPolicy = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

const jsonDocument = (params: QueryParams): string => {
  const text = params.required("PolicyDocument");
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw new AwsError("MalformedPolicyDocument", "Syntax errors in policy.");
  }
};

const operationsFor = (
  kind: "User" | "Role" | "Group",
  find: (call: Call, params: QueryParams) => { readonly name: string; readonly policies: PolicySet },
): Record<string, QueryOperation> => {
  const inline = (call: Call, params: QueryParams) => {
    const { name, policies } = find(call, params);
    const policyName = params.required("PolicyName");
    const document = own(policies.inline, policyName);
    if (document === undefined) {
      throw new AwsError(
        "NoSuchEntity",
        `The ${kind.toLowerCase()} policy with name ${policyName} cannot be found.`,
        404,
      );
    }
    return { name, policies, policyName, document };
  };
  return {
    [`Put${kind}Policy`]: async (call, params) => {
      const { policies } = find(call, params);
      policies.inline[params.required("PolicyName")] = jsonDocument(params);
      await call.store.save();
      return {};
    },
    [`Get${kind}Policy`]: (call, params) => {
      const { name, policyName, document } = inline(call, params);
      return { [`${kind}Name`]: name, PolicyName: policyName, PolicyDocument: encodeURIComponent(document) };
    },
    [`Delete${kind}Policy`]: async (call, params) => {
      const { policies, policyName } = inline(call, params);
      delete policies.inline[policyName];
      await call.store.save();
      return {};
    },
    [`List${kind}Policies`]: (call, params) => whole("PolicyNames", Object.keys(find(call, params).policies.inline)),
    [`Attach${kind}Policy`]: async (call, params) => {
      const { policies } = find(call, params);
      const arn = params.matching("PolicyArn", POLICY_ARN);
      if (!policies.attached.includes(arn)) policies.attached.push(arn);
      await call.store.save();
      return {};
    },
    [`Detach${kind}Policy`]: async (call, params) => {
      const { attached } = find(call, params).policies;
      const arn = params.required("PolicyArn");
      const at = attached.indexOf(arn);
      if (at < 0) throw new AwsError("NoSuchEntity", `Policy ${arn} was not found.`, 404);
      attached.splice(at, 1);
      await call.store.save();
      return {};
    },
    [`ListAttached${kind}Policies`]: (call, params) =>
      whole(
        "AttachedPolicies",
        find(call, params).policies.attached.map((arn) => ({ PolicyName: nameOfPolicy(arn), PolicyArn: arn })),
      ),
  };
};

export const policyOperations: Readonly<Record<string, QueryOperation>> = {
  ...operationsFor("User", findUser),
  ...operationsFor("Role", findRole),
  ...operationsFor("Group", findGroup),
};
