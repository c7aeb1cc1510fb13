import type { z } from "zod";
import { type AnyPath, type Backend, type BackendContext, defineBackend, op, path } from "../../framework/index.ts";
import { listing } from "../../framework/records.ts";
import { seconds } from "../../std/time.ts";
import { issueCreds } from "./creds.ts";
import { CredsInput, CredsOutput, type CredsPath } from "./creds-shapes.ts";
import { LeaseInput, LeaseShown, showLease, writeLease } from "./lease-config.ts";
import { RoleInput, RoleShown, showRole, writeRole } from "./roles.ts";
import { findRoot, RootInput, RootShown, rootAddress, showRoot, writeRoot } from "./root-config.ts";
import { finishRotation, RotatedOutput, rotateRoot } from "./rotate-root.ts";
import { readStaticRole, StaticRoleShown, showStaticRole } from "./static-role.ts";
import { removeStaticRole, StaticRoleInput, writeStaticRole } from "./static-roles.ts";
import { rotateDue, StaticCredsOutput, staticCreds } from "./static-rotation.ts";
import { readRole, roleAddress } from "./stored-role.ts";
import { renewUser } from "./user-creds.ts";
import { revokeUser } from "./user-revocation.ts";
import type { EngineWorld } from "./world.ts";

/**
 * Credentials of AWS, the backend `aws`: IAM users made for one lease each, sessions of STS, and keys of existing users
 * replaced from time to time. It trusts core to have checked the caller and to revoke what it leased, and operators to
 * have meant the rights they wrote into roles. It must never make a user that no lease names, never remove a user that
 * does not carry its mark, never show a secret it was given, and never pass on a text of AWS. `README.md` has the paths.
 */

const NAME = { name: "Name, shaped as Vault's names, `@` inside allowed; case matters." };

const warned = (warnings: readonly string[]) => (warnings.length === 0 ? undefined : { warnings });

const configPaths = (world: EngineWorld): readonly AnyPath[] => [
  path("config/root", {
    summary: "the key that the mount works with, and where it finds AWS",
    params: {},
    ops: {
      read: op({
        summary: "read the configuration, without its secret",
        answers: RootShown,
        handle: async (_, cx) => {
          const config = await findRoot(cx.storage);
          return config && { data: showRoot(config) };
        },
      }),
      update: op({
        summary: "replace the configuration; what is not named is reset",
        answers: "nothing",
        input: RootInput,
        handle: async ({ input }, cx) => warned(await writeRoot(input, cx)),
      }),
    },
  }),
  path("config/rotate-root", {
    summary: "the mount's own key",
    params: {},
    ops: {
      update: op({
        summary: "replace the key by a new one; its secret is never shown",
        answers: RotatedOutput,
        handle: (_, cx) => rotateRoot(world, cx),
      }),
    },
  }),
  path("config/lease", {
    summary: "how long keys of IAM users live",
    params: {},
    ops: {
      read: op({
        summary: "read the lifetimes",
        answers: LeaseShown,
        handle: async (_, cx) => {
          const data = await showLease(cx.storage);
          return data && { data };
        },
      }),
      update: op({
        summary: "set the lifetimes",
        answers: "nothing",
        input: LeaseInput,
        handle: async ({ input }, cx): Promise<undefined> => {
          await writeLease(input, cx);
        },
      }),
    },
  }),
];

const rolePaths: readonly AnyPath[] = [
  listing("roles", { all: "the roles of this mount", list: "list the roles" }, (cx) => cx.storage.list("role/")),
  path("roles/{name:at}", {
    summary: "a role: what kind of credentials it gives, and what they may do",
    params: NAME,
    ops: {
      read: op({
        summary: "read a role",
        answers: RoleShown,
        handle: async ({ params }, cx) => {
          const role = await readRole(cx.storage, params.name);
          return role && { data: showRole(role) };
        },
      }),
      update: op({
        summary: "write or change a role; what is not named stays",
        answers: "nothing",
        input: RoleInput,
        handle: async ({ params, input }, cx) => warned(await writeRole(params.name, input, cx)),
      }),
      delete: op({
        summary: "delete a role; its leases go on",
        answers: "nothing",
        handle: async ({ params }, cx): Promise<undefined> => {
          await cx.storage.write([{ op: "delete", address: roleAddress(cx.storage, params.name), when: "any" }]);
        },
      }),
    },
  }),
];

