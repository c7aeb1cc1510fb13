import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { Rule } from "aws-cdk-lib/aws-events";
import { Duration } from "aws-cdk-lib/core";
import { FUNCTION_TABLE, type FunctionName } from "../src/contract/functions.ts";
import { SWEEPERS } from "../src/contract/schedule.ts";
import type { Settings } from "./settings.ts";
import { FIVE_MINUTES, sum, type Watch } from "./watch.ts";
import { functionOf, type ZerothFunction } from "./zeroth-function.ts";

/**
 * What is seen from outside the program, by metrics that AWS publishes for nothing. The program cannot tell of these: it
 * does not run, was not asked, or its words do not get out.
 */
export interface Services {
  readonly settings: Settings;
  readonly functions: ReadonlyMap<FunctionName, ZerothFunction>;
  readonly api: HttpApi;
  readonly schedules: readonly Rule[];
  readonly tableName: string;
  /** Rules that see what nobody else counts: changes of the key, and what was put into the failure bucket. */
  readonly seen: Readonly<Record<"keyChanges" | "keptRecords" | "keptOrders", Rule>>;
}

const lambda = ({ functions }: Services, metricName: string, name: FunctionName) =>
  sum("AWS/Lambda", metricName, { FunctionName: functionOf(functions, name).lambda.functionName });

const matched = (rule: Rule): Metric => sum("AWS/Events", "MatchedEvents", { RuleName: rule.ruleName });

const throttles = (services: Services, name: FunctionName): Watch => ({
  metric: lambda(services, "Throttles", name),
  means: `Function ${name} ran out of concurrency`,
});

/** Every deployment has these. */
export const serviceWatches = (services: Services): Readonly<Record<string, Watch>> => {
  const { functions, api, schedules, settings, seen } = services;
  const failures = sum("AWS/ApiGateway", "5xx", { ApiId: api.apiId });
  return {
    "sweeper-silent": {
      // The program counts no heartbeat: a metric that is always active costs more than these two series.
      metric: new MathExpression({
        expression: "runs-errors",
        usingMetrics: {
          runs: lambda(services, "Invocations", "revoke"),
          errors: lambda(services, "Errors", "revoke"),
        },
        period: FIVE_MINUTES,
      }),
      // A sweeper finishes five times in five minutes, four where one falls into the next; without one of them it is less.
      below: 4 * SWEEPERS,
      means: "A part of the expiry index is not swept",
    },
    "schedule-unreachable": {
      metric: new MathExpression({
        expression: schedules.map((_, at) => `FILL(rule${at},0)`).join("+"),
        usingMetrics: Object.fromEntries(
          schedules.map(({ ruleName }, at) => [
            `rule${at}`,
            sum("AWS/Events", "FailedInvocations", { RuleName: ruleName }),
          ]),
        ),
        period: FIVE_MINUTES,
      }),
      means: "The schedule could not invoke a function: a permission or the function is gone",
    },
    "orders-given-up": {
      metric: matched(seen.keptOrders),
      periods: 2,
      means: "Orders of the schedule were given up and kept in the failure bucket: a function is throttled or fails",
    },
    "stream-failures": {
      metric: matched(seen.keptRecords),
      means: "Expiry records were given up and kept in the failure bucket",
    },
    "stream-dropped": {
      metric: lambda(services, "DestinationDeliveryFailures", "revoke"),
      means: "Expiry records or orders were lost: not even the failure bucket took them",
    },
    "stream-late": {
      metric: functionOf(functions, "revoke").lambda.metric("IteratorAge", {
        statistic: "Maximum",
        period: FIVE_MINUTES,
      }),
      above: Duration.hours(1).toMilliseconds(),
      means: "The expiry stream is an hour behind; it keeps records for a day",
    },
    "key-changed": {
      metric: matched(seen.keyChanges),
      means: "Somebody disabled the key, scheduled its deletion, granted its use or changed its policy",
    },
    concurrency: {
      metric: new Metric({
        namespace: "AWS/Lambda",
        metricName: "ConcurrentExecutions",
        statistic: "Maximum",
        period: FIVE_MINUTES,
      }),
      above: settings.concurrencyAlarm,
      means: "The account's functions together are close to its quota; beyond it callers get 503",
    },
    "api-5xx": { metric: failures, above: 5, means: "Callers get server errors" },
    "api-5xx-lasting": {
      metric: failures,
      periods: 6,
      breaching: 3,
      means: "Callers get server errors, few at a time and again and again: all there are where few call",
    },
    "api-slow": {
      metric: new Metric({
        namespace: "AWS/ApiGateway",
        metricName: "Latency",
        dimensionsMap: { ApiId: api.apiId },
        statistic: "p99",
        period: FIVE_MINUTES,
      }),
      above: 3000,
      periods: 3,
      means: "One request in a hundred takes more than three seconds",
    },
    // With a pool of its own `login` is throttled while the account is far from its quota.
    ...(settings.loginConcurrency === undefined ? {} : { "login-throttles": throttles(services, "login") }),
  };
};

/** What says more closely where a failure is that others of these tell of already (`zeroth:alarms=each`). */
export const detailWatches = (services: Services): Readonly<Record<string, Watch>> => {
  const { functions, tableName } = services;
  const scheduled = [...functions.keys()].filter((name) => FUNCTION_TABLE[name].scheduled);
  return {
    // A page that does not load wakes nobody up: `api-5xx` counts its failures too, and the API answers without it.
    ...Object.fromEntries(
      [...functions.keys()]
        .filter((name) => FUNCTION_TABLE[name].answers !== "files")
        .flatMap((name): [string, Watch][] => [
          [
            `${name}-errors`,
            {
              metric: lambda(services, "Errors", name),
              means: `Function ${name} failed: time-out, crash or refusal to start`,
            },
          ],
          [`${name}-throttles`, throttles(services, name)],
        ]),
    ),
    "schedule-dropped": {
      metric: new MathExpression({
        expression: scheduled.map((name) => `FILL(${name},0)`).join("+"),
        usingMetrics: Object.fromEntries(scheduled.map((name) => [name, lambda(services, "AsyncEventsDropped", name)])),
        period: FIVE_MINUTES,
      }),
      periods: 2,
      means: "Invocations by the schedule were given up: the functions are throttled or fail",
    },
    "table-throttled": {
      // By table alone; ThrottledRequests has no such series, only one for each operation.
      metric: new MathExpression({
        expression: "FILL(reads,0)+FILL(writes,0)",
        usingMetrics: {
          reads: sum("AWS/DynamoDB", "ReadThrottleEvents", { TableName: tableName }),
          writes: sum("AWS/DynamoDB", "WriteThrottleEvents", { TableName: tableName }),
        },
        period: FIVE_MINUTES,
      }),
      above: 10,
      means: "The table rejects requests; look for a hot partition",
    },
  };
};
