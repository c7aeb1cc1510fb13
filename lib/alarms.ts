import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Rule } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import { Topic } from "aws-cdk-lib/aws-sns";
import { ArnFormat, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { attentionWatch, programWatches } from "./program-watches.ts";
import { detailWatches, type Services, serviceWatches } from "./service-watches.ts";
import type { Watch } from "./watch.ts";

export interface AlarmsProps extends Omit<Services, "seen"> {
  readonly keyArn: string;
  readonly failuresArn: string;
}

/**
 * What wakes somebody up. Each alarm has a heading of its own name in the runbook. Without `zeroth:alarmTopic` the
 * alarms exist and tell nobody. `zeroth:alarms` chooses between the fewest that tell of every failure and one for each
 * metric; decision 44 says what tells of what.
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
    const seen = {
      keyChanges,
      // Whatever is not an order, so that none goes unseen whatever Lambda calls it.
      keptRecords: this.kept("KeptRecords", "expiry records", props, { "anything-but": { prefix: KEPT_ORDERS } }),
      keptOrders: this.kept("KeptOrders", "orders of the schedule", props, { prefix: KEPT_ORDERS }),
    };
    for (const [name, watch] of Object.entries(watchesOf({ ...props, seen }))) {
      const alarm = this.alarm(`${props.settings.name}-${name}`, name, watch);
      if (action) alarm.addAlarmAction(action);
    }
  }

  private kept(id: string, what: string, { failuresArn }: AlarmsProps, key: object): Rule {
    const bucket = Stack.of(this).splitArn(failuresArn, ArnFormat.NO_RESOURCE_NAME).resource;
    return new Rule(this, id, {
      description: `Zeroth: ${what} that were given up and kept`,
      eventPattern: {
        source: ["aws.s3"],
        detailType: ["Object Created"],
        detail: { bucket: { name: [bucket] }, object: { key: [key] } },
      },
    });
  }

  private alarm(alarmName: string, id: string, watch: Watch): Alarm {
    const below = watch.below !== undefined;
    const periods = watch.periods ?? 1;
    return new Alarm(this, id, {
      alarmName,
      alarmDescription: watch.means,
      metric: watch.metric,
      threshold: watch.below ?? watch.above ?? 0,
      comparisonOperator: below ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      ...(watch.breaching === undefined ? {} : { datapointsToAlarm: watch.breaching }),
      treatMissingData: below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }
}

/** What Lambda calls the orders it keeps. Source: Lambda developer guide, "Capturing records of asynchronous invocations". */
const KEPT_ORDERS = "aws/lambda/async/";

/** Calls after which the key is another key to those who use it. */
const KEY_CHANGES = ["CreateGrant", "DisableKey", "PutKeyPolicy", "ScheduleKeyDeletion"];

const watchesOf = (services: Services): Readonly<Record<string, Watch>> => {
  const { name, alarms } = services.settings;
  const always = serviceWatches(services);
  return alarms === "few"
    ? { ...attentionWatch(name), ...always }
    : { ...programWatches(name), ...detailWatches(services), ...always };
};
