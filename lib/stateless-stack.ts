import type { Code } from "aws-cdk-lib/aws-lambda";
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { Alarms } from "./alarms.ts";
import { Expiry } from "./expiry.ts";
import { acknowledgeStateless } from "./findings.ts";
import type { FunctionName } from "./functions.ts";
import { PERMISSIONS } from "./permissions.ts";
import type { Settings } from "./settings.ts";
import type { StatefulStack } from "./stateful-stack.ts";
import type { Places } from "./statements.ts";
import { VaultApi } from "./vault-api.ts";
import { ZerothFunction } from "./zeroth-function.ts";

export interface StatelessStackProps extends StackProps {
  readonly settings: Settings;
  readonly stateful: StatefulStack;
  /** Where the built code of a function lies. */
  readonly code: (name: FunctionName) => Code;
}

/**
 * What may be rebuilt at any time: seven functions, the API in front, what drives expiry, the alarms. It holds no data;
 * removing it takes the vault off the network and loses nothing.
 */
export class StatelessStack extends Stack {
  readonly functions: Readonly<Record<FunctionName, ZerothFunction>>;

  constructor(scope: Construct, id: string, props: StatelessStackProps) {
    super(scope, id, props);
    const { settings, stateful } = props;
    this.addStackDependency(stateful);
    const places = placesOf(this, settings, stateful);

    const make = (name: FunctionName, more: Partial<ConstructorParameters<typeof ZerothFunction>[2]> = {}) =>
      new ZerothFunction(this, name, { name, code: props.code(name), places, settings, ...more });

    const others = {
      login: make("login", { reservedConcurrency: settings.loginConcurrency }),
      dynamic: make("dynamic", { reachesDatabases: true }),
      policy: make("policy"),
      wrapping: make("wrapping"),
      system: make("system"),
      revoke: make("revoke", { reachesDatabases: true, reservedConcurrency: settings.revokeConcurrency }),
    };
    const peers = (PERMISSIONS.kv.forwardsTo ?? []).flatMap((name) => (name === "kv" ? [] : [others[name]]));
    this.functions = { ...others, kv: make("kv", { peers }) };

    const lambdas = {
      ...mapValues(others, (it) => it.lambda),
      kv: this.functions.kv.lambda,
    };
    const front = new VaultApi(this, "Front", { settings, functions: lambdas });
    const expiry = new Expiry(this, "Expiry", {
      revoke: lambdas.revoke,
      system: lambdas.system,
      streamArn: places.streamArn,
      failuresArn: places.failuresArn,
    });
    new Alarms(this, "Alarms", {
      settings,
      functions: lambdas,
      api: front.api,
      stream: expiry.mapping,
      tableName: places.tableName,
    });

    acknowledgeStateless(this, front, places);
    this.outputs(front);
  }

  private outputs(front: VaultApi): void {
    new CfnOutput(this, "VaultAddress", { value: front.address, description: "VAULT_ADDR of every client" });
    if (front.domainTarget !== undefined)
      new CfnOutput(this, "DomainTarget", {
        value: front.domainTarget,
        description: "A DNS record (CNAME or alias) of the domain name has to point here",
      });
    new CfnOutput(this, "SystemFunction", {
      value: this.functions.system.lambda.functionName,
      description:
        "Operators with lambda:InvokeFunction on it make the first root token: zeroth operator init --function <this name>",
    });
  }
}

const mapValues = <K extends string, A, B>(record: Readonly<Record<K, A>>, change: (value: A) => B): Record<K, B> => {
  const entries = Object.entries<A>(record).map(([key, value]) => [key, change(value)]);
  // The keys are those that went in; `Object.entries` has forgotten their type.
  return Object.fromEntries(entries) as Record<K, B>;
};

/** The stateful stack's own table, or the restored one the settings name. */
const placesOf = (stack: Stack, settings: Settings, stateful: StatefulStack): Places => {
  const own: Places = { ...stateful.exports, tableIdentity: settings.name, settings };
  if (settings.restoredTable === undefined || settings.restoredStream === undefined) return own;
  return {
    ...own,
    tableName: settings.restoredTable,
    tableArn: stack.formatArn({ service: "dynamodb", resource: "table", resourceName: settings.restoredTable }),
    streamArn: settings.restoredStream,
  };
};
