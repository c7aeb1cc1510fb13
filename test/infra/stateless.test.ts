import { describe, expect, it } from "@jest/globals";
import { Match } from "aws-cdk-lib/assertions";
import { FUNCTION_TABLE, FUNCTIONS } from "../../src/contract/functions.ts";
import { EVERY_OPTION, makeTemplates, propertiesOf } from "./support/stacks.ts";

const { stateless } = makeTemplates();
const chosen = makeTemplates(EVERY_OPTION).stateless;

describe("the functions' logs", () => {
  const classes = (template: typeof stateless) =>
    propertiesOf(template, "AWS::Logs::LogGroup").map(({ LogGroupClass }) => LogGroupClass);

  it("are of the standard class, unless the cheaper one is chosen", () => {
    expect(new Set(classes(stateless))).toEqual(new Set([undefined]));
  });

  it("keep the standard class where a schedule wakes the function, because alarms live on its metrics", () => {
    const cheap = makeTemplates({ logClass: "INFREQUENT_ACCESS" }).stateless;
    const rarely = FUNCTIONS.filter((name) => FUNCTION_TABLE[name].scheduled === undefined);

    expect(classes(cheap).filter((one) => one === "INFREQUENT_ACCESS")).toHaveLength(rarely.length);
    expect(rarely).toContain("kv");
    expect(rarely).not.toContain("system");
    expect(rarely).not.toContain("revoke");
  });

  it("are other groups in another class, because the class of a group cannot be changed", () => {
    const groups = (template: typeof stateless) => Object.keys(template.findResources("AWS::Logs::LogGroup"));
    const before = new Set(groups(stateless));
    const cheap = makeTemplates({ logClass: "INFREQUENT_ACCESS" }).stateless;
    const infrequent = Object.entries(cheap.findResources("AWS::Logs::LogGroup")).filter(
      ([, { Properties }]) => Properties.LogGroupClass === "INFREQUENT_ACCESS",
    );

    expect(infrequent.filter(([id]) => before.has(id))).toEqual([]);
  });

  it("have Lambda's own lines of failures alone where that is chosen", () => {
    makeTemplates({ platformLines: "failures" }).stateless.allResourcesProperties("AWS::Lambda::Function", {
      LoggingConfig: { LogFormat: "JSON", SystemLogLevel: "WARN", ApplicationLogLevel: "TRACE" },
    });
  });
});

