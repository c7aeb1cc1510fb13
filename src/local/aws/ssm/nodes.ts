import { defined } from "../../../std/defined.ts";
/** Registered machines: listing, tagging, moving, removing them. Source: AWS Systems Manager API Reference. */
import type { JsonObject } from "../../../std/json.ts";
import type { Call } from "../call.ts";
import { choice, integer, objects, optionalText, tags, text, texts } from "../fields.ts";
import { type ManagedNode, own } from "../model.ts";
import type { JsonOperation } from "../operation.ts";
import { AwsError } from "../wire.ts";
import { checkRole, roleNameOf } from "./activations.ts";

// The agent pings every five minutes; one that has missed two of them has lost its connection.
const ONLINE_MS = 10 * 60 * 1000;

const pingStatus = (call: Call, node: ManagedNode): string =>
  call.clock.now() - node.lastPing <= ONLINE_MS ? "Online" : "ConnectionLost";

const shown = (call: Call, node: ManagedNode): Record<string, unknown> =>
  defined({
    InstanceId: node.id,
    PingStatus: pingStatus(call, node),
    LastPingDateTime: node.lastPing / 1000,
    AgentVersion: "3.3.987.0",
    IsLatestVersion: true,
    PlatformType: "Linux",
    PlatformName: "Ubuntu",
    PlatformVersion: "22.04",
    IPAddress: "127.0.0.1",
    ComputerName: "localhost",
    ...node.report,
    ActivationId: node.activationId,
    IamRole: node.iamRole,
    RegistrationDate: node.registered / 1000,
    ResourceType: "ManagedInstance",
    Name: node.name ?? undefined,
    SourceId: node.id,
    SourceType: "AWS::SSM::ManagedInstance",
  });

const FACTS: Readonly<Record<string, string>> = {
  ActivationIds: "ActivationId",
  AgentVersion: "AgentVersion",
  IamRole: "IamRole",
  InstanceIds: "InstanceId",
  PingStatus: "PingStatus",
  PlatformType: "PlatformType",
  PlatformTypes: "PlatformType",
  ResourceType: "ResourceType",
  SourceIds: "SourceId",
  SourceTypes: "SourceType",
};

type Test = (node: ManagedNode) => boolean;

const filterTest = (call: Call, key: string, values: readonly string[]): Test => {
  if (key === "tag-key") return (node) => values.some((value) => own(node.tags, value) !== undefined);
  if (key.startsWith("tag:")) return (node) => values.includes(own(node.tags, key.slice(4)) ?? "\0");
  const fact = own(FACTS, key);
  if (fact === undefined) throw new AwsError("InvalidInstanceInformationFilterValue", `${key} is not a filter.`);
  if (key === "IamRole") return (node) => values.some((value) => roleNameOf(value) === roleNameOf(node.iamRole));
  return (node) => values.includes(String(shown(call, node)[fact]));
};

const filters = (call: Call, input: JsonObject): readonly Test[] => {
  const current = objects(input, "Filters").map((one) => filterTest(call, text(one, "Key"), texts(one, "Values")));
  const older = objects(input, "InstanceInformationFilterList").map((one) =>
    filterTest(call, text(one, "key"), texts(one, "valueSet")),
  );
  if (current.length > 0 && older.length > 0) {
    throw new AwsError("ValidationException", "Filters and InstanceInformationFilterList cannot be used together.");
  }
  return [...current, ...older];
};

const describe: JsonOperation = (call, input) => {
  const tests = filters(call, input);
  const limit = integer(input, "MaxResults", 5, 50) ?? 50;
  const start = Number(optionalText(input, "NextToken") ?? "0");
  if (!Number.isInteger(start) || start < 0)
    throw new AwsError("InvalidNextToken", "The specified token is not valid.");
  const found = Object.values(call.here.nodes).filter((node) => tests.every((test) => test(node)));
  const InstanceInformationList = found.slice(start, start + limit).map((node) => shown(call, node));
  return start + limit < found.length
    ? { InstanceInformationList, NextToken: String(start + limit) }
    : { InstanceInformationList };
};

const find = (call: Call, id: string, code: string): ManagedNode => {
  const node = own(call.here.nodes, id);
  if (!node) throw new AwsError(code, code === "InvalidInstanceId" ? `Instance ${id} is not valid.` : "");
  return node;
};

const tagged = (call: Call, input: JsonObject): ManagedNode => {
  text(input, "ResourceType");
  choice(input, "ResourceType", ["ManagedInstance"], "ManagedInstance");
  return find(call, text(input, "ResourceId"), "InvalidResourceId");
};

export const nodeOperations: Readonly<Record<string, JsonOperation>> = {
  DescribeInstanceInformation: describe,
  DeregisterManagedInstance: async (call, input) => {
    delete call.here.nodes[find(call, text(input, "InstanceId"), "InvalidInstanceId").id];
    await call.store.save();
    return {};
  },
  UpdateManagedInstanceRole: async (call, input) => {
    const node = find(call, text(input, "InstanceId"), "InvalidInstanceId");
    const iamRole = text(input, "IamRole");
    checkRole(call, iamRole);
    call.here.nodes[node.id] = { ...node, iamRole };
    await call.store.save();
    return {};
  },
  ListTagsForResource: (call, input) => ({
    TagList: Object.entries(tagged(call, input).tags).map(([Key, Value]) => ({ Key, Value })),
  }),
  AddTagsToResource: async (call, input) => {
    const node = tagged(call, input);
    node.tags = { ...node.tags, ...tags(input, "Tags", "") };
    await call.store.save();
    return {};
  },
  RemoveTagsFromResource: async (call, input) => {
    const node = tagged(call, input);
    for (const key of texts(input, "TagKeys")) delete node.tags[key];
    await call.store.save();
    return {};
  },
};
