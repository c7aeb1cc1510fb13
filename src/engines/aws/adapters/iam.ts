import { Sensitive } from "../../../std/sensitive.ts";
import type { Budget } from "../budget.ts";
import type { Iam, IamUser, Scope } from "../ports.ts";
import type { Connections } from "./connections.ts";
import { leftoversOf } from "./leftovers.ts";
import { complete } from "./outcomes.ts";
import type { Client, Use } from "./use.ts";

/** IAM. Source: AWS IAM API Reference. */

interface SdkUser {
  readonly UserName?: string | undefined;
  readonly UserId?: string | undefined;
  readonly Arn?: string | undefined;
  readonly CreateDate?: Date | undefined;
  readonly Tags?: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined;
}

const userIn = (user: SdkUser | undefined): IamUser => ({
  name: complete(user?.UserName),
  id: complete(user?.UserId),
  arn: complete(user?.Arn),
  created: complete(user?.CreateDate).getTime(),
  tags: Object.fromEntries((user?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
});

/** Every page of a listing. */
const pages = async <T>(
  ask: (marker: string | undefined) => Promise<{
    readonly items: readonly T[];
    readonly marker?: string | undefined;
    readonly more?: boolean | undefined;
  }>,
): Promise<readonly T[]> => {
  const all: T[] = [];
  let marker: string | undefined;
  do {
    const page = await ask(marker);
    all.push(...page.items);
    marker = page.more ? page.marker : undefined;
  } while (marker !== undefined);
  return all;
};

const from = (marker: string | undefined) => (marker === undefined ? {} : { Marker: marker });

const usersOf = (
  use: Use,
): Pick<Iam, "createUser" | "getUser" | "deleteUser" | "createKey" | "keysOf" | "deleteKey"> => ({
  createUser: ({ name, path, boundary, tags }) =>
    use(async (client, { CreateUserCommand }) => {
      const { User } = await client.send(
        new CreateUserCommand({
          UserName: name,
          Path: path,
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          ...(boundary === undefined ? {} : { PermissionsBoundary: boundary }),
        }),
      );
      return userIn({ CreateDate: new Date(0), ...User });
    }, false),
  getUser: (name) =>
    use(async (client, { GetUserCommand }) => {
      const { User } = await client.send(new GetUserCommand(name === undefined ? {} : { UserName: name }));
      return userIn(User);
    }),
  deleteUser: (name) =>
    use(async (client, { DeleteUserCommand }) => {
      await client.send(new DeleteUserCommand({ UserName: name }));
    }),
  createKey: (user) =>
    use(async (client, { CreateAccessKeyCommand }) => {
      const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: user }));
      return {
        accessKey: complete(AccessKey?.AccessKeyId),
        secretKey: new Sensitive(complete(AccessKey?.SecretAccessKey)),
      };
    }, false),
  keysOf: (user) =>
    use((client, { ListAccessKeysCommand }) =>
      pages(async (marker) => {
        const page = await client.send(new ListAccessKeysCommand({ UserName: user, ...from(marker) }));
        const items = (page.AccessKeyMetadata ?? []).map((key) => ({
          accessKey: complete(key.AccessKeyId),
          created: key.CreateDate?.getTime() ?? 0,
        }));
        return { items, marker: page.Marker, more: page.IsTruncated };
      }),
    ),
  deleteKey: (user, accessKey) =>
    use(async (client, { DeleteAccessKeyCommand }) => {
      await client.send(new DeleteAccessKeyCommand({ UserName: user, AccessKeyId: accessKey }));
    }),
});