describe("the functions", () => {
  it("all run Node 24 on arm64 with their own role and log", () => {
    stateless.resourceCountIs("AWS::Lambda::Function", 10);
    stateless.allResourcesProperties("AWS::Lambda::Function", {
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Handler: "index.handler",
      LoggingConfig: { LogFormat: "Text", LogGroup: Match.anyValue() },
    });
  });

  it("start from no snapshot: two environments of one would draw the same random bytes", () => {
    const functions = propertiesOf(stateless, "AWS::Lambda::Function");
    expect(functions.filter(({ SnapStart }) => SnapStart !== undefined)).toEqual([]);
  });

  it("carry names in their environment and nothing that is secret", () => {
    const names = propertiesOf(stateless, "AWS::Lambda::Function").flatMap(({ Environment }) =>
      Object.keys((Environment as { Variables: Record<string, unknown> }).Variables),
    );

    expect([...new Set(names)].sort()).toEqual([
      "ZEROTH_ADDRESS",
      "ZEROTH_DOMAINS",
      "ZEROTH_FUNCTION",
      "ZEROTH_KEY_ID",
      "ZEROTH_PEERS",
      "ZEROTH_TABLE_IDENTITY",
      "ZEROTH_TABLE_NAME",
    ]);
  });

  it("that signs identity tokens knows where callers reach the deployment, and no other does", () => {
    const told = (template: typeof stateless) =>
      propertiesOf(template, "AWS::Lambda::Function").flatMap(({ Description, Environment }) => {
        const address = (Environment as { Variables: Record<string, unknown> }).Variables["ZEROTH_ADDRESS"];
        return address === undefined ? [] : [[Description, address]];
      });
    const [api] = Object.keys(stateless.findResources("AWS::ApiGatewayV2::Api"));
    const [domain] = Object.keys(chosen.findResources("AWS::ApiGatewayV2::DomainName"));

    expect(told(stateless)).toEqual([["Zeroth zeroth: system", { "Fn::GetAtt": [api, "ApiEndpoint"] }]]);
    expect(told(chosen)).toEqual([["Zeroth vault: system", { "Fn::Join": ["", ["https://", { Ref: domain }]] }]]);
  });

  it("end before whoever waits for them gives up", () => {
    const seconds = Object.fromEntries(
      propertiesOf(stateless, "AWS::Lambda::Function").map(({ Description, Timeout }) => [Description, Timeout]),
    );

    expect(seconds).toEqual({
      "Zeroth zeroth: login": 26,
      "Zeroth zeroth: dynamic": 26,
      "Zeroth zeroth: keys": 26,
      "Zeroth zeroth: policy": 26,
      "Zeroth zeroth: wrapping": 26,
      "Zeroth zeroth: system": 26,
      "Zeroth zeroth: revoke": 300,
      "Zeroth zeroth: challenges": 75,
      "Zeroth zeroth: ui": 3,
      "Zeroth zeroth: kv": 28,
    });
  });

  it("may be called by this API, this schedule and nobody else", () => {
    const callers = propertiesOf(stateless, "AWS::Lambda::Permission");

    expect(callers.filter(({ SourceArn }) => SourceArn === undefined)).toEqual([]);
    expect([...new Set(callers.map(({ Principal }) => Principal))].sort()).toEqual([
      "apigateway.amazonaws.com",
      "events.amazonaws.com",
    ]);
  });

  it("keep their logs as long as the settings say, even when the stack goes", () => {
    chosen.allResources("AWS::Logs::LogGroup", {
      DeletionPolicy: "RetainExceptOnCreate",
      Properties: Match.objectLike({ RetentionInDays: 30 }),
    });
  });

  it("keep no log under a name that the next stack of this name would want (F3)", () => {
    const names = propertiesOf(stateless, "AWS::Logs::LogGroup").map(({ LogGroupName }) => LogGroupName);
    const fixed = names.filter((name) => name !== undefined && !JSON.stringify(name).includes("AWS::StackId"));

    expect(names.filter((name) => name !== undefined)).toHaveLength(1);
    expect(JSON.stringify(names)).toContain("/aws/vendedlogs/zeroth/zeroth/access-");
    expect(fixed).toEqual([]);
  });

  it("run in the subnets of the databases, of logins, of challenges, or in isolated ones where they hold keys", () => {
    const inside = propertiesOf(chosen, "AWS::Lambda::Function").flatMap(({ Description, VpcConfig }) =>
      VpcConfig === undefined ? [] : [[Description, VpcConfig]],
    );
    const databases = { SubnetIds: ["subnet-01234567", "subnet-89abcdef"], SecurityGroupIds: ["sg-01234567"] };

    expect(Object.fromEntries(inside)).toEqual({
      "Zeroth vault: login": { SubnetIds: ["subnet-00112233"], SecurityGroupIds: ["sg-00112233"] },
      "Zeroth vault: dynamic": databases,
      "Zeroth vault: keys": { SubnetIds: ["subnet-0fedcba9"], SecurityGroupIds: ["sg-0fedcba9"] },
      "Zeroth vault: revoke": databases,
      "Zeroth vault: challenges": { SubnetIds: ["subnet-0fedcbaa"], SecurityGroupIds: ["sg-0fedcbaa"] },
    });
  });

  it("run outside any VPC unless subnets are named", () => {
    const inside = propertiesOf(stateless, "AWS::Lambda::Function").filter(({ VpcConfig }) => VpcConfig !== undefined);
    expect(inside).toEqual([]);
  });

  const rangesOf = (template: typeof stateless) =>
    propertiesOf(template, "AWS::Lambda::Function").flatMap(({ Description, Environment }) => {
      const variables = (Environment as { Variables: Record<string, unknown> }).Variables;
      return "ZEROTH_REACHABLE" in variables ? [[Description, variables["ZEROTH_REACHABLE"]]] : [];
    });

  it("V10 are told which private ranges they may dial where they dial hosts that others name, and nowhere else", () => {
    const named = '["10.20.0.0/16","fd12:3456::/32"]';
    expect(rangesOf(chosen)).toEqual([
      ["Zeroth vault: login", named],
      // Hosts that strangers name, in ranges of their own.
      ["Zeroth vault: challenges", '["10.9.0.0/16"]'],
      ["Zeroth vault: dynamic", named],
      ["Zeroth vault: revoke", named],
    ]);
  });

  it("V10 are told no private ranges where they are outside the VPC", () => {
    const { loginSubnets, loginSecurityGroups } = EVERY_OPTION;
    const logins = makeTemplates({ loginSubnets, loginSecurityGroups, reachable: "10.20.0.0/16" }).stateless;
    expect(rangesOf(logins)).toEqual([["Zeroth zeroth: login", '["10.20.0.0/16"]']]);
  });

  it("use a restored table under its own name, and its data keys under the first name", () => {
    const told = propertiesOf(chosen, "AWS::Lambda::Function")
      .filter(({ Description }) => Description !== "Zeroth vault: ui")
      .map(({ Environment }) => (Environment as { Variables: Record<string, unknown> }).Variables);

    expect(told).toHaveLength(9);
    for (const variables of told)
      expect(variables).toMatchObject({ ZEROTH_TABLE_NAME: "vault-restored", ZEROTH_TABLE_IDENTITY: "vault" });
  });
});

