import { type IMetric, Metric } from "aws-cdk-lib/aws-cloudwatch";
import { Duration } from "aws-cdk-lib/core";

/** What an alarm watches. */
export interface Watch {
  readonly metric: IMetric;
  /** What it means and what to look at first; the text of the alarm. */
  readonly means: string;
  /** Alarms when the value is greater; 0 unless given. */
  readonly above?: number;
  /** Alarms when the value is less, or when there is none. */
  readonly below?: number;
  /** Of five minutes each; one unless given. */
  readonly periods?: number;
  /** How many of the periods have to be beyond the limit; all unless given. */
  readonly breaching?: number;
}

export const FIVE_MINUTES = Duration.minutes(5);

export const sum = (namespace: string, metricName: string, dimensionsMap: Record<string, string>): Metric =>
  new Metric({ namespace, metricName, dimensionsMap, statistic: "Sum", period: FIVE_MINUTES });
