import { z } from "zod";
import { canonicalPolicyNames } from "../policy/names.ts";
import type { Seconds } from "../std/brand.ts";
import { canonicalCidr, inCidrs } from "../std/cidr.ts";
import type { JsonValue } from "../std/json.ts";
import { shown } from "../std/shown.ts";
import { formatDuration, seconds } from "../std/time.ts";
import { invalidRequest, permissionDenied } from "./errors.ts";
import * as field from "./fields.ts";
import type { TokenParams } from "./reply.ts";

/**
 * The `token_*` fields that the roles and users of every auth method share: what a write accepts, what is stored,
 * what a read shows, and what core is told at login. Older names of the same fields (`ttl`, `policies` …) are
 * accepted where a method lists them. Only checks and converts; what the fields mean is core's business.
 * Source: Vault `sdk/helper/tokenutil`.
 */

/** Fields of a write. Spread into the `z.object` of the role. */
export const tokenShape = {
  token_bound_cidrs: field.commaList("Addresses or ranges that may log in and use the tokens."),
  token_explicit_max_ttl: field.duration("Hard limit of a token's life; applies to periodic tokens too."),
  token_max_ttl: field.duration("Limit of a token's life, renewals included."),
  token_no_default_policy: field.flag("Leave the policy `default` out of the tokens."),
  token_num_uses: field.integer("Number of requests a token can be used for; 0: no limit."),
  token_period: field.duration("Life of a periodic token, granted again at each renewal."),
  token_policies: field.commaList("Policies of the tokens."),
  token_ttl: field.duration("Life of a token between renewals."),
  token_type: field.text("Kind of the tokens: `default`, `service`, `batch`, `default-service` or `default-batch`."),
};

/** The older names. A method takes those it has: `const { ttl, max_ttl } = legacyTokenShape`. */
export const legacyTokenShape = {
  bound_cidrs: field.commaList("Older name of `token_bound_cidrs`."),
  explicit_max_ttl: field.duration("Older name of `token_explicit_max_ttl`."),
  max_ttl: field.duration("Older name of `token_max_ttl`."),
  num_uses: field.integer("Older name of `token_num_uses`."),
  period: field.duration("Older name of `token_period`."),
  policies: field.commaList("Older name of `token_policies`."),
  ttl: field.duration("Older name of `token_ttl`."),
};

type Parsed<Shape extends z.ZodRawShape> = { readonly [K in keyof Shape]?: z.output<Shape[K]> | undefined };

/** A parsed write: any of the fields, older names included. */
export type TokenInput = Parsed<typeof tokenShape> & Parsed<typeof legacyTokenShape>;
export type LegacyTokenName = keyof typeof legacyTokenShape;

const LEGACY: readonly LegacyTokenName[] = [
  "bound_cidrs",
  "explicit_max_ttl",
  "max_ttl",
  "num_uses",
  "period",
  "policies",
  "ttl",
];

/** What is stored. Spread into the `z.object` that reads a stored role back. */
export const storedTokenShape = {
  token_bound_cidrs: z.array(z.string()),
  token_explicit_max_ttl: z.number(),
  token_max_ttl: z.number(),
  token_no_default_policy: z.boolean(),
  token_num_uses: z.number(),
  token_period: z.number(),
  token_policies: z.array(z.string()),
  token_ttl: z.number(),
  token_type: z.enum(["default", "service", "batch", "default-service", "default-batch"]),
  /** Older names in use; their value is always that of the new name. */
  token_legacy: z.array(
    z.enum(["bound_cidrs", "explicit_max_ttl", "max_ttl", "num_uses", "period", "policies", "ttl"]),
  ),
};
const storedTokenFields = z.object(storedTokenShape);

const { token_legacy: _, ...alwaysShown } = storedTokenShape;