const credsPath = (world: EngineWorld, at: CredsPath): AnyPath => {
  const issue = {
    input: CredsInput,
    answers: CredsOutput,
    handle: (
      { params, input }: { readonly params: { readonly name: string }; readonly input: z.output<typeof CredsInput> },
      cx: BackendContext,
    ) => issueCreds(world, at, params.name, input, cx),
  };
  return path(`${at}/{name:at}`, {
    summary: "credentials of a role",
    params: NAME,
    ops: {
      read: op({
        ...issue,
        summary: "make credentials",
        prefetch: ({ params }, storage) => [roleAddress(storage, params.name), rootAddress(storage)],
      }),
      update: op({ ...issue, summary: "make credentials; the same with a body" }),
    },
  });
};

const staticPaths = (world: EngineWorld): readonly AnyPath[] => [
  listing("static-roles", { all: "the static roles of this mount", list: "list the static roles" }, (cx) =>
    cx.storage.list("static-role/"),
  ),
  path("static-roles/{name:at}", {
    summary: "a static role: an IAM user that exists, and how often its key is replaced",
    params: NAME,
    ops: {
      read: op({
        summary: "read a static role",
        answers: StaticRoleShown,
        handle: async ({ params }, cx) => {
          const found = await readStaticRole(cx.storage, params.name);
          return found && { data: showStaticRole(params.name, found.role) };
        },
      }),
      update: op({
        summary: "write or change a static role; a new one makes its user a key at once",
        answers: StaticRoleShown,
        input: StaticRoleInput,
        handle: ({ params, input }, cx) => writeStaticRole(world, params.name, input, cx),
      }),
      delete: op({
        summary: "delete a static role and the key it made; the user stays",
        answers: "nothing",
        handle: async ({ params }, cx): Promise<undefined> => {
          await removeStaticRole(world, params.name, cx);
        },
      }),
    },
  }),
  path("static-creds/{name:at}", {
    summary: "the key of a static role",
    params: NAME,
    ops: {
      read: op({
        summary: "read the key, and when it is replaced",
        answers: StaticCredsOutput,
        handle: ({ params }, cx) => staticCreds(world, params.name, cx),
      }),
    },
  }),
];

/** Rotations are looked at this often: the shortest period a static role may have. */
const ROTATIONS = seconds(60);

/** The `aws` secrets engine. */
export const awsEngine = (world: EngineWorld): Backend =>
  defineBackend({
    kind: "secret",
    type: "aws",
    help: "Makes IAM users for one lease each and sessions of roles, and replaces keys of existing users.",
    paths: [
      ...configPaths(world),
      ...rolePaths,
      credsPath(world, "creds"),
      credsPath(world, "sts"),
      ...staticPaths(world),
    ],
    leases: {
      iam_user: {
        renew: (lease, _, cx) => renewUser(lease, cx),
        revoke: (lease, cx) => revokeUser(world.aws, lease, cx),
      },
      // AWS ends a session by itself, and never early.
      sts: { revoke: async () => undefined },
    },
    signals: { "static-rotation-failed": "a static role's key was not replaced when it was due; it is tried again" },
    periodic: {
      every: ROTATIONS,
      run: async (cx, deadlineMs) => {
        // One must not keep the other from its turn.
        const [root, roles] = await Promise.allSettled([finishRotation(world, cx), rotateDue(world, cx, deadlineMs)]);
        for (const done of [root, roles]) if (done.status === "rejected") throw done.reason;
      },
    },
  });
