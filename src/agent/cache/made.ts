import { type Lifetime, ResponseError, type Secret } from "../../client/index.ts";
import { isJsonObject, type JsonObject, readJson } from "../../std/json.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { utf8Text } from "../../std/utf8.ts";

/** What an answer made, and whether it is still there. */

/**
 * Paths whose answer names a token or a lease but makes none, or may be had once only: to answer them from here would
 * renew nothing, or hide that somebody else has opened a wrapping.
 */
const NEVER_KEPT =
  /\/(?:auth\/token\/(?:renew|lookup)[^/]*|sys\/(?:leases\/)?(?:renew|lookup)|sys\/wrapping\/|cubbyhole\/)/;

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** What of an answer matters here; `undefined`: it makes nothing that can be renewed. */
export type Made =
  | { readonly kind: "lease"; readonly lease: string; readonly life: Lifetime }
  | {
      readonly kind: "token";
      readonly token: Sensitive<string>;
      readonly accessor: string;
      readonly orphan: boolean;
      readonly life: Lifetime;
    };

const lifeOf = (of: JsonObject): Lifetime => ({
  leaseDuration: typeof of["lease_duration"] === "number" ? of["lease_duration"] : 0,
  renewable: of["renewable"] === true,
});

export const madeBy = (body: Buffer): Made | undefined => {
  const secret = readJson(utf8Text(body) ?? "");
  if (!isJsonObject(secret)) return undefined;
  const { auth } = secret;
  const lease = text(secret["lease_id"]);
  if (lease !== "") return secret["renewable"] === true ? { kind: "lease", lease, life: lifeOf(secret) } : undefined;
  // A token of few uses would lose them to renewals.
  if (!isJsonObject(auth) || auth["renewable"] !== true || Number(auth["num_uses"] ?? 0) > 0) return undefined;
  const token = text(auth["client_token"]);
  if (token === "") return undefined;
  const accessor = text(auth["accessor"]);
  return { kind: "token", token: new Sensitive(token), accessor, orphan: auth["orphan"] === true, life: lifeOf(auth) };
};

/** Whether an answer of this path may be kept at all. */
export const mayMake = (path: string): boolean => !NEVER_KEPT.test(path);

export const lifetimeOf = (made: Made, secret: Secret | undefined): Lifetime => {
  const renewed = made.kind === "token" ? secret?.auth : secret;
  return { leaseDuration: renewed?.lease_duration ?? 0, renewable: renewed?.renewable ?? false };
};

/** The server knows the lease or the token no more. That it may not renew a lease says nothing about the lease. */
export const isGone = (made: Made, error: unknown): boolean =>
  error instanceof ResponseError &&
  (made.kind === "token" ? error.status === 403 || error.status === 400 : error.status === 400 || error.status === 404);