/** What a read answers: every `token_*`, and each older name that is in use. Spread into the answer of the role. */
export const shownTokenShape = {
  ...alwaysShown,
  bound_cidrs: z.array(z.string()).optional(),
  explicit_max_ttl: z.number().optional(),
  max_ttl: z.number().optional(),
  num_uses: z.number().optional(),
  period: z.number().optional(),
  policies: z.array(z.string()).optional(),
  ttl: z.number().optional(),
};
const shownTokenFields = z.object(shownTokenShape);
export type ShownTokenFields = z.output<typeof shownTokenFields>;
/** The stored fields; plain JSON. Durations are whole seconds, 0 where not set. */
export type TokenFields = z.output<typeof storedTokenFields>;
type TokenType = TokenFields["token_type"];

/** A role that was never given any of the fields. */
export const emptyTokenFields: TokenFields = {
  token_bound_cidrs: [],
  token_explicit_max_ttl: 0,
  token_max_ttl: 0,
  token_no_default_policy: false,
  token_num_uses: 0,
  token_period: 0,
  token_policies: [],
  token_ttl: 0,
  token_type: "default",
  token_legacy: [],
};

const parseCidrs = (given: readonly string[]): string[] =>
  given.map((text) => {
    const canonical = canonicalCidr(text);
    if (canonical !== undefined) return canonical;
    throw invalidRequest(`error parsing address ${shown(text)}: not an address or a range`);
  });

const parseType = (given: string): TokenType => {
  const known = storedTokenShape.token_type.safeParse(given === "" ? "default" : given);
  if (known.success) return known.data;
  throw invalidRequest(`invalid 'token_type' value ${shown(given)}`);
};

const refuseNegative = (name: string, value: number): number => {
  if (value < 0) throw invalidRequest(`'${name}' cannot be negative`);
  return value;
};

const checkTogether = (fields: TokenFields): void => {
  // Stricter than Vault, which takes it and refuses the login: a role that can never work should not be written.
  if (canonicalPolicyNames(fields.token_policies).includes("root")) {
    throw invalidRequest("auth methods cannot create root tokens");
  }
  if (fields.token_type === "batch" || fields.token_type === "default-batch") {
    const batch = "'token_type' cannot be 'batch' or 'default_batch' when set to generate";
    if (fields.token_period !== 0) throw invalidRequest(`${batch} periodic tokens`);
    if (fields.token_num_uses !== 0) throw invalidRequest(`${batch} tokens with limited use count`);
  }
  if (fields.token_max_ttl > 0 && fields.token_ttl > fields.token_max_ttl)
    throw invalidRequest("'token_ttl' cannot be greater than 'token_max_ttl'");
};

const legacyNames = (previous: TokenFields, input: TokenInput, ignoreDoubles: boolean): LegacyTokenName[] =>
  LEGACY.filter((old) => {
    if (input[`token_${old}`] !== undefined) return input[old] !== undefined && !ignoreDoubles;
    return input[old] !== undefined || previous.token_legacy.includes(old);
  });

/**
 * The fields after a write: what it names is replaced, the rest stays. Throws `invalid_request` with Vault's texts.
 *
 * Of a pair of names the new one wins; an old name alone sets both and both are read back; the new name alone ends
 * the old one. `ignoreDoubles`: an old name given together with its new one is ignored (token roles).
 */
export const mergeTokenFields = (
  previous: TokenFields,
  input: TokenInput,
  { ignoreDoubles = false }: { readonly ignoreDoubles?: boolean } = {},
): TokenFields => {
  const cidrs = input.token_bound_cidrs ?? input.bound_cidrs;
  const type = input.token_type;
  const merged: TokenFields = {
    token_bound_cidrs: cidrs ? parseCidrs(cidrs.filter((text) => text !== "")) : previous.token_bound_cidrs,
    token_explicit_max_ttl: input.token_explicit_max_ttl ?? input.explicit_max_ttl ?? previous.token_explicit_max_ttl,
    token_max_ttl: input.token_max_ttl ?? input.max_ttl ?? previous.token_max_ttl,
    token_no_default_policy: input.token_no_default_policy ?? previous.token_no_default_policy,
    token_num_uses: refuseNegative("token_num_uses", input.token_num_uses ?? input.num_uses ?? previous.token_num_uses),
    token_period: input.token_period ?? input.period ?? previous.token_period,
    token_policies: input.token_policies
      ? [...input.token_policies]
      : input.policies
        ? canonicalPolicyNames(input.policies)
        : previous.token_policies,
    token_ttl: input.token_ttl ?? input.ttl ?? previous.token_ttl,
    token_type: type === undefined ? previous.token_type : parseType(type),
    token_legacy: legacyNames(previous, input, ignoreDoubles),
  };
  checkTogether(merged);
  return merged;
};

