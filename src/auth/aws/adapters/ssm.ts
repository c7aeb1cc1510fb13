import { defined } from "../../../std/defined.ts";
import { type AccountScope, LookupFailed, type ManagedInstance, type Tag } from "../ports.ts";
import type { Connections } from "./connections.ts";
import { complete, orNone } from "./outcomes.ts";

/** Systems Manager: nodes and their tags, by region. */

const connect = (connections: Connections, scope: AccountScope, region: string) =>
  connections.client("ssm", region, scope, async () => {
    const { SSMClient } = await import("./sdk/ssm.ts");
    return new SSMClient({
      region,
      credentials: connections.credentialsFor(scope),
      requestHandler: connections.requestHandler,
      maxAttempts: 2,
      ...defined({ endpoint: connections.endpoints.ssm }),
    });
  });

const UNKNOWN = ["InvalidInstanceId", "InvalidInstanceIdException"];

export const describeNode = (
  connections: Connections,
  scope: AccountScope,
  region: string,
  id: string,
): Promise<ManagedInstance | undefined> =>
  orNone(UNKNOWN, async () => {
    const client = await connect(connections, scope, region);
    const { DescribeInstanceInformationCommand } = await import("./sdk/ssm.ts");
    const answer = await client.send(
      new DescribeInstanceInformationCommand({ Filters: [{ Key: "InstanceIds", Values: [id] }], MaxResults: 5 }),
    );
    const found = (answer.InstanceInformationList ?? []).filter((node) => node.InstanceId === id);
    if (found.length > 1) throw new LookupFailed("AnswerAmbiguous");
    const [node] = found;
    return (
      node && {
        id: complete(node.InstanceId),
        resourceType: node.ResourceType ?? "",
        activationId: node.ActivationId ?? "",
        iamRole: node.IamRole ?? "",
        name: node.Name ?? "",
        platformType: node.PlatformType ?? "",
        pingStatus: node.PingStatus ?? "",
        lastPing: node.LastPingDateTime?.getTime() ?? 0,
        registered: node.RegistrationDate?.getTime() ?? 0,
      }
    );
  });

export const nodeTags = async (
  connections: Connections,
  scope: AccountScope,
  region: string,
  id: string,
): Promise<readonly Tag[]> =>
  (await orNone(["InvalidResourceId"], async () => {
    const client = await connect(connections, scope, region);
    const { ListTagsForResourceCommand } = await import("./sdk/ssm.ts");
    const answer = await client.send(
      new ListTagsForResourceCommand({ ResourceType: "ManagedInstance", ResourceId: id }),
    );
    return (answer.TagList ?? []).map((tag) => ({ key: tag.Key ?? "", value: tag.Value ?? "" }));
  })) ?? [];
