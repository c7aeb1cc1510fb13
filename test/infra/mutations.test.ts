import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { Template } from "aws-cdk-lib/assertions";
import { statementsByFunction } from "./support/policies.ts";
import { makeTemplates } from "./support/stacks.ts";

/**
 * S08: whatever is added to the rights of a function is found out by the comparison with the committed list
 * (`rights.test.ts`). The template is changed as a careless or hostile edit would change it.
 */

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null;
interface Role {
  readonly Type: string;
  readonly Properties: Record<string, Json>;
}
interface Document {
  readonly Resources: Record<string, Role>;
}

const committed: unknown = JSON.parse(readFileSync(new URL("./iam.json", import.meta.url), "utf8"));
const original = JSON.stringify(makeTemplates().stateless.toJSON());

/** What the test of rights would say of a changed template. */
const isFoundOut = (change: (document: Document) => void): boolean => {
  const document: Document = JSON.parse(original);
  change(document);
  try {
    expect(JSON.parse(JSON.stringify(statementsByFunction(Template.fromJSON({ ...document }))))).toEqual(committed);
    return false;
  } catch {
    return true;
  }
};

const rolesOf = ({ Resources }: Document): readonly Role[] =>
  Object.values(Resources).filter(({ Type }) => Type === "AWS::IAM::Role");
const roles = rolesOf(JSON.parse(original));

type Statement = { Action: Json; Resource: Json; Condition?: Json; Effect: string };
const statementsIn = (role: Role | undefined): Statement[] => {
  const policies = role?.Properties["Policies"] as unknown as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
};

describe("S08: a change of rights", () => {
  it("is what the test sees: the template as it is passes", () => {
    expect(roles.length).toBeGreaterThan(5);
    expect(isFoundOut(() => undefined)).toBe(false);
  });

  it.each(roles.map((_, index) => index))("of function %d is found out, statement by statement", (index) => {
    const passed: string[] = [];
    const count = statementsIn(roles[index]).length;
    for (let at = 0; at < count; at += 1) {
      const mutants: Readonly<Record<string, (statement: Statement) => void>> = {
        "one more action": (one) => {
          one.Action = [one.Action, "s3:GetObject"].flat();
        },
        "every action of a service": (one) => {
          one.Action = "dynamodb:*";
        },
        "one more resource": (one) => {
          one.Resource = [one.Resource, "arn:aws:s3:::other/*"].flat();
        },
        "no condition": (one) => {
          if (one.Condition === undefined) one.Action = "*";
          else delete one.Condition;
        },
      };
      for (const [what, mutate] of Object.entries(mutants)) {
        const found = isFoundOut((document) => {
          const statement = statementsIn(rolesOf(document)[index])[at];
          if (statement) mutate(statement);
        });
        if (!found) passed.push(`statement ${at}: ${what}`);
      }
    }
    expect(count).toBeGreaterThan(0);
    expect(passed).toEqual([]);
  });

  it("by a managed policy, a policy next to the role or another role is found out", () => {
    const extra = {
      Type: "AWS::IAM::Policy",
      Properties: { PolicyName: "x", PolicyDocument: { Statement: [] }, Roles: [] },
    };
    expect([
      isFoundOut((document) => {
        const [role] = rolesOf(document);
        if (role) role.Properties["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/AdministratorAccess"];
      }),
      isFoundOut(({ Resources }) => {
        Resources["Extra"] = extra;
      }),
      isFoundOut((document) => {
        const [role] = rolesOf(document);
        if (role) document.Resources["OtherRole00000000"] = role;
      }),
    ]).toEqual([true, true, true]);
  });
});
