import { z } from "zod";
import {
  type BackendContext,
  type DataReply,
  field,
  invalidRequest,
  Keys,
  notFound,
  op,
  path,
  permissionDenied,
  VaultError,
} from "../../framework/index.ts";
import { uuid } from "../../std/random.ts";
import { shown } from "../../std/shown.ts";
import { ROLE_NAME } from "./role-paths.ts";
import type { Role } from "./role-rules.ts";
import { findRole, roleAddress } from "./roles.ts";
import {
  type GenerateInput,
  generateShape,
  newSecretId,
  readSecretId,
  type SecretId,
  SecretIdMade,
  SecretIdShown,
} from "./secret-id-rules.ts";
import { addSecretId, findByAccessor, findSecretId, listAccessors, removeSecretId } from "./secret-ids.ts";

/** Secret ids of a role over HTTP: made, listed, looked up and destroyed, by value or by accessor. */

const absent = (name: string): string => `role ${shown(name)} does not exist`;

const roleOr = async (cx: BackendContext, name: string, error: (text: string) => Error): Promise<Role> => {
  const role = await findRole(cx.storage, name);
  if (!role) throw error(absent(name));
  return role;
};
const gone = (wire: string): VaultError => new VaultError("not_found", { wire, multi: true });
const existing = (cx: BackendContext, name: string): Promise<Role> => roleOr(cx, name, gone);

type Params = { readonly role_name: string };

const secretField = { secret_id: field.text("The secret id.") };
const accessorField = { secret_id_accessor: field.text("Accessor of the secret id.") };
const bySecret = z.object(secretField);
const byAccessor = z.object(accessorField);
type BySecret = z.output<typeof bySecret>;
type ByAccessor = z.output<typeof byAccessor>;

const issue = async (
  cx: BackendContext,
  name: string,
  input: GenerateInput,
  value: string,
): Promise<DataReply<z.output<typeof SecretIdMade>>> => {
  const role = await roleOr(cx, name, notFound);
  if (!role.bind_secret_id) throw invalidRequest("bind_secret_id is not set on the role");
  const nowMs = cx.clock.now();
  const secret = newSecretId(role, input, { accessor: uuid(cx.random), nowMs, mountMax: cx.mount.maxTtl });
  await addSecretId(cx.storage, role.key, value, secret, nowMs);
  return {
    data: {
      secret_id: value,
      secret_id_accessor: secret.accessor,
      secret_id_num_uses: secret.uses,
      secret_id_ttl: secret.ttl,
    },
    wrappedAccessor: secret.accessor,
  };
};

const answerOf = (secret: SecretId) => ({ data: readSecretId(secret), wrappedAccessor: secret.accessor });

const lookUp = async (params: Params, input: BySecret, cx: BackendContext) => {
  if (!input.secret_id) throw invalidRequest("missing secret_id");
  const role = await existing(cx, params.role_name);
  const found = await findSecretId(cx.storage, role.key, input.secret_id, cx.clock.now());
  return found && answerOf(found.secret);
};

const destroy = async (params: Params, input: BySecret, cx: BackendContext): Promise<undefined> => {
  if (!input.secret_id) throw invalidRequest("missing secret_id");
  const role = await existing(cx, params.role_name);
  const found = await findSecretId(cx.storage, role.key, input.secret_id, cx.clock.now());
  if (found) await removeSecretId(cx.storage, found);
};

/** With status 404. */
const Unknown = z.object({ error: z.string() });

const unknownAccessor = (accessor: string): string =>
  `failed to find accessor entry for secret_id_accessor: ${shown(accessor)}`;

