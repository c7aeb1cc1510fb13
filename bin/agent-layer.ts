import { fileURLToPath } from "node:url";
import { App, CfnOutput, Stack } from "aws-cdk-lib/core";
import { ZerothAgentLayer } from "../lib/agent-layer.ts";

/**
 * A CDK app of its own with nothing but the agent's layer, for those whose functions are deployed by other means:
 * `npm run cdk -- --app "node --import tsx bin/agent-layer.ts" deploy`, after `npm run build:agent`.
 */

const app = new App();
const stack = new Stack(app, "AgentLayer", { description: "Zeroth: the agent's layer" });
const built = fileURLToPath(new URL("../dist/agent/", import.meta.url));
for (const [id, folder] of [
  ["Node", "layer"],
  ["Executable", "layer-executable"],
] as const) {
  const layer = new ZerothAgentLayer(stack, id, { folder: `${built}${folder}` });
  new CfnOutput(stack, `${id}Arn`, { value: layer.layerVersionArn });
}
