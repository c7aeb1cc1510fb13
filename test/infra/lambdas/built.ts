import { afterAll, afterEach, beforeAll } from "@jest/globals";
import { expandAudit } from "../../../src/audit/expand.ts";
import type { FunctionName } from "../../../src/contract/functions.ts";
import { type Deployment, deploy, TABLE } from "../support/deployment.ts";
import { type Ask, answerOf, eventOf, type Fields, objectOf } from "../support/events.ts";

/** The one deployment that all stories of the built functions share, with its root token, and what they ask of it. */

export interface Built {
  /** Once the tests run. */
  readonly deployment: Deployment;
  /** An event of the gateway; with the root token, unless it names another. */
  eventOf(given: Ask): Fields;
  ask(name: FunctionName, given?: Ask): Promise<ReturnType<typeof answerOf>>;
  /** Names of the metrics that a function has counted. */
  metricsOf(name: FunctionName): readonly string[];
  auditOf(name: FunctionName): readonly Fields[];
  /** What the table's TTL removes within a week, as the stream shows it. */
  removals(): Promise<readonly unknown[]>;
}

/** The audit lines in what a function printed, in Vault's format. */
export const auditLines = (output: string): readonly Fields[] =>
  expandAudit(output.split("\n")).lines.map((line) => objectOf(JSON.parse(line)));

/** Deploys before the first test and ends after the last. */
export const useBuilt = (): Built => {
  let deployment: Deployment;
  let root: string;
  beforeAll(async () => {
    deployment = await deploy();
    const made = await deployment.functions.system.invoke({ zeroth: "init" });
    root = String(objectOf(made.result)["root_token"]);
  });
  afterAll(() => deployment.close());
  afterEach(() => {
    deployment.refuse = undefined;
  });

  const built: Built = {
    get deployment() {
      return deployment;
    },
    eventOf: (given) => eventOf(given, root),
    ask: async (name, given = {}) => answerOf((await deployment.functions[name].invoke(built.eventOf(given))).result),
    metricsOf: (name) =>
      deployment.functions[name]
        .output()
        .split("\n")
        .filter((line) => line.startsWith('{"_aws"'))
        .flatMap((line) => Object.keys(objectOf(JSON.parse(line)))),
    auditOf: (name) => auditLines(deployment.functions[name].output()),
    removals: async () => {
      const batch: unknown[] = [];
      const unsubscribe = deployment.aws.dynamo.subscribe(TABLE, async (records) => {
        batch.push(...records);
      });
      deployment.advanceTableClock(7 * 86_400);
      await deployment.aws.dynamo.expire();
      unsubscribe();
      return batch;
    },
  };
  return built;
};
