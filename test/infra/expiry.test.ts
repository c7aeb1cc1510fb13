import { describe, expect, it } from "@jest/globals";
import { Match } from "aws-cdk-lib/assertions";
import { EVERY_OPTION, makeTemplates, propertiesOf } from "./support/stacks.ts";

const { stateless } = makeTemplates();
const chosen = makeTemplates(EVERY_OPTION).stateless;

describe("expiry", () => {
  it("wakes each function with work by the clock every minute, and does not repeat that beside the next", () => {
    stateless.hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: "rate(1 minute)",
      Targets: ["login", "dynamic", "revoke", "system"].map((name) =>
        Match.objectLike({
          Arn: { "Fn::GetAtt": [Match.stringLikeRegexp(`^${name}Function`), "Arn"] },
          Input: '{"source":"zeroth.schedule"}',
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
        }),
      ),
    });
  });

  it("hears of leases and tokens that DynamoDB removed by itself, and of nothing else", () => {
    const [{ FilterCriteria } = {}] = propertiesOf(stateless, "AWS::Lambda::EventSourceMapping");
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
    const names = propertiesOf(stateless, "AWS::CloudWatch::Alarm").map(({ AlarmName }) => AlarmName);

    expect(names).toMatchInlineSnapshot(`
[
  "zeroth-lease-irrevocable",
  "zeroth-lease-revoked-late",
  "zeroth-root-generated",
  "zeroth-open-refused",
  "zeroth-audit-failed",
  "zeroth-schedule-failed",
  "zeroth-storage-unavailable",
  "zeroth-login-replayed",
  "zeroth-login-errors",
  "zeroth-login-throttles",
  "zeroth-dynamic-errors",
  "zeroth-dynamic-throttles",
  "zeroth-policy-errors",
  "zeroth-policy-throttles",
  "zeroth-wrapping-errors",
  "zeroth-wrapping-throttles",
  "zeroth-revoke-errors",
  "zeroth-revoke-throttles",
  "zeroth-system-errors",
  "zeroth-system-throttles",
  "zeroth-kv-errors",
  "zeroth-kv-throttles",
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
