import { describe, expect, it } from "@jest/globals";
import { Match } from "aws-cdk-lib/assertions";
import { EVERY_OPTION, makeTemplates } from "./support/stacks.ts";

const { stateful, stateless } = makeTemplates();
const chosen = makeTemplates(EVERY_OPTION).stateless;

/** All resources of a type, in the order of the template. */
const all = (template: typeof stateless, type: string): Record<string, unknown>[] =>
  Object.values(template.findResources(type)).map(
    (it: { Properties?: Record<string, unknown> }) => it.Properties ?? {},
  );

describe("what must survive", () => {
  it.each(["AWS::KMS::Key", "AWS::DynamoDB::GlobalTable", "AWS::S3::Bucket"])("keeps every %s", (type) => {
    stateful.allResources(type, { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
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
    const [{ KeyPolicy } = {}] = all(stateful, "AWS::KMS::Key") as [{ KeyPolicy?: { Statement: KeyStatement[] } }];
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

interface KeyStatement {
  readonly Action: string | readonly string[];
  readonly Condition?: unknown;
}

/** Every role below the deployment's path. */
const roles = (name: string) => ({
  "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, ":iam::", { Ref: "AWS::AccountId" }, `:role/zeroth/${name}/*`]],
});

describe("the functions", () => {
  it("all run Node 24 on arm64 with their own role and log", () => {
    stateless.resourceCountIs("AWS::Lambda::Function", 7);
    stateless.allResourcesProperties("AWS::Lambda::Function", {
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Handler: "index.handler",
      LoggingConfig: { LogFormat: "Text", LogGroup: Match.anyValue() },
    });
  });

  it("carry names in their environment and nothing that is secret", () => {
    const names = all(stateless, "AWS::Lambda::Function").flatMap(({ Environment }) =>
      Object.keys((Environment as { Variables: Record<string, unknown> }).Variables),
    );

    expect([...new Set(names)].sort()).toEqual([
      "ZEROTH_DOMAINS",
      "ZEROTH_FUNCTION",
      "ZEROTH_KEY_ID",
      "ZEROTH_PEERS",
      "ZEROTH_TABLE_IDENTITY",
      "ZEROTH_TABLE_NAME",
    ]);
  });

  it("end before whoever waits for them gives up", () => {
    const seconds = Object.fromEntries(
      all(stateless, "AWS::Lambda::Function").map(({ Description, Timeout }) => [Description, Timeout]),
    );

    expect(seconds).toEqual({
      "Zeroth zeroth: login": 26,
      "Zeroth zeroth: dynamic": 26,
      "Zeroth zeroth: policy": 26,
      "Zeroth zeroth: wrapping": 26,
      "Zeroth zeroth: system": 26,
      "Zeroth zeroth: revoke": 300,
      "Zeroth zeroth: kv": 28,
    });
  });

  it("may be called by this API, this schedule and nobody else", () => {
    const callers = all(stateless, "AWS::Lambda::Permission");

    expect(callers.filter(({ SourceArn }) => SourceArn === undefined)).toEqual([]);
    expect([...new Set(callers.map(({ Principal }) => Principal))].sort()).toEqual([
      "apigateway.amazonaws.com",
      "events.amazonaws.com",
    ]);
  });

  it("keep their logs as long as the settings say, even when the stack goes", () => {
    chosen.allResources("AWS::Logs::LogGroup", {
      DeletionPolicy: "Retain",
      Properties: Match.objectLike({ RetentionInDays: 30 }),
    });
  });

  it("run in the subnets of the databases where they reach databases", () => {
    const inside = all(chosen, "AWS::Lambda::Function")
      .filter(({ VpcConfig }) => VpcConfig !== undefined)
      .map(({ Description }) => Description);

    expect(inside).toEqual(["Zeroth vault: dynamic", "Zeroth vault: revoke"]);
  });

  it("use a restored table under its own name, and its data keys under the first name", () => {
    chosen.allResourcesProperties("AWS::Lambda::Function", {
      Environment: { Variables: { ZEROTH_TABLE_NAME: "vault-restored", ZEROTH_TABLE_IDENTITY: "vault" } },
    });
  });
});

describe("the API", () => {
  it("sends well-known paths straight to their function and everything else to kv", () => {
    const integrations = stateless.findResources("AWS::ApiGatewayV2::Integration");
    const table = all(stateless, "AWS::ApiGatewayV2::Route").map(({ RouteKey, Target }) => {
      const [, { Ref = "" } = {}] = (Target as { "Fn::Join": [string, [string, { Ref?: string }]] })["Fn::Join"][1];
      const uri = integrations[Ref]?.["Properties"]?.IntegrationUri?.["Fn::GetAtt"]?.[0];
      return `${RouteKey} -> ${String(uri).replace(/Function[0-9A-F]{8}$/, "")}`;
    });

    expect(table).toMatchInlineSnapshot(`
[
  "$default -> kv",
  "ANY /v1/auth/{path+} -> login",
  "ANY /v1/sys/policies/{path+} -> policy",
  "ANY /v1/sys/policy -> policy",
  "ANY /v1/sys/policy/{path+} -> policy",
  "ANY /v1/sys/capabilities -> policy",
  "ANY /v1/sys/capabilities-self -> policy",
  "ANY /v1/sys/capabilities-accessor -> policy",
  "ANY /v1/sys/wrapping/{path+} -> wrapping",
  "ANY /v1/cubbyhole/{path+} -> wrapping",
  "ANY /v1/sys/leases/{path+} -> dynamic",
  "ANY /v1/sys/renew -> dynamic",
  "ANY /v1/sys/renew/{path+} -> dynamic",
  "ANY /v1/sys/revoke -> dynamic",
  "ANY /v1/sys/revoke/{path+} -> dynamic",
  "ANY /v1/sys/{path+} -> system",
  "ANY /v1/identity/{path+} -> system",
]
`);
  });

  it("speaks payload 2.0", () => {
    stateless.allResourcesProperties("AWS::ApiGatewayV2::Integration", { PayloadFormatVersion: "2.0" });
  });

  it("throttles all requests, and logins more", () => {
    stateless.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
      StageName: "$default",
      DefaultRouteSettings: { ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 2000 },
      RouteSettings: { "ANY /v1/auth/{path+}": { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 } },
    });
  });

  it("makes the stage after the route it throttles", () => {
    const [route] = Object.keys(
      stateless.findResources("AWS::ApiGatewayV2::Route", { Properties: { RouteKey: "ANY /v1/auth/{path+}" } }),
    );

    stateless.hasResource("AWS::ApiGatewayV2::Stage", { DependsOn: Match.arrayWith([route]) });
  });

  it("logs each access without path, query, header or body", () => {
    const [{ AccessLogSettings } = {}] = all(stateless, "AWS::ApiGatewayV2::Stage");
    const { Format } = AccessLogSettings as { Format: string };
    const variables = [...Format.matchAll(/\$context\.[A-Za-z.]+/g)].map(([text]) => text);

    expect(variables.sort()).toEqual([
      "$context.error.responseType",
      "$context.httpMethod",
      "$context.identity.sourceIp",
      "$context.integration.latency",
      "$context.integration.status",
      "$context.protocol",
      "$context.requestId",
      "$context.requestTimeEpoch",
      "$context.responseLatency",
      "$context.responseLength",
      "$context.routeKey",
      "$context.status",
    ]);
  });

  it("answers no browser of another origin", () => {
    stateless.hasResourceProperties("AWS::ApiGatewayV2::Api", { CorsConfiguration: Match.absent() });
  });

  it("asks for client certificates and closes the generated address under an own name", () => {
    chosen.hasResourceProperties("AWS::ApiGatewayV2::DomainName", {
      MutualTlsAuthentication: { TruststoreUri: "s3://trusted/ca.pem" },
    });
    chosen.hasResourceProperties("AWS::ApiGatewayV2::Api", { DisableExecuteApiEndpoint: true });
  });
});

describe("expiry", () => {
  it("sweeps every minute and does not repeat a sweep beside the next", () => {
    stateless.hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: "rate(1 minute)",
      Targets: [Match.objectLike({ RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } })],
    });
  });

  it("hears of leases and tokens that DynamoDB removed by itself, and of nothing else", () => {
    const [{ FilterCriteria } = {}] = all(stateless, "AWS::Lambda::EventSourceMapping");
    const patterns = (FilterCriteria as { Filters: { Pattern: string }[] }).Filters.map(({ Pattern }) =>
      JSON.parse(Pattern),
    );

    expect(patterns).toEqual(
      ["lease#", "token#"].map((prefix) => ({
        eventName: ["REMOVE"],
        userIdentity: { type: ["Service"], principalId: ["dynamodb.amazonaws.com"] },
        dynamodb: { Keys: { pk: { S: [{ prefix }] } } },
      })),
    );
  });

  it("retries a failed record alone, within limits, and then keeps it in the bucket", () => {
    stateless.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 21600,
      StartingPosition: "TRIM_HORIZON",
      DestinationConfig: {
        OnFailure: { Destination: { "Fn::ImportValue": Match.stringLikeRegexp("Failures.*Arn") } },
      },
    });
  });
});

