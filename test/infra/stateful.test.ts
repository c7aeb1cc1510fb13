import { describe, expect, it } from "@jest/globals";
import { Match } from "aws-cdk-lib/assertions";
import { makeTemplates, propertiesOf } from "./support/stacks.ts";

const { stateful } = makeTemplates();

interface KeyStatement {
  readonly Action: string | readonly string[];
  readonly Condition?: unknown;
}

/** Every role below the deployment's path. */
const roles = (name: string) => ({
  "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, ":iam::", { Ref: "AWS::AccountId" }, `:role/zeroth/${name}/*`]],
});

describe("what must survive", () => {
  it.each(["AWS::KMS::Key", "AWS::DynamoDB::GlobalTable", "AWS::S3::Bucket"])("keeps every %s", (type) => {
    // Kept by every deletion but the roll-back of its own creation: a first deployment that fails can be tried again.
    stateful.allResources(type, { DeletionPolicy: "RetainExceptOnCreate", UpdateReplacePolicy: "Retain" });
  });

  it("makes one table with string keys, the expiry index and DynamoDB's own expiry", () => {
    stateful.hasResourceProperties("AWS::DynamoDB::GlobalTable", {
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      AttributeDefinitions: Match.arrayWith([
        { AttributeName: "bucket", AttributeType: "S" },
        { AttributeName: "exp", AttributeType: "N" },
      ]),
      GlobalSecondaryIndexes: [
        {
          IndexName: "expiry",
          KeySchema: [
            { AttributeName: "bucket", KeyType: "HASH" },
            { AttributeName: "exp", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
      TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
      StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
      BillingMode: "PAY_PER_REQUEST",
    });
  });

  it("protects the table from deletion, backs it up for 35 days and encrypts it with the key", () => {
    stateful.hasResourceProperties("AWS::DynamoDB::GlobalTable", {
      SSESpecification: { SSEEnabled: true, SSEType: "KMS" },
      Replicas: [
        Match.objectLike({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
          SSESpecification: { KMSMasterKeyId: { "Fn::GetAtt": [Match.stringLikeRegexp("^Key"), "Arn"] } },
        }),
      ],
    });
  });

  it("lets nobody but functions read or write items, whatever IAM allows", () => {
    stateful.hasResourceProperties("AWS::DynamoDB::GlobalTable", {
      Replicas: [
        Match.objectLike({
          ResourcePolicy: {
            PolicyDocument: Match.objectLike({
              Statement: [
                Match.objectLike({
                  Effect: "Deny",
                  Principal: { AWS: "*" },
                  Action: Match.arrayWith(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"]),
                  Condition: { ArnNotLike: { "aws:PrincipalArn": roles("zeroth") } },
                }),
              ],
            }),
          },
        }),
      ],
    });
  });

  it("rotates the key, waits 30 days before deleting it, and deletes it only with a second factor", () => {
    stateful.hasResourceProperties("AWS::KMS::Key", {
      EnableKeyRotation: true,
      PendingWindowInDays: 30,
      KeyPolicy: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: "Deny",
            Action: "kms:ScheduleKeyDeletion",
            Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } },
          }),
        ]),
      }),
    });
  });

  it("lets the account administer the key without using it", () => {
    const [{ KeyPolicy } = {}] = propertiesOf(stateful, "AWS::KMS::Key") as [
      { KeyPolicy?: { Statement: KeyStatement[] } },
    ];
    const uses = (KeyPolicy?.Statement ?? []).filter(
      ({ Action, Condition }) =>
        [Action].flat().some((action) => /Decrypt|DataKey|^kms:\*$/.test(action)) && !Condition,
    );

    expect(uses).toEqual([]);
  });

  it("unwraps data keys for the functions' roles alone, and only under the product's context", () => {
    stateful.hasResourceProperties("AWS::KMS::Key", {
      KeyPolicy: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({
            Sid: "FunctionsUseDataKeys",
            Condition: {
              ArnLike: { "aws:PrincipalArn": roles("zeroth") },
              StringEquals: { "kms:EncryptionContext:app": "zeroth", "kms:EncryptionContext:table": "zeroth" },
              Null: { "kms:EncryptionContext:domain": "false" },
            },
          }),
        ]),
      }),
    });
  });

  it("keeps failed expiry records encrypted, private and for 90 days", () => {
    stateful.hasResourceProperties("AWS::S3::Bucket", {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          Match.objectLike({ ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: "aws:kms" }) }),
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 90 })] },
    });
  });
});
