import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { Alarm, ComparisonOperator, MathExpression, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Rule } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import type { EventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { FUNCTION_TABLE, type FunctionName } from "../src/contract/functions.ts";
import { programWatches, sum, type Watch } from "./program-watches.ts";
import type { Settings } from "./settings.ts";
import { functionOf, type ZerothFunction } from "./zeroth-function.ts";

export interface AlarmsProps {
  readonly settings: Settings;
  readonly functions: ReadonlyMap<FunctionName, ZerothFunction>;
  readonly api: HttpApi;
  readonly stream: EventSourceMapping;
  readonly schedules: readonly Rule[];
  readonly tableName: string;
  readonly keyArn: string;
}

/**
 * What wakes somebody up. Each alarm has a heading of its own name in the runbook. Without `zeroth:alarmTopic` the
 * alarms exist and tell nobody.
 */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const arn = props.settings.alarmTopic;
    const topic = arn === undefined ? undefined : Topic.fromTopicArn(this, "Topic", arn);
    const action = topic && new SnsAction(topic);
    const keyChanges = new Rule(this, "KeyChanges", {
      description: "Zeroth: somebody changed the key or its policy (needs a trail in this Region)",
      eventPattern: {
        source: ["aws.kms"],
        detailType: ["AWS API Call via CloudTrail"],
        detail: { eventName: KEY_CHANGES, resources: { ARN: [props.keyArn] } },
      },
      targets: topic ? [new SnsTopic(topic)] : [],
    });

    const watches = { ...programWatches(props.settings.name), ...serviceWatches(props, keyChanges) };
    for (const [name, watch] of Object.entries(watches)) {
      const below = watch.below !== undefined;
      const alarm = new Alarm(this, name, {
        alarmName: `${props.settings.name}-${name}`,
        alarmDescription: watch.means,
        metric: watch.metric,
        threshold: watch.below ?? watch.above ?? 0,
        comparisonOperator: below ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: watch.periods ?? 1,
        treatMissingData: below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      });
      if (action) alarm.addAlarmAction(action);
    }
  }
}

/** Calls after which the key is another key to those who use it. */
const KEY_CHANGES = ["CreateGrant", "DisableKey", "PutKeyPolicy", "ScheduleKeyDeletion"];

/** What AWS counts. */
const serviceWatches = (props: AlarmsProps, keyChanges: Rule): Readonly<Record<string, Watch>> => {
  const { functions, api, stream, schedules, tableName, settings } = props;
  const lambda = (metricName: string, name: FunctionName, minutes?: number) =>
    sum("AWS/Lambda", metricName, { FunctionName: functionOf(functions, name).lambda.functionName }, minutes);
  const scheduled = [...functions.keys()].filter((name) => FUNCTION_TABLE[name].scheduled);
  const fromStream = (metricName: string) =>
    sum("AWS/Lambda", metricName, { EventSourceMappingUUID: stream.eventSourceMappingId });

  return {
    // A page that does not load wakes nobody up: `api-5xx` counts its failures too, and the API answers without it.
    ...Object.fromEntries(
      [...functions.keys()]
        .filter((name) => FUNCTION_TABLE[name].answers !== "files")
        .flatMap((name): [string, Watch][] => [
          [
            `${name}-errors`,
            { metric: lambda("Errors", name), means: `Function ${name} failed: time-out, crash or refusal to start` },
          ],
          [
            `${name}-throttles`,
            { metric: lambda("Throttles", name), means: `Function ${name} ran out of concurrency` },
          ],
        ]),
    ),
    "schedule-unreachable": {
      metric: new MathExpression({
        expression: schedules.map((_, at) => `FILL(rule${at},0)`).join("+"),
        usingMetrics: Object.fromEntries(
          schedules.map(({ ruleName }, at) => [
            `rule${at}`,
            sum("AWS/Events", "FailedInvocations", { RuleName: ruleName }),
          ]),
        ),
        period: Duration.minutes(5),
      }),
      means: "The schedule could not invoke a function: a permission or the function is gone",
    },
    "schedule-dropped": {
      metric: new MathExpression({
        expression: scheduled.map((name) => `FILL(${name},0)`).join("+"),
        usingMetrics: Object.fromEntries(scheduled.map((name) => [name, lambda("AsyncEventsDropped", name)])),
        period: Duration.minutes(5),
      }),
      periods: 2,
      means: "Invocations by the schedule were given up: the functions are throttled or fail",
    },
    "key-changed": {
      metric: sum("AWS/Events", "MatchedEvents", { RuleName: keyChanges.ruleName }),
      means: "Somebody disabled the key, scheduled its deletion, granted its use or changed its policy",
    },
    concurrency: {
      metric: new Metric({
        namespace: "AWS/Lambda",
        metricName: "ConcurrentExecutions",
        statistic: "Maximum",
        period: Duration.minutes(5),
      }),
      above: settings.concurrencyAlarm,
      means: "The account's functions together are close to its quota; beyond it callers get 503",
    },
    "stream-late": {
      metric: functionOf(functions, "revoke").lambda.metric("IteratorAge", {
        statistic: "Maximum",
        period: Duration.minutes(5),
      }),
      above: Duration.hours(1).toMilliseconds(),
      means: "The expiry stream is an hour behind; it keeps records for a day",
    },
    "stream-failures": {
      metric: fromStream("OnFailureDestinationDeliveredEventCount"),
      means: "Expiry records were given up and kept in the failure bucket",
    },
    "stream-dropped": {
      metric: fromStream("DroppedEventCount"),
      means: "Expiry records were lost: not even the bucket took them",
    },
    "api-5xx": {
      metric: sum("AWS/ApiGateway", "5xx", { ApiId: api.apiId }),
      above: 5,
      means: "Callers get server errors",
    },
    "api-slow": {
      metric: new Metric({
        namespace: "AWS/ApiGateway",
        metricName: "Latency",
        dimensionsMap: { ApiId: api.apiId },
        statistic: "p99",
        period: Duration.minutes(5),
      }),
      above: 3000,
      periods: 3,
      means: "One request in a hundred takes more than three seconds",
    },
    "table-throttled": {
      // By table alone; ThrottledRequests has no such series, only one for each operation.
      metric: new MathExpression({
        expression: "FILL(reads,0)+FILL(writes,0)",
        usingMetrics: {
          reads: sum("AWS/DynamoDB", "ReadThrottleEvents", { TableName: tableName }),
          writes: sum("AWS/DynamoDB", "WriteThrottleEvents", { TableName: tableName }),
        },
        period: Duration.minutes(5),
      }),
      above: 10,
      means: "The table rejects requests; look for a hot partition",
    },
  };
};
