import { defined } from "../../../std/defined.ts";
/** KMS keys and aliases: naming them, and refusing the ones that may not be used. */
import type { JsonObject } from "../../../std/json.ts";
import type { Call } from "../call.ts";
import { integer, optionalText } from "../fields.ts";
import { type KeySpec, type KmsKey, own } from "../model.ts";
import { AwsError } from "../wire.ts";

export type Output = Readonly<Record<string, unknown>>;
export type KmsOperation = (call: Call, input: JsonObject) => Output | Promise<Output>;

export const keyArn = (call: Call, keyId: string): string =>
  `arn:aws:kms:${call.region}:${call.caller.accountId}:key/${keyId}`;
export const aliasArn = (call: Call, name: string): string =>
  `arn:aws:kms:${call.region}:${call.caller.accountId}:${name}`;

const notFound = (message: string): AwsError => new AwsError("NotFoundException", message);

/** The part of a key's name after its ARN; a key of another account is refused, one of another region not found. */
const localName = (call: Call, name: string): string => {
  if (!name.startsWith("arn:")) return name;
  const [, , service, region, account, ...rest] = name.split(":");
  const resource = rest.join(":");
  if (service !== "kms" || resource === "") throw notFound(`Invalid arn ${name}`);
  if (account !== call.caller.accountId) {
    throw new AwsError(
      "AccessDeniedException",
      `User: ${call.caller.arn} is not authorized to perform this operation on resource: ${name} because no resource-based policy allows it`,
    );
  }
  if (region !== call.region) throw notFound(`Invalid arn ${region}`);
  return resource.startsWith("key/") ? resource.slice(4) : resource;
};

/** Whether the waiting time before a key's deletion is over: then it does not exist any more. */
const isGone = (call: Call, key: KmsKey): boolean => key.deletion !== null && key.deletion <= call.clock.now();

/** Finds a key by id, key ARN, alias name or alias ARN. Throws `NotFoundException`. */
export const findKey = (call: Call, name: string): KmsKey => {
  const local = localName(call, name);
  const isAlias = local.startsWith("alias/");
  const alias = isAlias ? own(call.here.aliases, local) : undefined;
  if (isAlias && !alias) throw notFound(`Alias ${aliasArn(call, local)} is not found.`);
  const id = alias?.keyId ?? local;
  const key = own(call.here.keys, id);
  if (key && !isGone(call, key)) return key;
  if (!/^[0-9a-f-]{36}$/.test(id)) throw notFound(`Invalid keyId '${id}'`);
  throw notFound(`Key '${keyArn(call, id)}' does not exist`);
};

/** Finds a key that may be used for cryptography of one kind. Throws KMS's own refusals. */
export const usableKey = (call: Call, name: string, spec: KeySpec): KmsKey => {
  const key = findKey(call, name);
  if (key.state === "Disabled") throw new AwsError("DisabledException", `${keyArn(call, key.id)} is disabled.`);
  if (key.state === "PendingDeletion") {
    throw new AwsError("KMSInvalidStateException", `${keyArn(call, key.id)} is pending deletion.`);
  }
  if (key.spec !== spec) {
    throw new AwsError(
      "InvalidKeyUsageException",
      `${keyArn(call, key.id)} key usage is ${usageOf(key.spec)} which is not valid for this operation.`,
    );
  }
  return key;
};

export const usageOf = (spec: KeySpec): string =>
  ({ SYMMETRIC_DEFAULT: "ENCRYPT_DECRYPT", HMAC_256: "GENERATE_VERIFY_MAC", ECC_NIST_P256: "SIGN_VERIFY" })[spec];

/** `KeyMetadata` as CreateKey and DescribeKey answer it. */
export const keyMetadata = (call: Call, key: KmsKey): Output =>
  defined({
    AWSAccountId: call.caller.accountId,
    KeyId: key.id,
    Arn: keyArn(call, key.id),
    CreationDate: key.created / 1000,
    Enabled: key.state === "Enabled",
    Description: key.description,
    KeyUsage: usageOf(key.spec),
    KeyState: key.state,
    DeletionDate: key.deletion === null ? undefined : key.deletion / 1000,
    Origin: "AWS_KMS",
    KeyManager: "CUSTOMER",
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    EncryptionAlgorithms: key.spec === "SYMMETRIC_DEFAULT" ? ["SYMMETRIC_DEFAULT"] : undefined,
    MacAlgorithms: key.spec === "HMAC_256" ? ["HMAC_SHA_256"] : undefined,
    SigningAlgorithms: key.spec === "ECC_NIST_P256" ? ["ECDSA_SHA_256"] : undefined,
    MultiRegion: false,
  });

/** One page of a list, as `Limit` and `Marker` ask for it. */
export const page = <T>(
  input: JsonObject,
  all: readonly T[],
): { items: readonly T[]; rest: Record<string, unknown> } => {
  const limit = integer(input, "Limit", 1, 1000) ?? 100;
  const start = Number(optionalText(input, "Marker") ?? "0");
  if (!Number.isInteger(start) || start < 0) throw new AwsError("InvalidMarkerException", "Invalid marker");
  const more = start + limit < all.length;
  const rest = more ? { Truncated: true, NextMarker: String(start + limit) } : { Truncated: false };
  return { items: all.slice(start, start + limit), rest };
};
