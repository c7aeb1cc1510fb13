/** Making, listing, disabling and deleting KMS keys. Source: AWS KMS API Reference. */
import { generateKeyPairSync } from "node:crypto";
import { uuid } from "../../../std/random.ts";
import type { Call } from "../call.ts";
import { choice, integer, optionalText, tags, text, texts } from "../fields.ts";
import type { KeySpec, KmsKey } from "../model.ts";
import { AwsError } from "../wire.ts";
import { findKey, type KmsOperation, keyArn, keyMetadata, page, usageOf } from "./keys.ts";

const DAY_MS = 86_400_000;
const SPECS: readonly KeySpec[] = ["SYMMETRIC_DEFAULT", "HMAC_256", "ECC_NIST_P256"];

const newMaterial = (call: Call, spec: KeySpec): string =>
  spec === "ECC_NIST_P256"
    ? generateKeyPairSync("ec", { namedCurve: "P-256" })
        .privateKey.export({ type: "pkcs8", format: "der" })
        .toString("base64")
    : Buffer.from(call.random.bytes(32)).toString("base64");

const createKey: KmsOperation = async (call, input) => {
  const spec = choice(
    input,
    optionalText(input, "KeySpec") ? "KeySpec" : "CustomerMasterKeySpec",
    SPECS,
    "SYMMETRIC_DEFAULT",
  );
  const usage = optionalText(input, "KeyUsage") ?? "ENCRYPT_DECRYPT";
  if (usage !== usageOf(spec)) {
    throw new AwsError("ValidationException", `KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
  }
  const key: KmsKey = {
    id: uuid(call.random),
    spec,
    created: call.clock.now(),
    description: optionalText(input, "Description") ?? "",
    state: "Enabled",
    deletion: null,
    material: newMaterial(call, spec),
    tags: tags(input, "Tags", "Tag"),
  };
  call.here.keys[key.id] = key;
  await call.store.save();
  return { KeyMetadata: keyMetadata(call, key) };
};

const setState =
  (state: "Enabled" | "Disabled"): KmsOperation =>
  async (call, input) => {
    const key = findKey(call, text(input, "KeyId"));
    if (key.state === "PendingDeletion") {
      throw new AwsError("KMSInvalidStateException", `${keyArn(call, key.id)} is pending deletion.`);
    }
    key.state = state;
    await call.store.save();
    return {};
  };

const scheduleDeletion: KmsOperation = async (call, input) => {
  const days = integer(input, "PendingWindowInDays", 7, 30) ?? 30;
  const key = findKey(call, text(input, "KeyId"));
  if (key.state === "PendingDeletion") {
    throw new AwsError("KMSInvalidStateException", `${keyArn(call, key.id)} is pending deletion.`);
  }
  key.state = "PendingDeletion";
  key.deletion = call.clock.now() + days * DAY_MS;
  await call.store.save();
  return {
    KeyId: keyArn(call, key.id),
    DeletionDate: key.deletion / 1000,
    KeyState: key.state,
    PendingWindowInDays: days,
  };
};

const cancelDeletion: KmsOperation = async (call, input) => {
  const key = findKey(call, text(input, "KeyId"));
  if (key.state !== "PendingDeletion") {
    throw new AwsError("KMSInvalidStateException", `${keyArn(call, key.id)} is not pending deletion.`);
  }
  key.state = "Disabled";
  key.deletion = null;
  await call.store.save();
  return { KeyId: keyArn(call, key.id) };
};

const listKeys: KmsOperation = (call, input) => {
  const alive = Object.values(call.here.keys).filter((key) => key.deletion === null || key.deletion > call.clock.now());
  const { items, rest } = page(input, alive);
  return { Keys: items.map((key) => ({ KeyId: key.id, KeyArn: keyArn(call, key.id) })), ...rest };
};

export const lifecycleOperations: Readonly<Record<string, KmsOperation>> = {
  CreateKey: createKey,
  DescribeKey: (call, input) => ({ KeyMetadata: keyMetadata(call, findKey(call, text(input, "KeyId"))) }),
  ListKeys: listKeys,
  EnableKey: setState("Enabled"),
  DisableKey: setState("Disabled"),
  ScheduleKeyDeletion: scheduleDeletion,
  CancelKeyDeletion: cancelDeletion,
  ListResourceTags: (call, input) => ({
    Tags: Object.entries(findKey(call, text(input, "KeyId")).tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
    Truncated: false,
  }),
  TagResource: async (call, input) => {
    const key = findKey(call, text(input, "KeyId"));
    key.tags = { ...key.tags, ...tags(input, "Tags", "Tag") };
    await call.store.save();
    return {};
  },
  UntagResource: async (call, input) => {
    const key = findKey(call, text(input, "KeyId"));
    for (const name of texts(input, "TagKeys")) delete key.tags[name];
    await call.store.save();
    return {};
  },
};
