import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  ApplicationLogLevel,
  Architecture,
  CfnFunction,
  type Code,
  type FunctionProps,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, LogGroupClass, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { ENVIRONMENT } from "../src/contract/environment.ts";
import { FUNCTION_TABLE, type FunctionName, type FunctionRow } from "../src/contract/functions.ts";
import { rolePath } from "./key-policy.ts";
import { namedDomains, type Rights } from "./permissions.ts";
import type { Settings } from "./settings.ts";
import { type Places, statementsFor } from "./statements.ts";

export interface ZerothFunctionProps {
  readonly name: FunctionName;
  /** The folder `npm run build` wrote for this function. */
  readonly code: Code;
  readonly rights: Rights;
  readonly places: Places;
  readonly settings: Settings;
  /** Whom it may invoke, by the statement that says what for. */
  readonly peers: Readonly<Record<"Forward" | "HandLeases", readonly ZerothFunction[]>>;
}

/**
 * One function with a role and a log group of its own. No managed policies: the role holds what `permissions.ts` says,
 * the right to write its own log, and nothing else.
 */
export class ZerothFunction extends Construct {
  readonly functionName: FunctionName;
  readonly lambda: LambdaFunction;
  readonly role: Role;
  readonly inVpc: boolean;

  constructor(scope: Construct, id: string, props: ZerothFunctionProps) {
    super(scope, id);
    const { name, rights, places, settings } = props;
    const row = FUNCTION_TABLE[name];
    const network = networkOf(row, settings);
    const ranges = rangesOf(row, settings);
    const concurrency = concurrencyOf(name, settings);
    const peers = Object.values(props.peers).flat();
    this.functionName = name;
    this.inVpc = network !== undefined;

    const infrequent = isReadRarely(row, settings);
    // The class of a group cannot be changed: another class is another group, and the old one stays.
    const logs = new LogGroup(this, infrequent ? "LogsInfrequent" : "Logs", {
      ...(infrequent ? { logGroupClass: LogGroupClass.INFREQUENT_ACCESS } : {}),
      // Days as CloudWatch counts them; `settings.ts` let only those through.
      retention: settings.logDays as RetentionDays,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });

    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      path: rolePath(settings.name),
      description: `Zeroth ${settings.name}: function ${name}`,
      inlinePolicies: {
        rights: new PolicyDocument({
          statements: [
            ...statementsFor(rights, places),
            ...invoking("Forward", props.peers.Forward),
            ...invoking("HandLeases", props.peers.HandLeases),
            new PolicyStatement({
              sid: "WriteLog",
              effect: Effect.ALLOW,
              actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
              resources: [logs.logGroupArn],
            }),
            ...(network ? [networkInterfaces()] : []),
          ],
        }),
      },
    });

    this.lambda = new LambdaFunction(this, "Function", {
      description: `Zeroth ${settings.name}: ${name}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: "index.handler",
      code: props.code,
      memorySize: row.memory,
      timeout: Duration.seconds(row.timeout),
      role: this.role,
      logGroup: logs,
      ...loggingOf(settings),
      environment: {
        [ENVIRONMENT.functionName]: name,
        ...(row.answers === "files" ? {} : whereThingsAre(rights, places)),
        ...(network && ranges ? { [ENVIRONMENT.reachable]: JSON.stringify(ranges) } : {}),
        ...(name === "kv" && settings.readCacheMs > 0
          ? { [ENVIRONMENT.readCacheMs]: String(settings.readCacheMs) }
          : {}),
        ...(name === "system" && settings.operators
          ? { [ENVIRONMENT.operators]: JSON.stringify(settings.operators) }
          : {}),
        ...(peers.length === 0 ? {} : { [ENVIRONMENT.peers]: Stack.of(this).toJsonString(addresses(peers)) }),
      },
      ...(concurrency === undefined ? {} : { reservedConcurrentExecutions: concurrency }),
    });
    if (network) {
      const resource = this.lambda.node.defaultChild;
      if (!(resource instanceof CfnFunction)) throw new Error("the function has no CfnFunction");
      // By ids alone: the construct for a VPC would want to know its availability zones, or look them up.
      resource.vpcConfig = network;
    }
  }
}

/**
 * Whether its lines go to the cheaper class. Not where a schedule wakes it: the alarms on leases, sweepers, orders of the
 * operator and rotations live on the metrics in its log, which that class does not make.
 */
const isReadRarely = ({ scheduled }: FunctionRow, { logClass }: Settings): boolean =>
  logClass === "INFREQUENT_ACCESS" && scheduled === undefined;

/** Audit lines are a chain of hashes: each must reach the log byte for byte, not wrapped into another record. */
const loggingOf = ({ platformLines }: Settings): Partial<FunctionProps> =>
  platformLines === "all"
    ? { loggingFormat: LoggingFormat.TEXT }
    : {
        loggingFormat: LoggingFormat.JSON,
        systemLogLevelV2: SystemLogLevel.WARN,
        // Lines without a level count as INFO; nothing of ours is to be filtered.
        applicationLogLevelV2: ApplicationLogLevel.TRACE,
      };

/** Table and key, and which data keys are the function's own. */
const whereThingsAre = (rights: Rights, places: Places): Readonly<Record<string, string>> => ({
  [ENVIRONMENT.tableName]: places.tableName,
  [ENVIRONMENT.tableIdentity]: places.tableIdentity,
  [ENVIRONMENT.keyId]: places.keyArn,
  [ENVIRONMENT.domains]: JSON.stringify(namedDomains(rights)),
});

/** Throws where the function is not deployed. */
export const functionOf = (
  functions: ReadonlyMap<FunctionName, ZerothFunction>,
  name: FunctionName,
): ZerothFunction => {
  const found = functions.get(name);
  if (!found) throw new Error(`function ${name} is not deployed`);
  return found;
};

const addresses = (peers: readonly ZerothFunction[]): Readonly<Record<string, string>> =>
  Object.fromEntries(peers.map((peer) => [peer.functionName, peer.lambda.functionArn]));

const invoking = (sid: string, peers: readonly ZerothFunction[]): PolicyStatement[] =>
  peers.length === 0
    ? []
    : [
        new PolicyStatement({
          sid,
          effect: Effect.ALLOW,
          actions: ["lambda:InvokeFunction"],
          resources: peers.map((peer) => peer.lambda.functionArn),
        }),
      ];

/** Lambda attaches a function to a VPC with the function's own role; these calls know no resource to limit them to. */
const networkInterfaces = (): PolicyStatement =>
  new PolicyStatement({
    sid: "AttachToVpc",
    effect: Effect.ALLOW,
    actions: [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
    ],
    resources: ["*"],
  });

const vpc = (
  subnetIds: string[] | undefined,
  securityGroupIds: string[] | undefined,
): CfnFunction.VpcConfigProperty | undefined =>
  subnetIds && securityGroupIds ? { subnetIds, securityGroupIds } : undefined;

/** Private ranges that may be dialled from a network: where operators name the hosts, and where strangers do. */
const rangesOf = ({ network }: FunctionRow, settings: Settings): readonly string[] | undefined => {
  if (network === "challenges") return settings.acmeReachable;
  return network === "databases" || network === "identities" ? settings.reachable : undefined;
};

/** Where the function runs; `undefined` outside any VPC. */
const networkOf = ({ network }: FunctionRow, settings: Settings): CfnFunction.VpcConfigProperty | undefined => {
  switch (network) {
    case "aws":
      return undefined;
    case "databases":
      return vpc(settings.subnets, settings.securityGroups);
    case "identities":
      return vpc(settings.loginSubnets, settings.loginSecurityGroups);
    case "challenges":
      return vpc(settings.acmeSubnets, settings.acmeSecurityGroups);
    case "none":
      return vpc(settings.isolatedSubnets, settings.isolatedSecurityGroups);
  }
};

/** Most environments at once; `undefined`: the account's pool. */
const concurrencyOf = (name: FunctionName, settings: Settings): number | undefined => {
  const { loginConcurrency: login, revokeConcurrency: revoke } = settings;
  return { login, revoke: revoke === "none" ? undefined : revoke }[String(name)];
};