const lookUpAccessor = async (
  params: Params,
  input: ByAccessor,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof SecretIdShown>> | DataReply<z.output<typeof Unknown>>> => {
  const accessor = input.secret_id_accessor;
  if (!accessor) throw invalidRequest("missing secret_id_accessor");
  const role = await existing(cx, params.role_name);
  const found = await findByAccessor(cx.storage, accessor, cx.clock.now());
  // one of another role is as unknown as any
  if (found?.key !== role.key) return { status: 404, data: { error: unknownAccessor(accessor) } };
  return answerOf(found.secret);
};

const destroyAccessor = async (params: Params, input: ByAccessor, cx: BackendContext): Promise<undefined> => {
  const accessor = input.secret_id_accessor;
  if (!accessor) throw invalidRequest("missing secret_id_accessor");
  const role = await existing(cx, params.role_name);
  const found = await findByAccessor(cx.storage, accessor, cx.clock.now());
  if (!found) throw gone(unknownAccessor(accessor));
  if (found.key !== role.key) throw permissionDenied("the accessor is another role's", "invalid secret id accessor");
  await removeSecretId(cx.storage, found);
};

const DESTROY = "destroy a secret id";
const LOOK_UP = "look up a secret id";

export const secretIdPaths = [
  path("role/{role_name}/secret-id", {
    summary: "secret ids of the role",
    params: ROLE_NAME,
    ops: {
      update: op({
        summary: "generate a secret id",
        answers: SecretIdMade,
        input: z.object(generateShape),
        prefetch: ({ params }, storage) => [roleAddress(storage, params.role_name)],
        handle: ({ params, input }, cx) => issue(cx, params.role_name, input, uuid(cx.random)),
      }),
      list: op({
        summary: "list accessors",
        answers: Keys,
        handle: async ({ params }, cx) => {
          const role = await roleOr(cx, params.role_name, invalidRequest);
          return { data: { keys: await listAccessors(cx.storage, role.key, cx.clock.now()) } };
        },
      }),
    },
  }),
  path("role/{role_name}/custom-secret-id", {
    summary: "secret ids chosen by the caller",
    params: ROLE_NAME,
    ops: {
      update: op({
        summary: "register a secret id",
        answers: SecretIdMade,
        input: z.object({ ...secretField, ...generateShape }),
        prefetch: ({ params }, storage) => [roleAddress(storage, params.role_name)],
        handle: ({ params, input }, cx) => {
          if (!input.secret_id) throw invalidRequest("missing secret_id");
          return issue(cx, params.role_name, input, input.secret_id);
        },
      }),
    },
  }),
  path("role/{role_name}/secret-id/lookup", {
    summary: "what is known about a secret id, by its value",
    params: ROLE_NAME,
    ops: {
      update: op({
        summary: LOOK_UP,
        answers: [SecretIdShown, "nothing"],
        input: bySecret,
        handle: ({ params, input }, cx) => lookUp(params, input, cx),
      }),
    },
  }),
  path("role/{role_name}/secret-id/destroy", {
    summary: "the end of a secret id, by its value",
    params: ROLE_NAME,
    ops: {
      update: op({
        summary: DESTROY,
        answers: "nothing",
        input: bySecret,
        handle: ({ params, input }, cx) => destroy(params, input, cx),
      }),
      delete: op({
        summary: DESTROY,
        answers: "nothing",
        input: bySecret,
        handle: ({ params, input }, cx) => destroy(params, input, cx),
      }),
    },
  }),
  path("role/{role_name}/secret-id-accessor/lookup", {
    summary: "what is known about a secret id, by its accessor",
    params: ROLE_NAME,
    ops: {
      update: op({
        summary: LOOK_UP,
        answers: [SecretIdShown, Unknown],
        input: byAccessor,
        handle: ({ params, input }, cx) => lookUpAccessor(params, input, cx),
      }),
    },
  }),
  path("role/{role_name}/secret-id-accessor/destroy", {
    summary: "the end of a secret id, by its accessor",
    params: ROLE_NAME,
    ops: {
      update: op({
        summary: DESTROY,
        answers: "nothing",
        input: byAccessor,
        handle: ({ params, input }, cx) => destroyAccessor(params, input, cx),
      }),
      delete: op({
        summary: DESTROY,
        answers: "nothing",
        input: byAccessor,
        handle: ({ params, input }, cx) => destroyAccessor(params, input, cx),
      }),
    },
  }),
];
