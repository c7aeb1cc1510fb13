import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  ApiMapping,
  CfnStage,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { Aws, Fn, RemovalPolicy } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { FunctionName } from "../src/contract/functions.ts";
import { DEFAULT_FUNCTION, LOGIN_ROUTES, methodOfRoute, ROUTES, UI_ROUTES } from "../src/contract/routes.ts";
import type { Settings } from "./settings.ts";
import { functionOf, type ZerothFunction } from "./zeroth-function.ts";

export interface VaultApiProps {
  readonly settings: Settings;
  readonly functions: ReadonlyMap<FunctionName, ZerothFunction>;
}

/**
 * One line per request, with what the gateway alone knows; its time is the log event's own. No path, query, header or
 * body: paths name secrets, the rest may be one. What was asked for is in the audit log, hashed where it must be, under
 * the same request id.
 */
const ACCESS_LOG = JSON.stringify({
  id: "$context.requestId",
  ip: "$context.identity.sourceIp",
  method: "$context.httpMethod",
  route: "$context.routeKey",
  status: "$context.status",
  bytes: "$context.responseLength",
  ms: "$context.responseLatency",
  functionMs: "$context.integration.latency",
  error: "$context.error.responseType",
});

/**
 * The front door: an HTTP API whose routes are in `src/contract/routes.ts`. It authenticates nobody (Vault's tokens are
 * checked by the functions on every request, so a revoked token stops working at once), answers no CORS preflight, and
 * caches nothing.
 */
export class VaultApi extends Construct {
  readonly api: HttpApi;
  readonly address: string;
  /** What a DNS record for the own domain name has to point to. */
  readonly domainTarget: string | undefined;

  constructor(scope: Construct, id: string, props: VaultApiProps) {
    super(scope, id);
    const { settings, functions } = props;

    // One integration for each function; each row adds its own permission to call it.
    const integrations = new Map<FunctionName, HttpLambdaIntegration>();
    const integrate = (name: FunctionName): HttpLambdaIntegration => {
      const made = integrations.get(name) ?? new HttpLambdaIntegration(name, functionOf(functions, name).lambda);
      integrations.set(name, made);
      return made;
    };

    this.api = new HttpApi(this, "Api", {
      apiName: settings.name,
      description: `Zeroth ${settings.name}: Vault's HTTP API`,
      createDefaultStage: false,
      disableExecuteApiEndpoint: settings.domainName !== undefined,
      defaultIntegration: integrate(DEFAULT_FUNCTION),
    });
    const made = Object.entries(ROUTES).filter(([path]) => settings.ui || !UI_ROUTES.includes(path));
    const routes = new Map(
      made.map(([path, name]) => [
        path,
        this.api.addRoutes({ path, methods: [HttpMethod[methodOfRoute(path)]], integration: integrate(name) }),
      ]),
    );

    const stage = this.stage(settings);
    // The settings of a route can only be made when the route exists.
    stage.node.addDependency(...[...LOGIN_ROUTES, ...UI_ROUTES].flatMap((route) => routes.get(route) ?? []));

    const domain = settings.domainName === undefined ? undefined : this.domain(settings, settings.domainName, stage);
    this.address = domain ? `https://${domain.name}` : this.api.apiEndpoint;
    this.domainTarget = domain?.regionalDomainName;
  }

  private stage(settings: Settings): HttpStage {
    const logs = new LogGroup(this, "AccessLog", {
      // Below this prefix the service needs no entry in the account's log resource policy, whose size is limited. The
      // stack's own id makes the name another one when the stack is made again: the old group stays.
      logGroupName: `/aws/vendedlogs/zeroth/${settings.name}/access-${Fn.select(2, Fn.split("/", Aws.STACK_ID))}`,
      retention: settings.logDays as RetentionDays,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const stage = new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: settings.throttleRate, burstLimit: settings.throttleBurst },
      accessLogSettings: { destination: new LogGroupLogDestination(logs), format: AccessLogFormat.custom(ACCESS_LOG) },
    });
    const resource = stage.node.defaultChild;
    if (!(resource instanceof CfnStage)) throw new Error("the stage of the HTTP API has no CfnStage");
    const throttled = (paths: readonly string[], rate: number, burst: number) =>
      paths.map((path): [string, object] => [
        `${methodOfRoute(path)} ${path}`,
        { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
      ]);
    resource.routeSettings = Object.fromEntries([
      ...throttled(LOGIN_ROUTES, settings.loginRate, settings.loginBurst),
      ...(settings.ui ? throttled(UI_ROUTES, settings.uiRate, settings.uiBurst) : []),
    ]);
    return stage;
  }

  private domain(settings: Settings, domainName: string, stage: HttpStage): DomainName {
    const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(settings.truststore ?? "") ?? [];
    const domain = new DomainName(this, "Domain", {
      domainName,
      certificate: Certificate.fromCertificateArn(this, "Certificate", settings.certificateArn ?? ""),
      ...(bucket !== undefined && key !== undefined
        ? { mtls: { bucket: Bucket.fromBucketName(this, "Truststore", bucket), key } }
        : {}),
    });
    new ApiMapping(this, "Mapping", { api: this.api, domainName: domain, stage });
    return domain;
  }
}