describe("the alarms", () => {
  it("are these", () => {
    const names = all(stateless, "AWS::CloudWatch::Alarm").map(({ AlarmName }) => AlarmName);

    expect(names).toMatchInlineSnapshot(`
[
  "zeroth-lease-irrevocable",
  "zeroth-lease-revoked-late",
  "zeroth-root-generated",
  "zeroth-open-refused",
  "zeroth-audit-failed",
  "zeroth-storage-unavailable",
  "zeroth-login-replayed",
  "zeroth-login-errors",
  "zeroth-login-throttles",
  "zeroth-kv-errors",
  "zeroth-kv-throttles",
  "zeroth-dynamic-errors",
  "zeroth-dynamic-throttles",
  "zeroth-policy-errors",
  "zeroth-policy-throttles",
  "zeroth-wrapping-errors",
  "zeroth-wrapping-throttles",
  "zeroth-system-errors",
  "zeroth-system-throttles",
  "zeroth-revoke-errors",
  "zeroth-revoke-throttles",
  "zeroth-sweeper-silent",
  "zeroth-stream-late",
  "zeroth-stream-failures",
  "zeroth-stream-dropped",
  "zeroth-api-5xx",
  "zeroth-table-throttled",
]
`);
  });

  it("all say what they mean", () => {
    stateless.allResourcesProperties("AWS::CloudWatch::Alarm", { AlarmDescription: Match.stringLikeRegexp(".{20,}") });
  });

  it("treat a silent sweeper as broken, and silence elsewhere as well", () => {
    stateless.hasResourceProperties("AWS::CloudWatch::Alarm", {
      AlarmName: "zeroth-sweeper-silent",
      TreatMissingData: "breaching",
      ComparisonOperator: "LessThanThreshold",
    });
    stateless.hasResourceProperties("AWS::CloudWatch::Alarm", {
      AlarmName: "zeroth-lease-irrevocable",
      TreatMissingData: "notBreaching",
      Threshold: 0,
    });
  });

  it("tell the topic where one is named", () => {
    chosen.allResourcesProperties("AWS::CloudWatch::Alarm", {
      AlarmActions: [EVERY_OPTION.alarmTopic],
    });
  });
});