describe("reads that may be late", () => {
  const told = (stacks: typeof stateless): unknown[] =>
    propertiesOf(stacks, "AWS::Lambda::Function").flatMap(({ Environment, Description }): unknown[] => {
      const late = (Environment as { Variables: Record<string, unknown> }).Variables["ZEROTH_READ_CACHE_MS"];
      return late === undefined ? [] : [[Description, late]];
    });

  it("are for the function that serves secrets alone, and for nobody unless chosen", () => {
    expect(told(chosen)).toEqual([["Zeroth vault: kv", "750"]]);
    expect(told(stateless)).toEqual([]);
  });
});

describe("the operators", () => {
  const variables = (template: typeof stateless) =>
    propertiesOf(template, "AWS::Lambda::Function").flatMap(({ Description, Environment }) => {
      const operators = (Environment as { Variables: Record<string, unknown> }).Variables["ZEROTH_OPERATORS"];
      return operators === undefined ? [] : [[Description, operators]];
    });

  it("are told to the system function alone", () => {
    expect(variables(chosen)).toEqual([["Zeroth vault: system", JSON.stringify([EVERY_OPTION.operators])]]);
    expect(variables(stateless)).toEqual([]);
  });

  it("are warned about in the outputs where nobody is named", () => {
    stateless.hasOutput("WarningOperators", { Value: Match.stringLikeRegexp("zeroth:operators") });
    expect(chosen.findOutputs("WarningOperators")).toEqual({});
  });
});

