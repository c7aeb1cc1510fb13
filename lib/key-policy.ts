import {
  AccountRootPrincipal,
  AnyPrincipal,
  Effect,
  PolicyDocument,
  PolicyStatement,
  type PolicyStatementProps,
} from "aws-cdk-lib/aws-iam";
import { Aws } from "aws-cdk-lib/core";
import { APP, ENCRYPTION_CONTEXT } from "../src/contract/table.ts";

/**
 * What the key and the table themselves allow, whatever IAM says elsewhere.
 *
 * Security: IAM alone would let every administrator of the account open secrets. The key policy gives the account
 * administration of the key but no use of it: unwrapping a data key takes a role below the deployment's own role path
 * and the product's encryption context. Functions are named by role path, not by role, because the roles live in the
 * other stack and a key policy may only name principals that exist.
 */

/** Every function's role is below this path; nothing else may be. */
export const rolePath = (name: string): string => `/zeroth/${name}/`;

const functionRoles = (name: string): string => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role${rolePath(name)}*`;

const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListAliases",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:RetireGrant",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];

const onKey = (props: Omit<PolicyStatementProps, "resources">) => new PolicyStatement({ ...props, resources: ["*"] });

/** The policy of the key. `name` is the deployment's, which is also the table identity in the encryption context. */
export const keyPolicy = (name: string): PolicyDocument =>
  new PolicyDocument({
    statements: [
      onKey({ sid: "Administer", principals: [new AccountRootPrincipal()], actions: ADMINISTRATION }),
      onKey({
        sid: "DeleteOnlyWithSecondFactor",
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ["kms:ScheduleKeyDeletion"],
        conditions: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } },
      }),
      onKey({
        sid: "FunctionsUseDataKeys",
        principals: [new AccountRootPrincipal()],
        actions: ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"],
        conditions: {
          ArnLike: { "aws:PrincipalArn": functionRoles(name) },
          StringEquals: {
            [`kms:EncryptionContext:${ENCRYPTION_CONTEXT.app}`]: APP,
            [`kms:EncryptionContext:${ENCRYPTION_CONTEXT.table}`]: name,
          },
          Null: { [`kms:EncryptionContext:${ENCRYPTION_CONTEXT.domain}`]: "false" },
        },
      }),
      onKey({
        sid: "TableAndBucketAtRest",
        principals: [new AccountRootPrincipal()],
        actions: [
          "kms:CreateGrant",
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ],
        conditions: {
          StringEquals: {
            "kms:CallerAccount": Aws.ACCOUNT_ID,
            "kms:ViaService": [`dynamodb.${Aws.REGION}.amazonaws.com`, `s3.${Aws.REGION}.amazonaws.com`],
          },
        },
      }),
    ],
  });

/**
 * The policy of the table: only the functions read and write items. Anyone who could write to the table could
 * not read a secret, but could put yesterday's sealed item back; administration (backup, restore, settings) is not
 * touched.
 */
export const tablePolicy = (name: string): PolicyDocument =>
  new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: "ItemsOnlyForFunctions",
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [
          "dynamodb:BatchGetItem",
          "dynamodb:BatchWriteItem",
          "dynamodb:ConditionCheckItem",
          "dynamodb:DeleteItem",
          "dynamodb:GetItem",
          "dynamodb:PartiQLDelete",
          "dynamodb:PartiQLInsert",
          "dynamodb:PartiQLSelect",
          "dynamodb:PartiQLUpdate",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:Scan",
          "dynamodb:UpdateItem",
        ],
        // The table's own ARN cannot be named here: the policy is part of the table.
        resources: ["*"],
        conditions: { ArnNotLike: { "aws:PrincipalArn": functionRoles(name) } },
      }),
    ],
  });
