import { isJsonObject, type JsonObject, readJson } from "../../std/json.ts";
import { utf8Text } from "../../std/utf8.ts";
import { type Asked, plainPath } from "../proxy/index.ts";

/** Which requests read a secret, which answers are one, and which requests may change what a read would give. */

/** Other APIs than secrets' answer below these. */
export const NO_SECRETS = /^\/v1\/(?:sys|auth|identity|cubbyhole)(?:\/|$)/;
/** These ask for something else than the secret: a list, or a page of help. */
const OTHER_QUERY = /(?:^|&)(?:list|scan|help)=/;

const WRAP = ["x-vault-wrap-ttl", "x-vault-wrap-format"];

export const isSecretRead = ({ method, path, target, fields, identity }: Asked): boolean =>
  method === "GET" &&
  identity.kind !== "none" &&
  !NO_SECRETS.test(plainPath(path)) &&
  !OTHER_QUERY.test(target.split("?", 2)[1] ?? "") &&
  !WRAP.some((name) => fields.has(name));

/** A write after which a token may be allowed less than before, or a path mean something else. */
export const CHANGES_RIGHTS =
  /(?:^|\/)(?:sys\/(?:policy|policies|auth|mounts|remount|namespaces|seal|rotate)|identity)(?:\/|$)/;
export const CHANGES_MOUNTS = /(?:^|\/)sys\/(?:mounts|remount|namespaces)(?:\/|$)/;
/** The server says that the token itself is refused. */
export const OWN_TOKEN = /\/auth\/token\/(?:lookup|renew)-self$/;

export const deletionOf = (secret: JsonObject): number | undefined => {
  const { data } = secret;
  const metadata = isJsonObject(data) ? data["metadata"] : undefined;
  const time = isJsonObject(metadata) ? metadata["deletion_time"] : undefined;
  const at = typeof time === "string" && time !== "" ? Date.parse(time) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
};

/** The answer as JSON, if it is a secret without a lease: nothing wrapped, no login. */
export const secretIn = (body: Buffer): JsonObject | undefined => {
  const secret = readJson(utf8Text(body) ?? "");
  const isStatic =
    isJsonObject(secret) &&
    isJsonObject(secret["data"]) &&
    !secret["lease_id"] &&
    !isJsonObject(secret["auth"]) &&
    !isJsonObject(secret["wrap_info"]);
  return isStatic ? secret : undefined;
};

/** A sealed server is not down: it was told to give out nothing, and neither does the agent. */
export const isSealed = (body: Buffer): boolean => /sealed/i.test(utf8Text(body) ?? "");
