import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { EventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { FunctionName } from "../src/contract/functions.ts";
import { METRIC_NAMESPACE, METRICS } from "../src/contract/metrics.ts";
import type { Settings } from "./settings.ts";
import { functionOf, type ZerothFunction } from "./zeroth-function.ts";

export interface AlarmsProps {
  readonly settings: Settings;
  readonly functions: ReadonlyMap<FunctionName, ZerothFunction>;
  readonly api: HttpApi;
  readonly stream: EventSourceMapping;
  readonly tableName: string;
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
    const topic = props.settings.alarmTopic;
    const action = topic === undefined ? undefined : new SnsAction(Topic.fromTopicArn(this, "Topic", topic));

    for (const [name, watch] of Object.entries({ ...programWatches(), ...serviceWatches(props) })) {
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

/** What the program counts itself. */
const programWatches = (): Readonly<Record<string, Watch>> => {
  const own = (name: keyof typeof METRICS) => sum(METRIC_NAMESPACE, METRICS[name], {});
  return {
    "lease-irrevocable": {
      metric: own("leaseIrrevocable"),
      means: "A credential outside could not be revoked and lives on",
    },
    "lease-revoked-late": {
      metric: own("leaseRevokedLate"),
      means: "The stream found what the sweeper should have revoked",
    },
    "root-generated": { metric: own("rootGenerated"), means: "Somebody made a root token" },
    "open-refused": {
      metric: own("openRefused"),
      means: "A sealed item or wrapped key did not open: tampering or a wrong key",
    },
    "audit-failed": { metric: own("auditFailed"), means: "No audit device took a record; requests were refused" },
    "schedule-failed": {
      metric: own("scheduleFailed"),
      means: "Work that is done by the clock (rotation, unfinished jobs, tidying) failed; it is tried again",
    },
    "storage-unavailable": {
      metric: own("storageUnavailable"),
      means: "Table or KMS stayed out of reach; callers got 503",
    },
    "login-replayed": {
      metric: own("loginReplayed"),
      means: "A login signature was used again after its replay window: somebody may have captured one",
    },
  };
};

/** What AWS counts. */
const serviceWatches = ({ functions, api, stream, tableName }: AlarmsProps): Readonly<Record<string, Watch>> => {
  const lambda = (metricName: string, name: FunctionName, minutes?: number) =>
    sum("AWS/Lambda", metricName, { FunctionName: functionOf(functions, name).lambda.functionName }, minutes);
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
    "sweeper-silent": {
      metric: lambda("Invocations", "revoke", 1),
      below: 1,
      periods: 3,
      means: "Nothing has revoked anything for three minutes",
    },
    "stream-late": {
      metric: functionOf(functions, "revoke").lambda.metric("IteratorAge", {
        statistic: "Maximum",
        period: Duration.minutes(5),
      }),
      above: Duration.hours(1).toMilliseconds(),
      means: "The expiry stream is an hour behind; it forgets after a day",
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
    "table-throttled": {
      metric: sum("AWS/DynamoDB", "ThrottledRequests", { TableName: tableName }),
      above: 10,
      means: "The table turns requests away; look for a hot partition",
    },
  };
};
