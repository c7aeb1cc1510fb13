import { fileURLToPath } from "node:url";
import { Code } from "aws-cdk-lib/aws-lambda";
import { App, Tags, Validations } from "aws-cdk-lib/core";
import { AwsSolutionsChecks } from "cdk-nag";
import { readSettings } from "../lib/settings.ts";
import { StatefulStack } from "../lib/stateful-stack.ts";
import { StatelessStack } from "../lib/stateless-stack.ts";

/** CDK entry: reads the settings, makes the two stacks, has them checked. `npm run build` must have run before. */

const app = new App();
const settings = readSettings(app.node.getAllContext());
const built = fileURLToPath(new URL("../dist/lambdas/", import.meta.url));

const stateful = new StatefulStack(app, "Stateful", {
  stackName: `${settings.name}-stateful`,
  description: "Zeroth: key, table, failed expiry records. Survives everything.",
  terminationProtection: true,
  settings,
});
new StatelessStack(app, "Stateless", {
  stackName: `${settings.name}-stateless`,
  description: "Zeroth: functions, API, expiry, alarms. May be rebuilt at any time.",
  settings,
  stateful,
  code: (name) => Code.fromAsset(`${built}${name}`, { exclude: ["*.map"] }),
});

Tags.of(app).add("zeroth", settings.name);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
