import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { Match } from "aws-cdk-lib/assertions";
import { HOMES } from "../../src/catalog.ts";
import { FUNCTION_TABLE } from "../../src/contract/functions.ts";
import { deployedFunctions } from "../../src/contract/homes.ts";
import { METRICS, REASONS, TOLD_SIGNALS } from "../../src/contract/metrics.ts";
import { SWEEPERS } from "../../src/contract/schedule.ts";
import { EXPIRY_SHARDS } from "../../src/contract/table.ts";
import { EVERY_OPTION, makeTemplates, propertiesOf } from "./support/stacks.ts";

const { stateless } = makeTemplates();
const chosen = makeTemplates(EVERY_OPTION).stateless;

describe("expiry", () => {
  it("wakes each function with scheduled work every minute, and does not retry while the next one runs", () => {
    stateless.hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: "rate(1 minute)",
      // `revoke` hears of the minute from the orders to sweep.
      Targets: ["login", "keys", "challenges", "dynamic", "system"].map((name) =>
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

  it("hears of new challenges at once", () => {
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

describe.each(["few", "each"] as const)("the alarms, %s", (alarms) => {
  const template = makeTemplates({ alarms }).stateless;
  const all = propertiesOf(template, "AWS::CloudWatch::Alarm");
  /** The dimensions AWS publishes a metric by, as its documentation lists them. */
  const PUBLISHED: Readonly<Record<string, readonly string[]>> = {
    "AWS/Lambda Invocations": ["FunctionName"],
    "AWS/Lambda Errors": ["FunctionName"],
    "AWS/Lambda Throttles": ["FunctionName"],
    "AWS/Lambda IteratorAge": ["FunctionName"],
    "AWS/Lambda AsyncEventsDropped": ["FunctionName"],
    "AWS/Lambda DestinationDeliveryFailures": ["FunctionName"],
    "AWS/Lambda ConcurrentExecutions": [""],
    "AWS/ApiGateway 5xx": ["ApiId"],
    "AWS/ApiGateway Latency": ["ApiId"],
    "AWS/DynamoDB ReadThrottleEvents": ["TableName"],
    "AWS/DynamoDB WriteThrottleEvents": ["TableName"],
    "AWS/Events FailedInvocations": ["RuleName"],
    "AWS/Events MatchedEvents": ["RuleName"],
  };

  it("can fire: each looks at a series that is published under these dimensions (F9)", () => {
    const series = all.flatMap(seriesOf);
    const wrong = series.filter(({ Namespace, MetricName, Dimensions = [] }) => {
      const by = Dimensions.map(({ Name }) => Name).join(",");
      return Namespace === "Zeroth" ? by !== "Deployment" : !PUBLISHED[`${Namespace} ${MetricName}`]?.includes(by);
    });

    expect(series.length).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });

  it("of two deployments in one account look at different series (R7)", () => {
    const own = (name: string): string =>
      JSON.stringify(
        propertiesOf(makeTemplates({ alarms, name }).stateless, "AWS::CloudWatch::Alarm").filter((alarm) =>
          JSON.stringify(alarm).includes("Zeroth"),
        ),
      );

    expect(own("vault")).not.toContain("zeroth");
    expect(own("vault").replaceAll("vault", "other")).toBe(own("other"));
  });

  it("tell of everything the program counts, or of what it comes to (R8)", () => {
    const watched = all.map(({ MetricName }) => MetricName);
    const query = all.flatMap(queriesOf);
    const told = (metric: keyof typeof METRICS): boolean =>
      query.length > 0 ? REASONS[metric] !== undefined : watched.includes(METRICS[metric]);
    const untold = METRIC_NAMES.filter((metric) => !told(metric));

    // Decision 44 says what each of them comes to.
    expect(untold).toEqual(
      alarms === "few" ? ["storageRetried", "outgoingFailed", "leaseRetried", "sweeperBacklog"] : [],
    );
  });

  it("are these", () => {
    expect(all.map(({ AlarmName }) => String(AlarmName).replace(/^zeroth-/, ""))).toMatchSnapshot();
  });

  it("all say what they mean", () => {
    template.allResourcesProperties("AWS::CloudWatch::Alarm", { AlarmDescription: Match.stringLikeRegexp(".{20,}") });
  });

  it("ask for runs of the sweepers that did not fail, treat their silence as broken, and silence elsewhere as well", () => {
    template.hasResourceProperties("AWS::CloudWatch::Alarm", {
      AlarmName: "zeroth-sweeper-silent",
      TreatMissingData: "breaching",
      ComparisonOperator: "LessThanThreshold",
      Threshold: 4 * SWEEPERS,
      Metrics: Match.arrayWith([Match.objectLike({ Expression: "runs-errors" })]),
    });
    const [silent, ...others] = [...new Set(all.map(({ TreatMissingData }) => TreatMissingData))].sort();
    expect([silent, others]).toEqual(["breaching", ["notBreaching"]]);
    expect(all.filter(({ TreatMissingData }) => TreatMissingData === "breaching")).toHaveLength(1);
  });

  it("hear of what was put into the failure bucket: orders by Lambda's name for them, and anything else", () => {
    const kept = propertiesOf(template, "AWS::Events::Rule").flatMap(({ EventPattern }) =>
      JSON.stringify(EventPattern ?? {}).includes("aws.s3") ? [EventPattern] : [],
    );

    expect(kept).toHaveLength(2);
    for (const pattern of kept)
      expect(pattern).toMatchObject({
        "detail-type": ["Object Created"],
        detail: { bucket: { name: [expect.anything()] } },
      });
    expect(kept.map((pattern) => Object(pattern).detail.object.key)).toEqual(
      expect.arrayContaining([
        [{ prefix: "aws/lambda/async/" }],
        [{ "anything-but": { prefix: "aws/lambda/async/" } }],
      ]),
    );
  });
});

interface Series {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string }[];
}

interface AlarmMetric {
  readonly MetricStat?: { readonly Metric: Series };
  readonly Expression?: string;
}

const metricsOf = (alarm: Record<string, unknown>): readonly AlarmMetric[] | undefined =>
  (alarm as { Metrics?: readonly AlarmMetric[] }).Metrics;

/** Every series an alarm looks at, also inside an expression. */
const seriesOf = (alarm: Record<string, unknown>): readonly Series[] =>
  metricsOf(alarm)?.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : [])) ??
  // An alarm without expressions names its one series itself.
  ("Metrics" in alarm ? [] : [alarm as unknown as Series]);

/** Queries of Metrics Insights. */
const queriesOf = (alarm: Record<string, unknown>): readonly string[] =>
  (metricsOf(alarm) ?? []).flatMap(({ Expression = "" }) => (Expression.startsWith("SELECT") ? [Expression] : []));

const METRIC_NAMES = Object.keys(METRICS) as readonly (keyof typeof METRICS)[];

describe("the alarm on what needs attention", () => {
  it("has a series for each reason, of this deployment alone", () => {
    const queries = propertiesOf(stateless, "AWS::CloudWatch::Alarm").flatMap(queriesOf);

    expect(queries).toEqual([
      `SELECT SUM(NeedsAttention) FROM SCHEMA("Zeroth", Deployment, Reason) WHERE Deployment = 'zeroth' GROUP BY Reason ORDER BY SUM() DESC`,
    ]);
  });

  it("goes off at the first occurrence", () => {
    stateless.hasResourceProperties("AWS::CloudWatch::Alarm", {
      AlarmName: "zeroth-needs-attention",
      Threshold: 0,
      EvaluationPeriods: 1,
      ComparisonOperator: "GreaterThanThreshold",
    });
  });

  it("has a heading in the runbook for each of its reasons", () => {
    const runbook = readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8");
    const reasons = [...Object.values(REASONS).filter((reason) => reason !== undefined), ...TOLD_SIGNALS];

    expect(reasons.filter((reason) => !runbook.includes(`\n## ${reason}\n`))).toEqual([]);
  });
});

describe("all alarms", () => {
  it("tell the topic where one is named", () => {
    chosen.allResourcesProperties("AWS::CloudWatch::Alarm", {
      AlarmActions: [EVERY_OPTION.alarmTopic],
    });
  });

  it("tell of throttled logins where these have a pool of their own", () => {
    const names = (context: object) =>
      propertiesOf(makeTemplates({ ...context }).stateless, "AWS::CloudWatch::Alarm").map(({ AlarmName }) => AlarmName);

    expect(names({ loginConcurrency: "5" })).toContain("zeroth-login-throttles");
    expect(names({})).not.toContain("zeroth-login-throttles");
  });
});
