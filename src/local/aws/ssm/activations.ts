import { defined } from "../../../std/defined.ts";
/** Hybrid activations: permission for machines outside AWS to register. Source: AWS Systems Manager API Reference. */
import type { JsonObject } from "../../../std/json.ts";
import { randomText, uuid } from "../../../std/random.ts";
import { roleArn } from "../authentication.ts";
import type { Call } from "../call.ts";
import { integer, objects, optionalNumber, optionalText, tags, text, texts } from "../fields.ts";
import { type Activation, own } from "../model.ts";
import type { JsonOperation } from "../operation.ts";
import { roleAdmitting } from "../sts.ts";
import { AwsError } from "../wire.ts";

const DAY_MS = 86_400_000;

/** A role as SSM writes it: a name, with or without `service-role/` or another path before it. */
export const roleNameOf = (iamRole: string): string => iamRole.slice(iamRole.lastIndexOf("/") + 1);

/** Throws `ValidationException` unless the role exists and lets Systems Manager in. */
export const checkRole = (call: Call, iamRole: string): void => {
  const { accountId } = call.caller;
  const sourceArn = `arn:aws:ssm:${call.region}:${accountId}:managed-instance/mi-0`;
  const ask = {
    accountId,
    roleName: roleNameOf(iamRole),
    service: "ssm.amazonaws.com",
    sessionName: "mi-0",
    sourceArn,
  };
  if (roleAdmitting(call, ask)) return;
  const arn = roleArn(accountId, "/", iamRole);
  throw new AwsError(
    "ValidationException",
    `Nonexistent role or missing ssm service principal in trust policy: ${arn}`,
  );
};

const expiry = (call: Call, input: JsonObject): number => {
  const now = call.clock.now();
  const asked = optionalNumber(input, "ExpirationDate");
  const expires = asked === undefined ? now + DAY_MS : asked * 1000;
  if (expires <= now || expires > now + 30 * DAY_MS) {
    throw new AwsError("ValidationException", "ExpirationDate must be in the future and within 30 days.");
  }
  return expires;
};

const createActivation: JsonOperation = async (call, input) => {
  const iamRole = text(input, "IamRole");
  checkRole(call, iamRole);
  const activation: Activation = {
    id: uuid(call.random),
    code: randomText(call.random, 20),
    created: call.clock.now(),
    expires: expiry(call, input),
    limit: integer(input, "RegistrationLimit", 1, 1000) ?? 1,
    count: 0,
    iamRole,
    defaultName: optionalText(input, "DefaultInstanceName") ?? null,
    description: optionalText(input, "Description") ?? null,
    tags: tags(input, "Tags", ""),
  };
  call.here.activations[activation.id] = activation;
  await call.store.save();
  return { ActivationId: activation.id, ActivationCode: activation.code };
};

const shown = (call: Call, activation: Activation) =>
  defined({
    ActivationId: activation.id,
    Description: activation.description ?? undefined,
    DefaultInstanceName: activation.defaultName ?? undefined,
    IamRole: activation.iamRole,
    RegistrationLimit: activation.limit,
    RegistrationsCount: activation.count,
    ExpirationDate: activation.expires / 1000,
    Expired: activation.expires <= call.clock.now(),
    CreatedDate: activation.created / 1000,
    Tags: Object.entries(activation.tags).map(([Key, Value]) => ({ Key, Value })),
  });

const describeActivations: JsonOperation = (call, input) => {
  const wanted = objects(input, "Filters").map((filter) => {
    if (text(filter, "FilterKey") !== "ActivationIds")
      throw new AwsError("InvalidFilter", "Only ActivationIds is known.");
    return texts(filter, "FilterValues");
  });
  const found = Object.values(call.here.activations).filter((one) => wanted.every((ids) => ids.includes(one.id)));
  return { ActivationList: found.map((activation) => shown(call, activation)) };
};

const deleteActivation: JsonOperation = async (call, input) => {
  const id = text(input, "ActivationId");
  if (!own(call.here.activations, id)) throw new AwsError("InvalidActivationId", "");
  delete call.here.activations[id];
  await call.store.save();
  return {};
};

export const activationOperations: Readonly<Record<string, JsonOperation>> = {
  CreateActivation: createActivation,
  DescribeActivations: describeActivations,
  DeleteActivation: deleteActivation,
};
