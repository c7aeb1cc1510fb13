import type { Code } from "aws-cdk-lib/aws-lambda";
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { HOMES } from "../src/catalog.ts";
import { ENVIRONMENT } from "../src/contract/environment.ts";
import { FUNCTION_TABLE, type FunctionName } from "../src/contract/functions.ts";
import { deployedFunctions, type Home } from "../src/contract/homes.ts";
import { Alarms } from "./alarms.ts";
import { Expiry } from "./expiry.ts";
import { acknowledgeStateless } from "./findings.ts";
import { peersOf, permissionsFor } from "./permissions.ts";
import type { Settings } from "./settings.ts";
import type { StatefulStack } from "./stateful-stack.ts";
import type { Places } from "./statements.ts";
import { VaultApi } from "./vault-api.ts";
import { functionOf, ZerothFunction } from "./zeroth-function.ts";

export interface StatelessStackProps extends StackProps {
  readonly settings: Settings;
  readonly stateful: StatefulStack;
  /** The folder of a function's built code. */
  readonly code: (name: FunctionName) => Code;
  /** Where the backends run; absent: those of the catalog. */
  readonly homes?: readonly Home[];
}

/**
 * What may be rebuilt at any time: the functions, the API in front, what drives expiry, the alarms. It holds no data;
 * removing it takes the vault off the network and loses nothing.
 */
export class StatelessStack extends Stack {
  /** Those that are deployed; see `deployedFunctions`. */
  readonly functions: ReadonlyMap<FunctionName, ZerothFunction>;

  constructor(scope: Construct, id: string, props: StatelessStackProps) {
    super(scope, id, props);
    const { settings, stateful, homes = HOMES } = props;
    this.addStackDependency(stateful);
    const places = placesOf(this, settings, stateful);
    this.functions = this.make(props, homes, places);

    const front = new VaultApi(this, "Front", { settings, functions: this.functions });
    // It signs with this name as the issuer. The API knows its functions and not the other way round, so this is late.
    functionOf(this.functions, "system").lambda.addEnvironment(ENVIRONMENT.address, front.address);
    const expiry = new Expiry(this, "Expiry", {
      functions: this.functions,
      streamArn: places.streamArn,
      failuresArn: places.failuresArn,
    });
    new Alarms(this, "Alarms", {
      settings,
      functions: this.functions,
      api: front.api,
      schedules: expiry.rules,
      tableName: places.tableName,
      keyArn: places.keyArn,
      failuresArn: places.failuresArn,
    });

    acknowledgeStateless(this, front, places);
    this.outputs(front, settings);
  }

  /** Functions that invoke others are made after those. */
  private make(props: StatelessStackProps, homes: readonly Home[], places: Places): Map<FunctionName, ZerothFunction> {
    const rights = permissionsFor(homes);
    const made = new Map<FunctionName, ZerothFunction>();
    const wanted = deployedFunctions(homes).filter(
      (name) => props.settings.ui || FUNCTION_TABLE[name].answers !== "files",
    );
    const order = wanted.sort((a, b) => peersOf(rights[a]).length - peersOf(rights[b]).length);
    for (const name of order) {
      const { settings } = props;
      made.set(
        name,
        new ZerothFunction(this, name, {
          name,
          code: props.code(name),
          rights: rights[name],
          places,
          settings,
          peers: {
            Forward: rights[name].forwardsTo.map((peer) => functionOf(made, peer)),
            HandLeases: rights[name].handsLeasesTo.map((peer) => functionOf(made, peer)),
          },
        }),
      );
    }
    return made;
  }

  private outputs(front: VaultApi, { operators }: Settings): void {
    new CfnOutput(this, "VaultAddress", { value: front.address, description: "VAULT_ADDR of every client" });
    if (front.domainTarget !== undefined)
      new CfnOutput(this, "DomainTarget", {
        value: front.domainTarget,
        description: "Point the domain name's DNS record (CNAME or alias) here",
      });
    new CfnOutput(this, "SystemFunction", {
      value: functionOf(this.functions, "system").lambda.functionName,
      description:
        "Operators with lambda:InvokeFunction on it make the first root token: zeroth operator init --function <this name>",
    });
    if (operators === undefined)
      new CfnOutput(this, "WarningOperators", {
        value: "anyone who may invoke SystemFunction can make a root token: name the operators with zeroth:operators",
      });
  }
}

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
