import { describe, expect, it } from "@jest/globals";
import { Match } from "aws-cdk-lib/assertions";
import { HOMES } from "../../src/catalog.ts";
import { FUNCTION_TABLE } from "../../src/contract/functions.ts";
import { deployedFunctions } from "../../src/contract/homes.ts";
import { METRICS } from "../../src/contract/metrics.ts";
import { SWEEPERS } from "../../src/contract/schedule.ts";
import { EXPIRY_SHARDS } from "../../src/contract/table.ts";
import { EVERY_OPTION, makeTemplates, propertiesOf } from "./support/stacks.ts";

const { stateless } = makeTemplates();
const chosen = makeTemplates(EVERY_OPTION).stateless;

describe("expiry", () => {
  it("wakes each function with scheduled work every minute, and does not retry while the next one runs", () => {
    stateless.hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: "rate(1 minute)",
      Targets: ["login", "keys", "dynamic", "revoke", "system"].map((name) =>
        Match.objectLike({
          Arn: { "Fn::GetAtt": [Match.stringLikeRegexp(`^${name}Function`), "Arn"] },
          Input: '{"source":"zeroth.schedule"}',
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
        }),
      ),
    });
  });

  it("has four sweepers walk the expiry index every minute, each its own part, all of it together", () => {
    const sweeps = propertiesOf(stateless, "AWS::Events::Rule").flatMap(({ ScheduleExpression, Targets }) =>
      ScheduleExpression === "rate(1 minute)" ? (Targets as { Arn: object; Input: string; RetryPolicy: object }[]) : [],
    );
    const parts = sweeps.map(({ Input, ...rest }) => ({ ...rest, order: JSON.parse(Input) }));
    const own = parts.filter(({ order }) => order.source === "zeroth.sweep");

    expect(own.map(({ order }) => [order.part, order.of])).toEqual([0, 1, 2, 3].map((part) => [part, SWEEPERS]));
    expect(EXPIRY_SHARDS % SWEEPERS).toBe(0);
    for (const { Arn, RetryPolicy } of own) {
      expect(JSON.stringify(Arn)).toContain("revokeFunction");
      expect(RetryPolicy).toEqual({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    }
  });

  it("F66: has environments of its own when the rest of the account is busy, unless told otherwise", () => {
    const reserved = (options: Parameters<typeof makeTemplates>[0]) =>
      propertiesOf(makeTemplates(options).stateless, "AWS::Lambda::Function")
        .filter(({ Description }) => Description === "Zeroth zeroth: revoke")
        .map(({ ReservedConcurrentExecutions }) => ReservedConcurrentExecutions);

    expect(reserved({})).toEqual([20]);
    expect(reserved({ revokeConcurrency: "none" })).toEqual([undefined]);
    // Runs of the sweepers may overlap, and the other orders and the stream need room too.
    expect(20).toBeGreaterThanOrEqual(2 * SWEEPERS + 2);
  });

  it("hears of leases and tokens that DynamoDB removed by itself, and of nothing else", () => {
    const [{ FilterCriteria } = {}] = propertiesOf(stateless, "AWS::Lambda::EventSourceMapping").filter(
      ({ StartingPosition }) => StartingPosition === "TRIM_HORIZON",
    );
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

  it("hears of new challenges at once, and looks for open ones every minute", () => {
    stateless.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      FunctionName: { Ref: Match.stringLikeRegexp("^challengesFunction") },
      StartingPosition: "LATEST",
      MaximumRetryAttempts: 0,
      MaximumRecordAgeInSeconds: 60,
      FilterCriteria: {
        Filters: [
          { Pattern: '{"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"challenge#open#"}]}}}}' },
        ],
      },
    });
    stateless.hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: "rate(1 minute)",
      Targets: [
        Match.objectLike({
          Arn: { "Fn::GetAtt": [Match.stringLikeRegexp("^challengesFunction"), "Arn"] },
          Input: '{"source":"zeroth.schedule"}',
        }),
      ],
    });
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

describe("an order of the schedule", () => {
  it("ages out in a minute, is not repeated, and is kept when it was given up (R4)", () => {
    const orders = propertiesOf(stateless, "AWS::Lambda::EventInvokeConfig");

    expect(orders).toHaveLength(
      deployedFunctions(HOMES).filter((name) => FUNCTION_TABLE[name].scheduled !== undefined).length,
    );
    for (const order of orders)
      expect(order).toMatchObject({
        Qualifier: "$LATEST",
        MaximumEventAgeInSeconds: 60,
        MaximumRetryAttempts: 0,
        DestinationConfig: {
          OnFailure: { Destination: { "Fn::ImportValue": expect.stringMatching("Failures.*Arn") } },
        },
      });
  });
});

describe("the alarms", () => {
  interface Series {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions?: readonly { readonly Name: string }[];
  }
  /** Every series an alarm looks at, also inside an expression. */
  const seriesOf = (alarm: Record<string, unknown>): readonly Series[] => {
    const { Metrics } = alarm as { Metrics?: readonly { readonly MetricStat?: { readonly Metric: Series } }[] };
    return Metrics
      ? Metrics.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []))
      : [alarm as unknown as Series];
  };
  /** The dimensions AWS publishes a metric by, as its documentation lists them. */
  const PUBLISHED: Readonly<Record<string, readonly string[]>> = {
    "AWS/Lambda Errors": ["FunctionName"],
    "AWS/Lambda Throttles": ["FunctionName"],
    "AWS/Lambda IteratorAge": ["FunctionName"],
    "AWS/Lambda AsyncEventsDropped": ["FunctionName"],
    "AWS/Lambda ConcurrentExecutions": [""],
    "AWS/Lambda OnFailureDestinationDeliveredEventCount": ["EventSourceMappingUUID"],
    "AWS/Lambda DroppedEventCount": ["EventSourceMappingUUID"],
    "AWS/ApiGateway 5xx": ["ApiId"],
    "AWS/ApiGateway Latency": ["ApiId"],
    "AWS/DynamoDB ReadThrottleEvents": ["TableName"],
    "AWS/DynamoDB WriteThrottleEvents": ["TableName"],
    "AWS/Events FailedInvocations": ["RuleName"],
    "AWS/Events MatchedEvents": ["RuleName"],
  };

  it("can fire: each looks at a series that is published under these dimensions (F9)", () => {
    const series = propertiesOf(stateless, "AWS::CloudWatch::Alarm").flatMap(seriesOf);
    const wrong = series.filter(({ Namespace, MetricName, Dimensions = [] }) => {
      const by = Dimensions.map(({ Name }) => Name).join(",");
      return Namespace === "Zeroth" ? by !== "Deployment" : !PUBLISHED[`${Namespace} ${MetricName}`]?.includes(by);
    });

    expect(series.length).toBeGreaterThan(30);
    expect(wrong).toEqual([]);
  });

  it("of two deployments in one account look at different series (R7)", () => {
    const own = (template: typeof stateless) =>
      propertiesOf(template, "AWS::CloudWatch::Alarm")
        .flatMap(seriesOf)
        .filter(({ Namespace }) => Namespace === "Zeroth")
        .map((one) => JSON.stringify(one.Dimensions));

    expect(new Set(own(stateless))).toEqual(new Set([JSON.stringify([{ Name: "Deployment", Value: "zeroth" }])]));
    expect(new Set(own(chosen))).toEqual(new Set([JSON.stringify([{ Name: "Deployment", Value: "vault" }])]));
  });

  it("watch everything the program counts (R8)", () => {
    const watched = propertiesOf(stateless, "AWS::CloudWatch::Alarm").map(({ MetricName }) => MetricName);

    expect(Object.values(METRICS).filter((name) => !watched.includes(name))).toEqual([]);
  });

  it("are these", () => {
    const names = propertiesOf(stateless, "AWS::CloudWatch::Alarm").map(({ AlarmName }) => AlarmName);

    expect(names).toMatchInlineSnapshot(`
[
  "zeroth-lease-irrevocable",
  "zeroth-lease-retried",
  "zeroth-leases-overdue",
  "zeroth-lease-revoked-late",
  "zeroth-root-generated",
  "zeroth-sealed",
  "zeroth-unsealed",
  "zeroth-open-refused",
  "zeroth-audit-failed",
  "zeroth-schedule-failed",
  "zeroth-revocation-list-overdue",
  "zeroth-storage-unavailable",
  "zeroth-internal-errors",
  "zeroth-storage-retried",
  "zeroth-outgoing-failed",
  "zeroth-sweeper-backlog",
  "zeroth-sweeper-silent",
  "zeroth-login-replayed",
  "zeroth-login-errors",
  "zeroth-login-throttles",
  "zeroth-keys-errors",
  "zeroth-keys-throttles",
  "zeroth-policy-errors",
  "zeroth-policy-throttles",
  "zeroth-wrapping-errors",
  "zeroth-wrapping-throttles",
  "zeroth-challenges-errors",
  "zeroth-challenges-throttles",
  "zeroth-dynamic-errors",
  "zeroth-dynamic-throttles",
  "zeroth-revoke-errors",
  "zeroth-revoke-throttles",
  "zeroth-system-errors",
  "zeroth-system-throttles",
  "zeroth-kv-errors",
  "zeroth-kv-throttles",
  "zeroth-schedule-unreachable",
  "zeroth-schedule-dropped",
  "zeroth-key-changed",
  "zeroth-concurrency",
  "zeroth-stream-late",
  "zeroth-stream-failures",
  "zeroth-stream-dropped",
  "zeroth-api-5xx",
  "zeroth-api-slow",
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