describe("the API", () => {
  it("sends well-known paths straight to their function and everything else to kv", () => {
    const integrations = stateless.findResources("AWS::ApiGatewayV2::Integration");
    const table = propertiesOf(stateless, "AWS::ApiGatewayV2::Route").map(({ RouteKey, Target }) => {
      const [, { Ref = "" } = {}] = (Target as { "Fn::Join": [string, [string, { Ref?: string }]] })["Fn::Join"][1];
      const uri = integrations[Ref]?.["Properties"]?.IntegrationUri?.["Fn::GetAtt"]?.[0];
      return `${RouteKey} -> ${String(uri).replace(/Function[0-9A-F]{8}$/, "")}`;
    });

    expect(table).toMatchInlineSnapshot(`
[
  "$default -> kv",
  "ANY /v1/auth/{path+} -> login",
  "ANY /v1/sys/mfa/{path+} -> login",
  "ANY /v1/sys/leases -> dynamic",
  "ANY /v1/sys/leases/{path+} -> dynamic",
  "ANY /v1/sys/renew -> dynamic",
  "ANY /v1/sys/renew/{path+} -> dynamic",
  "ANY /v1/sys/revoke -> dynamic",
  "ANY /v1/sys/revoke/{path+} -> dynamic",
  "ANY /v1/sys/revoke-prefix/{path+} -> dynamic",
  "ANY /v1/sys/revoke-force/{path+} -> dynamic",
  "ANY /v1/sys/policies -> policy",
  "ANY /v1/sys/policies/{path+} -> policy",
  "ANY /v1/sys/policy -> policy",
  "ANY /v1/sys/policy/{path+} -> policy",
  "ANY /v1/sys/capabilities -> policy",
  "ANY /v1/sys/capabilities-self -> policy",
  "ANY /v1/sys/capabilities-accessor -> policy",
  "ANY /v1/sys/wrapping -> wrapping",
  "ANY /v1/sys/wrapping/{path+} -> wrapping",
  "ANY /v1/cubbyhole -> wrapping",
  "ANY /v1/cubbyhole/{path+} -> wrapping",
  "ANY /v1/sys/{path+} -> system",
  "ANY /v1/identity -> system",
  "ANY /v1/identity/{path+} -> system",
  "GET / -> ui",
  "ANY /ui -> ui",
  "ANY /ui/{path+} -> ui",
]
`);
  });

  it("speaks payload 2.0", () => {
    stateless.allResourcesProperties("AWS::ApiGatewayV2::Integration", { PayloadFormatVersion: "2.0" });
  });

  it("throttles all requests, and logins more", () => {
    stateless.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
      StageName: "$default",
      DefaultRouteSettings: { ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 2000 },
      RouteSettings: {
        "ANY /v1/auth/{path+}": { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
        "ANY /v1/sys/mfa/{path+}": { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
        "GET /": { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
        "ANY /ui": { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
        "ANY /ui/{path+}": { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
      },
    });
  });

  it("makes the stage after the route it throttles", () => {
    const [route] = Object.keys(
      stateless.findResources("AWS::ApiGatewayV2::Route", { Properties: { RouteKey: "ANY /v1/auth/{path+}" } }),
    );

    stateless.hasResource("AWS::ApiGatewayV2::Stage", { DependsOn: Match.arrayWith([route]) });
  });

  it("logs each access in a line of less than 200 bytes", () => {
    const [{ AccessLogSettings } = {}] = propertiesOf(stateless, "AWS::ApiGatewayV2::Stage");
    const { Format } = AccessLogSettings as { Format: string };
    const values: Readonly<Record<string, string>> = {
      requestId: "JKJaXmPLvHcESHA=",
      "identity.sourceIp": "203.0.113.100",
      httpMethod: "GET",
      routeKey: "$default",
      status: "200",
      responseLength: "1024",
      responseLatency: "18",
      "integration.latency": "15",
      "error.responseType": "-",
    };
    const line = Format.replace(/\$context\.([A-Za-z.]+)/g, (whole, name: string) => values[name] ?? whole);

    expect(line).not.toContain("$context");
    expect(JSON.parse(line)).toMatchObject({ id: "JKJaXmPLvHcESHA=", status: "200" });
    expect(line.length).toBeLessThan(200);
  });

  it("logs each access without path, query, header or body", () => {
    const [{ AccessLogSettings } = {}] = propertiesOf(stateless, "AWS::ApiGatewayV2::Stage");
    const { Format } = AccessLogSettings as { Format: string };
    const variables = [...Format.matchAll(/\$context\.[A-Za-z.]+/g)].map(([text]) => text);

    expect(variables.sort()).toEqual([
      "$context.error.responseType",
      "$context.httpMethod",
      "$context.identity.sourceIp",
      "$context.integration.latency",
      "$context.requestId",
      "$context.responseLatency",
      "$context.responseLength",
      "$context.routeKey",
      "$context.status",
    ]);
  });

  it("answers no browser of another origin", () => {
    stateless.hasResourceProperties("AWS::ApiGatewayV2::Api", { CorsConfiguration: Match.absent() });
  });

  it("asks for client certificates and closes the generated address under an own name", () => {
    chosen.hasResourceProperties("AWS::ApiGatewayV2::DomainName", {
      MutualTlsAuthentication: { TruststoreUri: "s3://trusted/ca.pem" },
    });
    chosen.hasResourceProperties("AWS::ApiGatewayV2::Api", { DisableExecuteApiEndpoint: true });
  });
});
