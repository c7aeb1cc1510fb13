import { z } from "zod";
import { field, invalidRequest, op, type Path, path } from "../../framework/index.ts";
import { checkPeriod, legacyTokenShape, mergeTokenFields, tokenShape } from "../../framework/token-params.ts";
import { canonicalPolicyNames } from "../../policy/names.ts";
import { defined } from "../../std/defined.ts";
import { fieldPath } from "./role-field.ts";
import { ROLE_NAME } from "./role-paths.ts";
import { checkRanges, type Role, roleShape } from "./role-rules.ts";
import { findRole } from "./roles.ts";

/** `role/:role_name/<field>`: the single fields of a role, and how each is read, written and reset. */

const missing = (name: string): never => {
  throw invalidRequest(`missing ${name}`);
};
const given = <T>(value: T | undefined, name: string): T => value ?? missing(name);
const noneAsNull = (list: string[] | null): string[] | null => (list?.length ? list : null);
const listed = z.array(z.string()).nullable();

const { policies, period } = legacyTokenShape;
const without = (role: Role, old: Role["token_legacy"][number]): Role["token_legacy"] =>
  role.token_legacy.filter((name) => name !== old);
const ifLegacy = <T extends object>(role: Role, name: Role["token_legacy"][number], value: T): T | object =>
  role.token_legacy.includes(name) ? value : {};

const setRanges = (role: Role, list: readonly string[] | undefined): Role => {
  if (list === undefined) return role;
  if (list.length === 0) return missing("bound_cidr_list");
  checkRanges(list);
  return { ...role, secret_id_bound_cidrs: [...list] };
};
const resetRanges = (role: Role): Role => ({ ...role, secret_id_bound_cidrs: null });

const setTokenRanges = (role: Role, list: readonly string[] | undefined): Role => {
  if (list === undefined) return role;
  if (list.length === 0) return missing("bound_cidr_list");
  return { ...role, ...mergeTokenFields(role, { token_bound_cidrs: list }) };
};

const setUses = (role: Role, value: number): Role => {
  if (value < 0) throw invalidRequest("secret_id_num_uses cannot be negative");
  return { ...role, secret_id_num_uses: value };
};

const setTtl = (role: Role, value: number): Role => {
  if (role.token_max_ttl > 0 && value > role.token_max_ttl)
    throw invalidRequest("token_ttl should not be greater than token_max_ttl");
  return { ...role, token_ttl: value };
};

const setMaxTtl = (role: Role, value: number): Role => {
  if (value > 0 && role.token_ttl > value)
    throw invalidRequest("token_max_ttl should be greater than or equal to token_ttl");
  return { ...role, token_max_ttl: value };
};

const anyOf = (first: unknown, second: unknown, name: string): void => {
  if (first === undefined && second === undefined) missing(name);
};

const only = <K extends keyof typeof roleShape>(name: K): z.ZodObject<Pick<typeof roleShape, K>> =>
  z.object({ [name]: roleShape[name] } as Pick<typeof roleShape, K>);

