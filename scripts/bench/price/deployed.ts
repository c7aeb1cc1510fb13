import { FUNCTION_TABLE, FUNCTIONS, type FunctionName } from "../../../src/contract/functions.ts";
import { makeTemplates, propertiesOf } from "../../../test/infra/support/stacks.ts";

/** What a deployment's template says of its price: alarms, metrics that are paid for, scheduled orders, log formats. */

export interface Order {
  readonly name: FunctionName;
  readonly event: unknown;
}

export interface Deployed {
  /** Series that alarms look at: each is paid for. A query counts as one: it finds none while nothing happens. */
  readonly series: number;
  /** Sets of metrics that event sources publish for money. */
  readonly paidMetrics: number;
  /** What the schedule orders every minute. */
  readonly orders: readonly Order[];
  /** Bytes of the lines that Lambda writes of an invocation, and how many they are. */
  readonly platform: { readonly bytes: number; readonly lines: number };
  /** A line of the access log. */
  readonly accessLine: string;
}

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => (typeof value === "object" && value !== null ? { ...value } : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const seriesOf = ({ Metrics }: Fields): number => {
  if (!Array.isArray(Metrics)) return 1;
  return Math.max(1, Metrics.filter((one) => "MetricStat" in fields(one)).length);
};

const functionOf = (target: Fields): FunctionName => {
  const arn = JSON.stringify(target["Arn"]);
  const name = FUNCTIONS.find((one) => arn.includes(`"${one}Function`));
  if (name === undefined) throw new Error(`an order to nobody: ${arn}`);
  return name;
};

const ordersOf = (rule: Fields): readonly Order[] => {
  if (rule["ScheduleExpression"] === undefined || rule["State"] === "DISABLED") return [];
  if (rule["ScheduleExpression"] !== "rate(1 minute)") throw new Error("a schedule that is not of every minute");
  return list(rule["Targets"])
    .map(fields)
    .map((target) => ({ name: functionOf(target), event: JSON.parse(String(target["Input"])) as unknown }));
};

const REQUEST = "6d68ca91-49c9-448d-89b8-7ca3e6dc66aa";
/** The lines Lambda writes of an invocation in a warm environment. Source: Lambda developer guide, "Log formats". */
const TEXT = [
  `START RequestId: ${REQUEST} Version: $LATEST`,
  `END RequestId: ${REQUEST}`,
  `REPORT RequestId: ${REQUEST}\tDuration: 5.87 ms\tBilled Duration: 6 ms\tMemory Size: 512 MB\tMax Memory Used: 118 MB\t`,
];
const TIME = "2026-11-22T21:05:42.123Z";
const RECORDS = [
  { time: TIME, type: "platform.start", record: { requestId: REQUEST, version: "$LATEST" } },
  {
    time: TIME,
    type: "platform.report",
    record: {
      requestId: REQUEST,
      metrics: { durationMs: 5.87, billedDurationMs: 6, memorySizeMB: 512, maxMemoryUsedMB: 118 },
      status: "success",
    },
  },
];

/** By the logging of a function: JSON records of INFO are left out above that level. */
const platformOf = (config: Fields): Deployed["platform"] => {
  const { LogFormat = "Text", SystemLogLevel = "INFO" } = config;
  const json = ["DEBUG", "INFO"].includes(String(SystemLogLevel)) ? RECORDS.map((one) => JSON.stringify(one)) : [];
  const lines = LogFormat === "JSON" ? json : TEXT;
  return { bytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0), lines: lines.length };
};

/** A KV read, as the gateway logs it. */
const SAMPLES: Readonly<Record<string, string>> = {
  requestId: "JKJaXmPLvHcESHA=",
  extendedRequestId: "JKJaXmPLvHcESHA=",
  requestTimeEpoch: "1795381542123",
  "identity.sourceIp": "203.0.113.117",
  httpMethod: "GET",
  routeKey: "$default",
  protocol: "HTTP/1.1",
  status: "200",
  responseLength: "1432",
  responseLatency: "23",
  "integration.status": "200",
  "integration.latency": "21",
  integrationLatency: "21",
  "error.responseType": "-",
};

const accessLineOf = (format: string): string =>
  format.replace(/\$context\.([A-Za-z.]+)/g, (_, name: string) => {
    const sample = SAMPLES[name];
    if (sample === undefined) throw new Error(`no sample of $context.${name}`);
    return sample;
  });

export const readDeployed = (context: Readonly<Record<string, unknown>> = {}): Deployed => {
  const { stateless } = makeTemplates(context);
  const of = (type: string): readonly Fields[] => propertiesOf(stateless, type);
  const kv = of("AWS::Lambda::Function").find(({ Description }) => String(Description).endsWith(": kv"));
  const [stage] = of("AWS::ApiGatewayV2::Stage");
  return {
    series: of("AWS::CloudWatch::Alarm").reduce((sum, alarm) => sum + seriesOf(alarm), 0),
    paidMetrics: of("AWS::Lambda::EventSourceMapping").filter(({ MetricsConfig }) => MetricsConfig !== undefined)
      .length,
    orders: of("AWS::Events::Rule").flatMap(ordersOf),
    platform: platformOf(fields(kv?.["LoggingConfig"])),
    accessLine: accessLineOf(String(fields(stage?.["AccessLogSettings"])["Format"] ?? "")),
  };
};

/** GB of memory of all orders together. */
export const memoryOf = (orders: readonly Order[]): number =>
  orders.reduce((sum, { name }) => sum + FUNCTION_TABLE[name].memory / 1024, 0);
