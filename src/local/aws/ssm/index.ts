/** Systems Manager's hybrid nodes: activations, machines, and the agent's side. Speaks JSON 1.1, target `AmazonSSM`. */
import type { JsonOperation } from "../operation.ts";
import { activationOperations } from "./activations.ts";
import { agentOperations } from "./agent.ts";
import { nodeOperations } from "./nodes.ts";

export const ssmOperations: Readonly<Record<string, JsonOperation>> = {
  ...activationOperations,
  ...nodeOperations,
  ...agentOperations,
};

/** Needs no signature: the activation's code is the proof. */
export const ssmAnonymous: ReadonlySet<string> = new Set(["RegisterManagedInstance"]);

/** What a machine may ask with its own key. */
export const ssmOfNodes: ReadonlySet<string> = new Set([
  "RequestManagedInstanceRoleToken",
  "UpdateManagedInstancePublicKey",
]);