const isSet = (value: JsonValue): boolean => (Array.isArray(value) ? value.length > 0 : value !== 0);

/** The fields as a read shows them: every `token_*`, and each older name that is in use and not empty. */
export const readTokenFields = (fields: TokenFields): ShownTokenFields => {
  // a role may be handed over whole: nothing but these fields may come out
  const { token_legacy: names, ...shown } = storedTokenFields.parse(fields);
  const old = names.map((name): [string, JsonValue] => [name, fields[`token_${name}`]]);
  return shownTokenFields.parse({ ...shown, ...Object.fromEntries(old.filter(([, value]) => isSet(value))) });
};

/** The fields as core wants them with a login. */
export const tokenParams = (fields: TokenFields): TokenParams => ({
  policies: fields.token_policies,
  noDefaultPolicy: fields.token_no_default_policy,
  ttl: seconds(fields.token_ttl),
  maxTtl: seconds(fields.token_max_ttl),
  explicitMaxTtl: seconds(fields.token_explicit_max_ttl),
  period: seconds(fields.token_period),
  numUses: fields.token_num_uses,
  boundCidrs: fields.token_bound_cidrs,
  type: fields.token_type,
});

/** Names compared as core compares them at issue; `default` is the token's own business. */
export const samePolicies = (a: readonly string[], b: readonly string[]): boolean => {
  const [left, right] = [a, b].map((names) => canonicalPolicyNames(names).filter((name) => name !== "default"));
  return JSON.stringify(left) === JSON.stringify(right);
};

/**
 * Refuses a TTL above its limit in a method's own words for the older names; `mergeTokenFields` has those of the new
 * ones. Which writes are told so, the method decides.
 */
export const checkOlderTtl = (previous: TokenFields, input: TokenInput, wire: string): void => {
  const ttl = input.token_ttl ?? input.ttl ?? previous.token_ttl;
  const most = input.token_max_ttl ?? input.max_ttl ?? previous.token_max_ttl;
  if (most > 0 && ttl > most) throw invalidRequest(wire);
};

/** Refuses to renew a token whose login would give other policies now. */
export const checkPoliciesAsBefore = (now: readonly string[], before: readonly string[]): void => {
  if (samePolicies(now, before)) return;
  throw invalidRequest("failed to renew entry: policies have changed, not renewing", { multi: true });
};

/** Refuses a period that the mount could never give; `say` is given both, in quotes. Source: AppRole's and AWS's role endpoints. */
export const checkPeriod = (
  fields: TokenFields,
  mountMax: Seconds,
  say = (period: string, most: string) =>
    `period of ${period} is greater than the backend's maximum lease TTL of ${most}`,
): void => {
  if (fields.token_period <= mountMax) return;
  const quoted = (value: Seconds) => JSON.stringify(formatDuration(value));
  throw invalidRequest(say(quoted(seconds(fields.token_period)), quoted(mountMax)));
};

/** Refuses a login from an address outside `token_bound_cidrs` with 403. */
export const checkSourceAddress = (fields: TokenFields, sourceAddress: string): void => {
  if (fields.token_bound_cidrs.length === 0 || inCidrs(sourceAddress, fields.token_bound_cidrs)) return;
  throw permissionDenied("source address is outside token_bound_cidrs");
};