export const roleFieldPaths: readonly Path[] = [
  fieldPath({
    name: "bind-secret-id",
    summary: "whether a login must show a secret id",
    answers: z.object({ bind_secret_id: z.boolean() }),
    input: only("bind_secret_id"),
    read: (role) => ({ bind_secret_id: role.bind_secret_id }),
    set: (role, input) => ({ ...role, bind_secret_id: given(input.bind_secret_id, "bind_secret_id") }),
    reset: (role) => ({ ...role, bind_secret_id: true }),
  }),
  fieldPath({
    name: "secret-id-num-uses",
    summary: "logins a secret id can be used for",
    answers: z.object({ secret_id_num_uses: z.number() }),
    input: only("secret_id_num_uses"),
    read: (role) => ({ secret_id_num_uses: role.secret_id_num_uses }),
    set: (role, input) => setUses(role, given(input.secret_id_num_uses, "secret_id_num_uses")),
    reset: (role) => ({ ...role, secret_id_num_uses: 0 }),
  }),
  fieldPath({
    name: "secret-id-ttl",
    summary: "life of a secret id",
    answers: z.object({ secret_id_ttl: z.number() }),
    input: only("secret_id_ttl"),
    read: (role) => ({ secret_id_ttl: role.secret_id_ttl }),
    set: (role, input) => ({ ...role, secret_id_ttl: given(input.secret_id_ttl, "secret_id_ttl") }),
    reset: (role) => ({ ...role, secret_id_ttl: 0 }),
  }),
  fieldPath({
    name: "secret-id-bound-cidrs",
    summary: "ranges that may log in",
    answers: z.object({ secret_id_bound_cidrs: listed }),
    input: only("secret_id_bound_cidrs"),
    read: (role) => ({ secret_id_bound_cidrs: role.secret_id_bound_cidrs }),
    set: (role, input) => setRanges(role, input.secret_id_bound_cidrs),
    reset: resetRanges,
  }),
  fieldPath({
    name: "bound-cidr-list",
    summary: "older name of `secret-id-bound-cidrs`",
    answers: z.object({ bound_cidr_list: listed }),
    input: only("bound_cidr_list"),
    read: (role) => ({ bound_cidr_list: role.secret_id_bound_cidrs }),
    warning:
      'The "bound_cidr_list" field is deprecated and will be removed. Please use "secret_id_bound_cidrs" instead.',
    set: (role, input) => setRanges(role, input.bound_cidr_list),
    reset: resetRanges,
  }),
  fieldPath({
    name: "token-bound-cidrs",
    summary: "ranges the tokens are bound to",
    answers: z.object({ token_bound_cidrs: listed }),
    input: only("token_bound_cidrs"),
    read: (role) => ({ token_bound_cidrs: noneAsNull(role.token_bound_cidrs) }),
    set: (role, input) => setTokenRanges(role, input.token_bound_cidrs),
    reset: (role) => ({ ...role, token_bound_cidrs: [] }),
  }),
  fieldPath({
    name: "policies",
    summary: "policies of the tokens",
    answers: z.object({ token_policies: listed, policies: listed.optional() }),
    input: z.object({ token_policies: tokenShape.token_policies, policies }),
    read: (role) => ({
      token_policies: noneAsNull(role.token_policies),
      ...ifLegacy(role, "policies", { policies: role.token_policies }),
    }),
    set: (role, input) => {
      anyOf(input.token_policies, input.policies, "token_policies");
      const { policies: old, token_policies: named } = input;
      const given = defined({ policies: old, token_policies: named && canonicalPolicyNames(named) });
      return { ...role, ...mergeTokenFields(role, given) };
    },
    reset: (role) => ({ ...role, token_policies: [], token_legacy: without(role, "policies") }),
  }),
  fieldPath({
    name: "period",
    summary: "life of a periodic token",
    answers: z.object({ token_period: z.number(), period: z.number().optional() }),
    input: z.object({ token_period: tokenShape.token_period, period }),
    read: (role) => ({
      token_period: role.token_period,
      ...ifLegacy(role, "period", { period: role.token_period }),
    }),
    set: (role, input, mountMax) => {
      anyOf(input.token_period, input.period, "period");
      const fields = mergeTokenFields(role, input);
      checkPeriod(fields, mountMax);
      return { ...role, ...fields };
    },
    reset: (role) => ({ ...role, token_period: 0, token_legacy: without(role, "period") }),
  }),
  fieldPath({
    name: "token-num-uses",
    summary: "requests a token can be used for",
    answers: z.object({ token_num_uses: z.number() }),
    input: only("token_num_uses"),
    read: (role) => ({ token_num_uses: role.token_num_uses }),
    set: (role, input) => ({
      ...role,
      ...mergeTokenFields(role, { token_num_uses: given(input.token_num_uses, "token_num_uses") }),
    }),
    reset: (role) => ({ ...role, token_num_uses: 0 }),
  }),
  fieldPath({
    name: "token-ttl",
    summary: "life of a token between renewals",
    answers: z.object({ token_ttl: z.number() }),
    input: only("token_ttl"),
    read: (role) => ({ token_ttl: role.token_ttl }),
    set: (role, input) => setTtl(role, given(input.token_ttl, "token_ttl")),
    reset: (role) => ({ ...role, token_ttl: 0 }),
  }),
  fieldPath({
    name: "token-max-ttl",
    summary: "limit of a token's life",
    answers: z.object({ token_max_ttl: z.number() }),
    input: only("token_max_ttl"),
    read: (role) => ({ token_max_ttl: role.token_max_ttl }),
    set: (role, input) => setMaxTtl(role, given(input.token_max_ttl, "token_max_ttl")),
    reset: (role) => ({ ...role, token_max_ttl: 0 }),
  }),
  fieldPath({
    name: "role-id",
    summary: "what a login uses to name the role; a new one takes effect at once",
    answers: z.object({ role_id: z.string() }),
    input: z.object({ role_id: field.text("The new role id.") }),
    read: (role) => ({ role_id: role.role_id }),
    set: (role, input) => ({ ...role, role_id: input.role_id || missing("role_id") }),
  }),
  path("role/{role_name}/local-secret-ids", {
    summary: "whether the secret ids stay in one cluster; has no effect here",
    params: ROLE_NAME,
    ops: {
      read: op({
        summary: "read this field of a role",
        answers: z.object({ local_secret_ids: z.boolean() }),
        handle: async ({ params }, cx) => {
          const role = await findRole(cx.storage, params.role_name);
          return role && { data: { local_secret_ids: role.local_secret_ids } };
        },
      }),
    },
  }),
];
