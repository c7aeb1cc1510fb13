import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Rule } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import type { EventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { FUNCTION_TABLE, type FunctionName } from "../src/contract/functions.ts";
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from "../src/contract/metrics.ts";
import { SWEEPERS } from "../src/contract/schedule.ts";
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

interface Watch {
  readonly metric: IMetric;
  /** What it means and what to look at first; the text of the alarm. */
  readonly means: string;
  /** Alarms when the value is greater. */
  readonly above?: number;
  /** Alarms when the value is less, or when there is none. */
  readonly below?: number;
  readonly periods?: number;
}

const sum = (namespace: string, metricName: string, dimensionsMap: Record<string, string>, minutes = 5): Metric =>
  new Metric({ namespace, metricName, dimensionsMap, statistic: "Sum", period: Duration.minutes(minutes) });

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

/** What the program counts itself. `name` is the deployment's, the metrics' one dimension. */
const programWatches = (name: string): Readonly<Record<string, Watch>> => {
  const own = (metric: keyof typeof METRICS, minutes?: number, statistic?: "Maximum") =>
    sum(METRIC_NAMESPACE, METRICS[metric], { [METRIC_DIMENSION]: name }, minutes).with(statistic ? { statistic } : {});
  return {
    "lease-irrevocable": {
      metric: own("leaseIrrevocable"),
      means: "An external credential could not be revoked and is still valid",
    },
    "lease-retried": {
      metric: own("leaseRetried"),
      above: 50,
      periods: 3,
      means: "For a quarter of an hour many revocations fail and are tried again: a target is down or refuses",
    },
    "leases-overdue": {
      metric: own("leasesOverdue", 5, "Maximum"),
      above: Duration.minutes(10).toSeconds(),
      means: "A lease should have ended more than ten minutes ago, and its credential still works",
    },
    "lease-revoked-late": {
      metric: own("leaseRevokedLate"),
      means: "The stream found what the sweeper should have revoked",
    },
    "root-generated": { metric: own("rootGenerated"), means: "Somebody made a root token" },
    sealed: { metric: own("sealed"), means: "Somebody sealed the server: it answers 503 until it is unsealed" },
    unsealed: { metric: own("unsealed"), means: "An operator unsealed the server" },
    "open-refused": {
      metric: own("openRefused"),
      means: "A sealed item or wrapped key did not open: tampering or a wrong key",
    },
    "audit-failed": { metric: own("auditFailed"), means: "No audit device accepted a record; requests were refused" },
    "schedule-failed": {
      metric: own("scheduleFailed"),
      means: "Scheduled work (rotation, unfinished jobs, tidying) failed; it is retried",
    },
    "storage-unavailable": {
      metric: own("storageUnavailable"),
      means: "The table or KMS stayed unreachable; callers got 503",
    },
    "internal-errors": {
      metric: own("internalError"),
      means: "Requests were answered 500: a bug, or a missing right",
    },
    "storage-retried": {
      metric: own("storageRetried"),
      above: 100,
      periods: 3,
      means: "Many calls to the table are retried: the table or the network is throttling",
    },
    "sweeper-backlog": {
      metric: own("sweeperBacklog"),
      periods: 3,
      means: "For a quarter of an hour, more has ended each minute than the sweepers can deal with",
    },
    "sweeper-silent": {
      metric: own("swept"),
      // A sweeper finishes five times in five minutes, four where one falls into the next; without one of them it is less.
      below: 4 * SWEEPERS,
      means: "A part of the expiry index is not swept",
    },
    "login-replayed": {
      metric: own("loginReplayed"),
      means: "A login signature was used again after its replay window: somebody may have captured one",
    },
  };
};

/** What AWS counts. */
const serviceWatches = (props: AlarmsProps, keyChanges: Rule): Readonly<Record<string, Watch>> => {
  const { functions, api, stream, schedules, tableName, settings } = props;
  const lambda = (metricName: string, name: FunctionName, minutes?: number) =>
    sum("AWS/Lambda", metricName, { FunctionName: functionOf(functions, name).lambda.functionName }, minutes);
  const scheduled = [...functions.keys()].filter((name) => FUNCTION_TABLE[name].scheduled);
  const fromStream = (metricName: string) =>
    sum("AWS/Lambda", metricName, { EventSourceMappingUUID: stream.eventSourceMappingId });

  return {
    ...Object.fromEntries(
      [...functions.keys()].flatMap((name): [string, Watch][] => [
        [
          `${name}-errors`,
          { metric: lambda("Errors", name), means: `Function ${name} failed: time-out, crash or refusal to start` },
        ],
        [`${name}-throttles`, { metric: lambda("Throttles", name), means: `Function ${name} ran out of concurrency` }],
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
