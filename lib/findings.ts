import { Stack, Validations } from "aws-cdk-lib/core";
import type { IConstruct } from "constructs";
import { FUNCTION_TABLE } from "../src/contract/functions.ts";
import type { StatefulStack } from "./stateful-stack.ts";
import type { StatelessStack } from "./stateless-stack.ts";
import type { Places } from "./statements.ts";
import type { VaultApi } from "./vault-api.ts";
import { functionOf } from "./zeroth-function.ts";

/**
 * Findings of the rule checker (cdk-nag, AwsSolutions) that are meant to be so. Each names one finding on one construct
 * and why; anything else the checker finds stops the synthesis. A wildcard that is not listed here does not pass.
 */

const acknowledge = (scope: IConstruct, id: string, reason: string): void =>
  Validations.of(scope).acknowledge({ id: `AwsSolutions-${id}`, reason });

const acknowledgeWildcard = (scope: IConstruct, resource: string, reason: string): void =>
  acknowledge(scope, `IAM5[Resource::${resource}]`, reason);

export const acknowledgeStateful = (stack: StatefulStack): void => {
  acknowledge(
    stack.failures,
    "S1",
    "Lambda alone writes here, an object per failed batch; who reads one is for a trail with data events to tell (docs/deploy.md), and a log bucket would need a log bucket",
  );
};

export const acknowledgeStateless = (stack: StatelessStack, front: VaultApi, places: Places): void => {
  acknowledge(
    front.api,
    "APIG4",
    "Vault's tokens are checked in the functions on every request: an authorizer would cache its answer and keep a revoked token alive",
  );

  const login = functionOf(stack.functions, "login");
  const revoke = functionOf(stack.functions, "revoke");
  for (const kind of ["role", "user", "instance-profile"])
    acknowledgeWildcard(
      login.role,
      `arn:<AWS::Partition>:iam::<AWS::AccountId>:${kind}/*`,
      "Any principal of the account may log in; which of them may is decided by Vault's roles. Read access only",
    );
  acknowledgeWildcard(
    login.role,
    "arn:<AWS::Partition>:ssm:*:<AWS::AccountId>:managed-instance/*",
    "Any hybrid node, in whatever Region it is registered, may log in. Read access only",
  );
  acknowledgeWildcard(
    login.role,
    "*",
    "ec2:DescribeInstances and ssm:DescribeInstanceInformation know no resources; read access only",
  );
  const { issuedUsersPath } = places.settings;
  if (issuedUsersPath !== undefined)
    for (const { role } of [functionOf(stack.functions, "dynamic"), revoke]) {
      for (const kind of ["user", "group"])
        acknowledgeWildcard(
          role,
          `arn:<AWS::Partition>:iam::<AWS::AccountId>:${kind}${issuedUsersPath}*`,
          "Users made for leases have names of their own; they are below the path that the operator chose",
        );
      acknowledgeWildcard(
        role,
        "arn:<AWS::Partition>:iam::<AWS::AccountId>:user/*",
        "A user that is not there has no path; iam:GetUser alone, read access only",
      );
    }
  for (const { role } of [revoke, functionOf(stack.functions, "challenges")])
    acknowledgeWildcard(role, "*", "dynamodb:ListStreams knows no resources; Lambda asks for it");
  const failures: { "Fn::ImportValue": string } = Stack.of(stack).resolve(places.failuresArn);
  const scheduled = [...stack.functions.values()].filter(({ functionName }) => FUNCTION_TABLE[functionName].scheduled);
  for (const { role } of scheduled)
    acknowledgeWildcard(role, `${failures["Fn::ImportValue"]}/*`, "Lambda chooses the names of the objects");

  for (const { role, inVpc } of stack.functions.values())
    if (inVpc) acknowledgeWildcard(role, "*", "Network interfaces are made before they have a name to limit this to");
};
