import { createHmac } from "node:crypto";
import type { RandomSource } from "../../../std/random.ts";
import { sameSecret } from "../../../std/same-secret.ts";
import { shown } from "../../../std/shown.ts";

/**
 * Role tags: a value that an operator puts on an instance as an EC2 tag, to give it less than its role would. The HMAC
 * over it is made with a key that only the role knows, so that whoever may tag instances can take rights away from one,
 * or copy a tag that exists, but can write none.
 *
 * Security: a tag has one spelling. It is written again from what was read, and the two texts must be the same: another
 * spelling of a denied tag would not be found in the deny list.
 *
 * Source: Vault, `builtin/credential/aws/path_role_tag.go`.
 */

export interface RoleTag {
  /** Base64 of 8 random bytes. */
  readonly nonce: string;
  /** Folded. */
  readonly role: string;
  readonly disallowReauthentication: boolean;
  readonly allowInstanceMigration: boolean;
  /** Empty: the role's. */
  readonly policies: readonly string[];
  /** Empty: any instance. */
  readonly instanceId: string;
  /** Seconds; 0: no limit of its own. */
  readonly maxTtl: number;
}

/** Why a text is not a role tag. */
export class TagError extends Error {
  override readonly name = "TagError";
}

/** EC2's limit on a tag's value. */
export const MOST_CHARACTERS = 255;
const VERSION = "v1";
const KEY_BYTES = 32;
const MOST_SECONDS = 9_223_372_036;

const plaintext = (tag: RoleTag): string =>
  [
    VERSION,
    tag.nonce,
    `r=${tag.role}`,
    `d=${tag.disallowReauthentication}`,
    `m=${tag.allowInstanceMigration}`,
    ...(tag.policies.length > 0 ? [`p=${tag.policies.join(",")}`] : []),
    ...(tag.instanceId === "" ? [] : [`i=${tag.instanceId}`]),
    ...(tag.maxTtl > 0 ? [`t=${tag.maxTtl}`] : []),
  ].join(":");

/** What a role signs its tags with. */
export const newTagKey = (random: RandomSource): string => Buffer.from(random.bytes(KEY_BYTES)).toString("base64");

/** The value of the tag. `key` is the role's. */
export const writeTag = (tag: RoleTag, key: string): string => {
  const text = plaintext(tag);
  return `${text}:${createHmac("sha256", key).update(text).digest("base64")}`;
};

const flag = (text: string): boolean => {
  if (text === "true" || text === "false") return text === "true";
  throw new TagError(`strconv.ParseBool: parsing ${shown(text)}: invalid syntax`);
};

const lifetime = (text: string): number => {
  if (/^[1-9][0-9]{0,9}$/.test(text) && Number(text) <= MOST_SECONDS) return Number(text);
  throw new TagError(`max_ttl of the tag is malformed: ${shown(text)}`);
};

const READERS: Readonly<Record<string, (value: string) => Partial<RoleTag>>> = {
  "r=": (role) => ({ role }),
  "d=": (value) => ({ disallowReauthentication: flag(value) }),
  "m=": (value) => ({ allowInstanceMigration: flag(value) }),
  "p=": (value) => ({ policies: value.split(",") }),
  "i=": (instanceId) => ({ instanceId }),
  "t=": (value) => ({ maxTtl: lifetime(value) }),
};

const SAYS_NOTHING: RoleTag = {
  nonce: "",
  role: "",
  disallowReauthentication: false,
  allowInstanceMigration: false,
  policies: [],
  instanceId: "",
  maxTtl: 0,
};

/** What a tag says, whoever wrote it. Throws `TagError` with Vault's texts. */
export const readTag = (text: string): RoleTag => {
  const items = text.split(":");
  if (text.length > MOST_CHARACTERS || items.length < 4) throw new TagError("invalid tag");
  const [version, nonce = "", ...rest] = items;
  if (version !== VERSION) throw new TagError("invalid role tag version");
  let tag: RoleTag = { ...SAYS_NOTHING, nonce };
  for (const item of rest.slice(0, -1)) {
    const read = Object.hasOwn(READERS, item.slice(0, 2)) ? READERS[item.slice(0, 2)] : undefined;
    if (!read) throw new TagError(`unrecognized item ${shown(item)} in tag`);
    tag = { ...tag, ...read(item.slice(2)) };
  }
  if (tag.role === "") throw new TagError("missing role name");
  return tag;
};

/** Whether the role with this key wrote the text. A role without a key wrote none. */
export const isWrittenBy = (text: string, tag: RoleTag, key: string): boolean =>
  key !== "" && sameSecret(text, writeTag(tag, key));
