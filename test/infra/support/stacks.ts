import { fileURLToPath } from "node:url";
import { Template } from "aws-cdk-lib/assertions";
import { Code } from "aws-cdk-lib/aws-lambda";
import { App } from "aws-cdk-lib/core";
import { readSettings } from "../../../lib/settings.ts";
import { StatefulStack } from "../../../lib/stateful-stack.ts";
import { StatelessStack } from "../../../lib/stateless-stack.ts";
import type { Home } from "../../../src/contract/homes.ts";

const folder = fileURLToPath(new URL("../fixture/function", import.meta.url));

/** Every setting at once, as somebody would give it on the command line. */
export const EVERY_OPTION = {
  name: "vault",
  logDays: "30",
  subnets: "subnet-01234567,subnet-89abcdef",
  securityGroups: "sg-01234567",
  reachable: "10.20.0.0/16,fd12:3456::/32",
  loginSubnets: "subnet-00112233",
  loginSecurityGroups: "sg-00112233",
  acmeSubnets: "subnet-0fedcbaa",
  acmeSecurityGroups: "sg-0fedcbaa",
  acmeReachable: "10.9.0.0/16",
  isolatedSubnets: "subnet-0fedcba9",
  isolatedSecurityGroups: "sg-0fedcba9",
  databaseUsers: "arn:aws:rds-db:eu-central-1:123456789012:dbuser:cluster-ABCDEFGHIJKL01234/zeroth",
  readerRoles: "arn:aws:iam::123456789012:role/reader",
  issuableRoles: "arn:aws:iam::123456789012:role/deploy,arn:aws:iam::210987654321:role/deploy",
  issuedUsersPath: "/zeroth/",
  issuedUsersBoundary: "arn:aws:iam::123456789012:policy/applications",
  domainName: "vault.example.org",
  certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/c",
  truststore: "s3://trusted/ca.pem",
  alarmTopic: "arn:aws:sns:eu-central-1:123456789012:alarms",
  operators: "arn:aws:iam::123456789012:role/break-glass",
  restoredTable: "vault-restored",
  restoredStream: "arn:aws:dynamodb:eu-central-1:123456789012:table/vault-restored/stream/x",
  loginConcurrency: "50",
  readCacheMs: "750",
  revokeConcurrency: "12",
} as const;

export interface Stacks {
  readonly app: App;
  readonly stateful: StatefulStack;
  readonly stateless: StatelessStack;
}

/**
 * Both stacks with a stand-in for the built code. Keys of `context` are given without their `zeroth:` prefix; `homes`
 * are the backends, those of the catalog unless given.
 */
export const makeStacks = (context: Readonly<Record<string, unknown>> = {}, homes?: readonly Home[]): Stacks => {
  const settings = readSettings(
    Object.fromEntries(Object.entries(context).map(([key, value]) => [`zeroth:${key}`, value])),
  );
  const app = new App({
    context: { "@aws-cdk/core:defaultCrossStackReferences": "strong" },
    // CloudFormation's schema rules take seconds to load; `npm run synth` runs them.
    builtinCloudFormationValidation: false,
  });
  const stateful = new StatefulStack(app, "Stateful", { stackName: `${settings.name}-stateful`, settings });
  const stateless = new StatelessStack(app, "Stateless", {
    stackName: `${settings.name}-stateless`,
    settings,
    stateful,
    code: () => Code.fromAsset(folder),
    ...(homes === undefined ? {} : { homes }),
  });
  return { app, stateful, stateless };
};

export interface Templates {
  readonly stateful: Template;
  readonly stateless: Template;
}

export const makeTemplates = (context: Readonly<Record<string, unknown>> = {}, homes?: readonly Home[]): Templates => {
  const { stateful, stateless } = makeStacks(context, homes);
  return { stateful: Template.fromStack(stateful), stateless: Template.fromStack(stateless) };
};

/** Properties of all resources of a type, in the order of the template. */
export const propertiesOf = (template: Template, type: string): Record<string, unknown>[] =>
  Object.values(template.findResources(type)).map(
    (it: { Properties?: Record<string, unknown> }) => it.Properties ?? {},
  );
