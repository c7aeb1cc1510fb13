import { z } from "zod";
import { field, invalidRequest } from "../../framework/index.ts";
import type { Seconds } from "../../std/brand.ts";
import { shown, shownList } from "../../std/shown.ts";
import { rfc3339, seconds } from "../../std/time.ts";
import { liesWithin } from "./addresses.ts";
import { parseMetadata } from "./metadata.ts";
import { checkRanges, mistake, type Role } from "./role-rules.ts";

/** What a secret id is, and what it may ask for. Pure. */

export const generateShape = {
  metadata: field.text("Metadata of the tokens: a JSON object of texts, or key=value pairs."),
  cidr_list: field.commaList("Ranges that may log in with it; must be inside those of the role."),
  token_bound_cidrs: field.commaList("Ranges its tokens are bound to; must be inside those of the role."),
  num_uses: field.integer("Logins it can be used for; at most the role's."),
  ttl: field.duration("Its life; at most the role's."),
};
const generateInput = z.object(generateShape);
export type GenerateInput = z.output<typeof generateInput>;

export const storedSecretId = z.object({
  accessor: z.string(),
  /** Logins left; 0 is without limit. */
  uses: z.number(),
  /** Seconds it was given; 0 is without end. */
  ttl: z.number(),
  created_ms: z.number(),
  updated_ms: z.number(),
  /** Milliseconds since the epoch; 0 is never. */
  expires_ms: z.number(),
  cidr_list: z.array(z.string()),
  token_bound_cidrs: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
});
export type SecretId = z.output<typeof storedSecretId>;

export const hasExpired = (secret: SecretId, nowMs: number): boolean =>
  secret.expires_ms !== 0 && secret.expires_ms <= nowMs;

const checkSubset = (ofRole: readonly string[], ofSecret: readonly string[]): void => {
  if (ofRole.length === 0 || liesWithin(ofSecret, ofRole)) return;
  throw mistake(
    `failed to verify subset relationship between CIDR blocks on the role ${shownList(ofRole, shown)} and CIDR blocks on the secret ID ${shownList(ofSecret, shown)}`,
  );
};

const usesFor = (role: Role, given: number | undefined): number => {
  const uses = given ?? role.secret_id_num_uses;
  if (uses < 0) throw invalidRequest("num_uses cannot be negative");
  const limit = role.secret_id_num_uses;
  if (limit > 0 && (uses === 0 || uses > limit))
    throw invalidRequest("num_uses cannot be higher than the role's secret_id_num_uses");
  return uses;
};

const ttlFor = (role: Role, given: number | undefined, mountMax: Seconds): number => {
  const ttl = given ?? role.secret_id_ttl;
  const limit = role.secret_id_ttl;
  if (limit > 0 && (ttl === 0 || ttl > limit))
    throw invalidRequest("ttl cannot be longer than the role's secret_id_ttl");
  return Math.min(ttl, mountMax);
};

/** The secret id a request asks for. Throws in the order of Vault's checks. */
export const newSecretId = (
  role: Role,
  input: GenerateInput,
  given: { readonly accessor: string; readonly nowMs: number; readonly mountMax: Seconds },
): SecretId => {
  const cidrs = input.cidr_list ?? [];
  const tokenCidrs = input.token_bound_cidrs ?? [];
  checkRanges(cidrs, "CIDR");
  checkSubset(role.secret_id_bound_cidrs ?? [], cidrs);
  checkRanges(tokenCidrs, "token CIDR");
  checkSubset(role.token_bound_cidrs, tokenCidrs);
  const uses = usesFor(role, input.num_uses);
  const ttl = ttlFor(role, input.ttl, given.mountMax);
  return {
    accessor: given.accessor,
    uses,
    ttl,
    created_ms: given.nowMs,
    updated_ms: given.nowMs,
    expires_ms: ttl === 0 ? 0 : given.nowMs + ttl * 1000,
    cidr_list: [...cidrs],
    token_bound_cidrs: [...tokenCidrs],
    metadata: { ...parseMetadata(input.metadata) },
  };
};

const NEVER = "0001-01-01T00:00:00Z";

/** What a look-up shows: all but the value, which nobody has. */
export const SecretIdShown = z.object({
  cidr_list: z.array(z.string()),
  creation_time: z.string(),
  expiration_time: z.string(),
  last_updated_time: z.string(),
  metadata: z.record(z.string(), z.string()),
  secret_id_accessor: z.string(),
  secret_id_num_uses: z.number(),
  secret_id_ttl: z.number(),
  token_bound_cidrs: z.array(z.string()),
});

/** The one answer that holds the secret id itself. */
export const SecretIdMade = z.object({
  secret_id: z.string(),
  secret_id_accessor: z.string(),
  secret_id_num_uses: z.number(),
  secret_id_ttl: z.number(),
});

export const readSecretId = (secret: SecretId): z.output<typeof SecretIdShown> => ({
  cidr_list: secret.cidr_list,
  creation_time: rfc3339(secret.created_ms),
  expiration_time: secret.expires_ms === 0 ? NEVER : rfc3339(secret.expires_ms),
  last_updated_time: rfc3339(secret.updated_ms),
  metadata: secret.metadata,
  secret_id_accessor: secret.accessor,
  secret_id_num_uses: secret.uses,
  secret_id_ttl: seconds(secret.ttl),
  token_bound_cidrs: secret.token_bound_cidrs,
});