const policiesOf = (
  use: Use,
): Pick<Iam, "attachPolicy" | "attachedTo" | "detachPolicy" | "putPolicy" | "inlineOf" | "deletePolicy"> => ({
  attachPolicy: (user, arn) =>
    use(async (client, { AttachUserPolicyCommand }) => {
      await client.send(new AttachUserPolicyCommand({ UserName: user, PolicyArn: arn }));
    }),
  attachedTo: (user) =>
    use((client, { ListAttachedUserPoliciesCommand }) =>
      pages(async (marker) => {
        const page = await client.send(new ListAttachedUserPoliciesCommand({ UserName: user, ...from(marker) }));
        const items = (page.AttachedPolicies ?? []).map(({ PolicyArn }) => complete(PolicyArn));
        return { items, marker: page.Marker, more: page.IsTruncated };
      }),
    ),
  detachPolicy: (user, arn) =>
    use(async (client, { DetachUserPolicyCommand }) => {
      await client.send(new DetachUserPolicyCommand({ UserName: user, PolicyArn: arn }));
    }),
  putPolicy: (user, name, document) =>
    use(async (client, { PutUserPolicyCommand }) => {
      await client.send(new PutUserPolicyCommand({ UserName: user, PolicyName: name, PolicyDocument: document }));
    }),
  inlineOf: (user) =>
    use((client, { ListUserPoliciesCommand }) =>
      pages(async (marker) => {
        const page = await client.send(new ListUserPoliciesCommand({ UserName: user, ...from(marker) }));
        return { items: page.PolicyNames ?? [], marker: page.Marker, more: page.IsTruncated };
      }),
    ),
  deletePolicy: (user, name) =>
    use(async (client, { DeleteUserPolicyCommand }) => {
      await client.send(new DeleteUserPolicyCommand({ UserName: user, PolicyName: name }));
    }),
});

const groupsOf = (
  use: Use,
): Pick<Iam, "addToGroup" | "groupsOf" | "removeFromGroup" | "attachedToGroup" | "inlineOfGroup"> => ({
  addToGroup: (user, group) =>
    use(async (client, { AddUserToGroupCommand }) => {
      await client.send(new AddUserToGroupCommand({ UserName: user, GroupName: group }));
    }),
  groupsOf: (user) =>
    use((client, { ListGroupsForUserCommand }) =>
      pages(async (marker) => {
        const page = await client.send(new ListGroupsForUserCommand({ UserName: user, ...from(marker) }));
        const items = (page.Groups ?? []).map(({ GroupName }) => complete(GroupName));
        return { items, marker: page.Marker, more: page.IsTruncated };
      }),
    ),
  removeFromGroup: (user, group) =>
    use(async (client, { RemoveUserFromGroupCommand }) => {
      await client.send(new RemoveUserFromGroupCommand({ UserName: user, GroupName: group }));
    }),
  attachedToGroup: (group) =>
    use((client, { ListAttachedGroupPoliciesCommand }) =>
      pages(async (marker) => {
        const page = await client.send(new ListAttachedGroupPoliciesCommand({ GroupName: group, ...from(marker) }));
        const items = (page.AttachedPolicies ?? []).map(({ PolicyArn }) => complete(PolicyArn));
        return { items, marker: page.Marker, more: page.IsTruncated };
      }),
    ),
  inlineOfGroup: (group) =>
    use(async (client, { GetGroupPolicyCommand, ListGroupPoliciesCommand }) => {
      const names = await pages(async (marker) => {
        const page = await client.send(new ListGroupPoliciesCommand({ GroupName: group, ...from(marker) }));
        return { items: page.PolicyNames ?? [], marker: page.Marker, more: page.IsTruncated };
      });
      const documents: string[] = [];
      for (const name of names) {
        const found = await client.send(new GetGroupPolicyCommand({ GroupName: group, PolicyName: name }));
        documents.push(decodeURIComponent(complete(found.PolicyDocument)));
      }
      return documents;
    }),
});

export const iamOver = (connections: Connections, scope: Scope, budget: Budget): Iam => {
  let client: Client | undefined;
  const use: Use = (work, again = true) =>
    connections.call(scope, budget, again, async () => {
      const sdk = await import("./sdk/iam.ts");
      client ??= new sdk.IAMClient(connections.clientSettings(scope, scope.iam, budget));
      return work(client, sdk);
    });
  return { ...usersOf(use), ...policiesOf(use), ...groupsOf(use), ...leftoversOf(use) };
};
