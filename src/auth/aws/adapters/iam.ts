import { defined } from "../../../std/defined.ts";
import type { AccountScope, IamRole, IamUser, InstanceProfile } from "../ports.ts";
import type { Connections } from "./connections.ts";
import { complete, orNone } from "./outcomes.ts";

/** IAM look-ups by name. */

const connect = (connections: Connections, scope: AccountScope) => {
  const at = connections.region;
  return connections.client("iam", at, scope, async () => {
    const { IAMClient } = await import("./sdk/iam.ts");
    return new IAMClient({
      region: at,
      credentials: connections.credentialsFor(scope),
      requestHandler: connections.requestHandler,
      maxAttempts: 2,
      ...defined({ endpoint: scope.endpoints?.iam ?? connections.endpoints.iam }),
    });
  });
};

const MISSING = ["NoSuchEntityException", "NoSuchEntity"];

export const getRole = (connections: Connections, scope: AccountScope, name: string): Promise<IamRole | undefined> =>
  orNone(MISSING, async () => {
    const client = await connect(connections, scope);
    const { GetRoleCommand } = await import("./sdk/iam.ts");
    const { Role: role } = await client.send(new GetRoleCommand({ RoleName: name }));
    return {
      id: complete(role?.RoleId),
      arn: complete(role?.Arn),
      trustPolicy: decodeURIComponent(complete(role?.AssumeRolePolicyDocument)),
    };
  });

export const getUser = (connections: Connections, scope: AccountScope, name: string): Promise<IamUser | undefined> =>
  orNone(MISSING, async () => {
    const client = await connect(connections, scope);
    const { GetUserCommand } = await import("./sdk/iam.ts");
    const { User: user } = await client.send(new GetUserCommand({ UserName: name }));
    return { id: complete(user?.UserId), arn: complete(user?.Arn) };
  });

export const getInstanceProfile = (
  connections: Connections,
  scope: AccountScope,
  name: string,
): Promise<InstanceProfile | undefined> =>
  orNone(MISSING, async () => {
    const client = await connect(connections, scope);
    const { GetInstanceProfileCommand } = await import("./sdk/iam.ts");
    const answer = await client.send(new GetInstanceProfileCommand({ InstanceProfileName: name }));
    const profile = answer.InstanceProfile;
    return {
      id: complete(profile?.InstanceProfileId),
      arn: complete(profile?.Arn),
      roles: (profile?.Roles ?? []).map((role) => ({ id: complete(role.RoleId), arn: complete(role.Arn) })),
    };
  });
