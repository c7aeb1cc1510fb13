import { invalidRequest, type VaultError } from "../../../framework/index.ts";
import { hasEqualKeys } from "../../../std/json.ts";
import { utf8Text } from "../../../std/utf8.ts";
import { INSTANCE_ID } from "../instances.ts";
import { partitionOf } from "../regions.ts";

/** The instance identity document: what EC2 says of an instance at its start. Read only once its signature holds. */

export interface IdentityDocument {
  readonly instanceId: string;
  readonly imageId: string;
  readonly accountId: string;
  readonly region: string;
  /** When the instance was last started, as it is written there; a reboot leaves it, a stop and start renews it. */
  readonly pendingTime: string;
}

const SHAPES: Readonly<Record<keyof IdentityDocument, (text: string) => boolean>> = {
  instanceId: (text) => INSTANCE_ID.test(text),
  imageId: (text) => /^[a-z]{2,8}-[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(text),
  accountId: (text) => /^[0-9]{12}$/.test(text),
  region: (text) => partitionOf(text) !== undefined,
  pendingTime: (text) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
};

const invalid = (why: string): VaultError => invalidRequest(`instance identity document is not valid: ${why}`);

const parse = (bytes: Buffer): Readonly<Record<string, unknown>> => {
  const text = utf8Text(bytes);
  if (text === undefined) throw invalid("it is not UTF-8 text");
  try {
    // the first parse bounds the depth that the second, which sees equal keys, has to go
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new SyntaxError("not an object");
    if (hasEqualKeys(text)) throw new SyntaxError("a key is doubled");
    return Object.fromEntries(Object.entries(parsed));
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof RangeError) throw invalid("it is not one plain JSON object");
    throw cause;
  }
};

/** Throws `invalid_request` unless every field that is used has the form that AWS gives it. */
export const readDocument = (bytes: Buffer): IdentityDocument => {
  const found = parse(bytes);
  const field = (name: keyof IdentityDocument): string => {
    const value = found[name];
    if (typeof value === "string" && SHAPES[name](value)) return value;
    throw invalid(`${name} is missing or malformed`);
  };
  return {
    instanceId: field("instanceId"),
    imageId: field("imageId"),
    accountId: field("accountId"),
    region: field("region"),
    pendingTime: field("pendingTime"),
  };
};
