/** Names for KMS keys. Source: AWS KMS API Reference. */
import type { JsonObject } from "../../../std/json.ts";
import type { Call } from "../call.ts";
import { optionalText, text } from "../fields.ts";
import { own } from "../model.ts";
import { AwsError } from "../wire.ts";
import { aliasArn, findKey, type KmsOperation, page } from "./keys.ts";

const aliasName = (input: JsonObject): string => {
  const name = text(input, "AliasName");
  if (!/^alias\/[a-zA-Z0-9/_-]{1,250}$/.test(name)) {
    throw new AwsError("ValidationException", 'Alias must start with the prefix "alias/" and be a valid name.');
  }
  if (name.startsWith("alias/aws/")) throw new AwsError("NotAuthorizedException", "");
  return name;
};

const createAlias: KmsOperation = async (call, input) => {
  const name = aliasName(input);
  const key = findKey(call, text(input, "TargetKeyId"));
  if (own(call.here.aliases, name)) {
    throw new AwsError("AlreadyExistsException", `An alias with the name ${aliasArn(call, name)} already exists`);
  }
  const now = call.clock.now();
  call.here.aliases[name] = { name, created: now, updated: now, keyId: key.id };
  await call.store.save();
  return {};
};

const findAlias = (call: Call, input: JsonObject) => {
  const name = aliasName(input);
  const alias = own(call.here.aliases, name);
  if (!alias) throw new AwsError("NotFoundException", `Alias ${aliasArn(call, name)} is not found.`);
  return alias;
};

const updateAlias: KmsOperation = async (call, input) => {
  const alias = findAlias(call, input);
  alias.keyId = findKey(call, text(input, "TargetKeyId")).id;
  alias.updated = call.clock.now();
  await call.store.save();
  return {};
};

const deleteAlias: KmsOperation = async (call, input) => {
  delete call.here.aliases[findAlias(call, input).name];
  await call.store.save();
  return {};
};

const listAliases: KmsOperation = (call, input) => {
  const wanted = optionalText(input, "KeyId");
  const keyId = wanted === undefined ? undefined : findKey(call, wanted).id;
  const { items, rest } = page(
    input,
    Object.values(call.here.aliases).filter((alias) => keyId === undefined || alias.keyId === keyId),
  );
  const Aliases = items.map((alias) => ({
    AliasName: alias.name,
    AliasArn: aliasArn(call, alias.name),
    TargetKeyId: alias.keyId,
    CreationDate: alias.created / 1000,
    LastUpdatedDate: alias.updated / 1000,
  }));
  return { Aliases, ...rest };
};

export const aliasOperations: Readonly<Record<string, KmsOperation>> = {
  CreateAlias: createAlias,
  UpdateAlias: updateAlias,
  DeleteAlias: deleteAlias,
  ListAliases: listAliases,
};
