import { Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import {
  CfnEventInvokeConfig,
  EventSourceMapping,
  FilterCriteria,
  type Function as LambdaFunction,
  StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { FUNCTION_TABLE, type FunctionName } from "../src/contract/functions.ts";
import { SCHEDULE_EVENT, SWEEPERS, sweepOrder } from "../src/contract/schedule.ts";
import { CHALLENGE_SHARDS, OPEN_CHALLENGES, PARTITION_KEY, SPACES } from "../src/contract/table.ts";
import { functionOf, type ZerothFunction } from "./zeroth-function.ts";

/** The next minute does what this one missed; a late second try would only run at the same time. */
const target = (lambda: LambdaFunction, event: object): LambdaTarget =>
  new LambdaTarget(lambda, {
    event: RuleTargetInput.fromObject(event),
    retryAttempts: 0,
    maxEventAge: Duration.minutes(1),
  });

export interface ExpiryProps {
  readonly functions: ReadonlyMap<FunctionName, ZerothFunction>;
  readonly streamArn: string;
  readonly failuresArn: string;
}

/** Removed by DynamoDB's TTL, not by us; only what has consequences outside the table. */
const removedByTtl = (space: string) =>
  FilterCriteria.filter({
    eventName: ["REMOVE"],
    userIdentity: { type: ["Service"], principalId: ["dynamodb.amazonaws.com"] },
    dynamodb: { Keys: { [PARTITION_KEY]: { S: [{ prefix: `${space}#` }] } } },
  });

/**
 * Scheduled work. Every minute one rule wakes each function that has such work (`src/contract/schedule.ts`: rotations,
 * unfinished jobs), and another has the sweepers walk the expiry index, each its part. The stream is the safety net of
 * revocation: what DynamoDB's TTL removed before the sweeper came (it was off, or the table was restored). It also wakes
 * whoever checks challenges, so that clients of ACME wait for seconds and not for the next minute.
 *
 * Nothing that revocation needs is dropped: a record that fails is retried, alone after bisection, for six hours and
 * then kept whole in the bucket. SQS and SNS would keep its place in the stream only, and the stream forgets after a day.
 */
export class Expiry extends Construct {
  readonly rules: readonly Rule[];

  constructor(scope: Construct, id: string, props: ExpiryProps) {
    super(scope, id);
    const revoke = functionOf(props.functions, "revoke").lambda;
    const scheduled = [...props.functions.values()].filter(
      ({ functionName }) => FUNCTION_TABLE[functionName].scheduled !== undefined,
    );

    for (const { functionName, lambda, role } of scheduled) {
      // The rule's own limits end at Lambda's door: inside, an asynchronous order waits six hours and is tried three
      // times unless told otherwise, and an hour of throttling would leave hours of orders.
      const invoke = new CfnEventInvokeConfig(this, `${functionName}Orders`, {
        functionName: lambda.functionName,
        qualifier: "$LATEST",
        maximumEventAgeInSeconds: 60,
        maximumRetryAttempts: 0,
        destinationConfig: { onFailure: { destination: props.failuresArn } },
      });
      invoke.node.addDependency(role);
    }

    const everyMinute = (id: string, description: string, targets: readonly LambdaTarget[]): Rule =>
      new Rule(this, id, { description, schedule: Schedule.rate(Duration.minutes(1)), targets: [...targets] });
    this.rules = [
      everyMinute(
        "EveryMinute",
        "Zeroth: scheduled work",
        // The orders to sweep bring `revoke` its own. A rule has five targets at most.
        scheduled.filter(({ lambda }) => lambda !== revoke).map(({ lambda }) => target(lambda, SCHEDULE_EVENT)),
      ),
      everyMinute(
        "Sweep",
        "Zeroth: the sweepers, each with its part of the expiry index",
        Array.from({ length: SWEEPERS }, (_, part) => target(revoke, sweepOrder(part, SWEEPERS))),
      ),
    ];

    const removals = new EventSourceMapping(this, "Stream", {
      target: revoke,
      eventSourceArn: props.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: [removedByTtl(SPACES.lease), removedByTtl(SPACES.token)],
      batchSize: 50,
      maxBatchingWindow: Duration.seconds(5),
      parallelizationFactor: 2,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 10,
      maxRecordAge: Duration.hours(6),
      // Bound by hand: the ready-made destination would give the role far more of the bucket than writing to it.
      onFailure: { bind: () => ({ destination: props.failuresArn }) },
      supportS3OnFailureDestination: true,
    });
    // Lambda checks the role's right to read the stream when the mapping is made.
    if (revoke.role) removals.node.addDependency(revoke.role);

    const challenges = functionOf(props.functions, "challenges").lambda;
    const opened = new EventSourceMapping(this, "Challenges", {
      target: challenges,
      eventSourceArn: props.streamArn,
      // No record has to get through: the schedule looks for open challenges every minute.
      startingPosition: StartingPosition.LATEST,
      filters: [
        FilterCriteria.filter({
          eventName: ["INSERT"],
          dynamodb: { Keys: { [PARTITION_KEY]: { S: [{ prefix: OPEN_CHALLENGES }] } } },
        }),
      ],
      batchSize: 10,
      parallelizationFactor: CHALLENGE_SHARDS,
      retryAttempts: 0,
      maxRecordAge: Duration.minutes(1),
    });
    if (challenges.role) opened.node.addDependency(challenges.role);
  }
}
