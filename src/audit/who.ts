import type { IssuedAuth } from "../framework/index.ts";
import type { Decision } from "../policy/index.ts";
import { block, key, list, member, put } from "./members.ts";
import { plainText } from "./redaction.ts";
import type { Style } from "./style.ts";
import type { AuditedCaller, AuditedResponse, AuditRecord } from "./types.ts";

/** `auth` of a line: whose token it was or is, and what the policies said. */

type Rule = NonNullable<Decision["rule"]>;

const grantingText = ({ isRoot, rule }: Decision, style: Style): string => {
  const names = isRoot ? ["root"] : [...new Set(rule?.policies.map(({ name }) => name) ?? [])];
  return `[${names.map((name) => `{"name":${style.text(name)},"namespace_id":"root","type":"acl"}`).join(",")}]`;
};

const ruleText = ({ pattern, policies }: Rule, style: Style): string => {
  const path = style.text(pattern);
  if (style.compact) return `[${[path, ...policies.map(({ name, line }) => style.text(`${name}:${line}`))].join(",")}]`;
  const sources = policies.map(({ name, line }) => `{"name":${style.text(name)},"line":${line}}`);
  return `{"path":${path},"policies":[${sources.join(",")}]}`;
};

const resultsOf = (decision: Decision, style: Style): string => {
  const { allowed, reason, rule, parameter } = decision;
  const { compact } = style;
  return (
    (compact && allowed ? "" : put("allowed", `${allowed}`)) +
    (allowed && !compact ? member("granting_policies", grantingText(decision, style)) : "") +
    (compact && allowed && rule && reason === "granted" ? "" : put("reason", style.text(reason))) +
    (rule ? put("rule", ruleText(rule, style)) : "") +
    (parameter === undefined ? "" : put("parameter", style.hashed(parameter)))
  );
};

const policyResults = ({ decision, refused }: AuditRecord, style: Style): string | undefined => {
  if (decision) return block(resultsOf(decision, style));
  return style.compact && refused !== true ? undefined : `{"allowed":${refused !== true}}`;
};

const sameTexts = (some: readonly string[], others: readonly string[]): boolean =>
  some === others || (some.length === others.length && some.every((text, at) => text === others[at]));

/** `policies` and `token_policies`, which are the same but for those with an identity. */
const policyMembers = (all: readonly string[], own: readonly string[], style: Style): string => {
  const policies = member("policies", list(all, style));
  if (!style.compact) return policies + member("token_policies", list(own, style));
  return sameTexts(all, own) ? policies : policies + put("token_policies", list(own, style));
};

const typeMember = (type: "service" | "batch", style: Style): string =>
  style.compact && type === "service" ? "" : put("token_type", `"${type}"`);

const accessorMember = (accessor: string, style: Style): string =>
  accessor === "" ? "" : member("accessor", style.hashedAccessor(accessor));

/** Whose token it was. */
export interface Caller {
  /** Members of `auth`. */
  readonly members: string;
  /** Hash of the token, as JSON. */
  readonly token: string;
}

export const callerOf = (known: AuditedCaller, style: Style): Caller => {
  const { token, entity } = known;
  const id = style.hashed(known.id.reveal());
  return {
    token: id,
    members:
      put("client_token", id) +
      accessorMember(token.accessor, style) +
      member("display_name", style.text(token.displayName)) +
      policyMembers(known.policies, token.policies, style) +
      (entity ? member("identity_policies", list(known.identityPolicies, style)) : "") +
      member("metadata", plainText(token.meta, style)) +
      member("num_uses", `${token.numUses}`) +
      member("entity_id", style.text(token.entityId)) +
      typeMember(token.type, style) +
      member("token_ttl", `${token.ttl}`) +
      put("token_issue_time", style.time(token.issuedMs)),
  };
};

const grantedMetadata = ({ metadata, shownOnce }: IssuedAuth, style: Style): string | undefined => {
  if (!shownOnce) return plainText(metadata, style);
  const write = ([name, value]: readonly [string, string]): string =>
    `${key(name)}:${Object.hasOwn(shownOnce, name) ? style.hashed(value) : style.text(value)}`;
  return `{${Object.entries({ ...metadata, ...shownOnce })
    .map(write)
    .join(",")}}`;
};

/** The token that an answer brings. */
export const grantedMembers = (auth: IssuedAuth, style: Style): string =>
  put("client_token", style.hashed(auth.clientToken.reveal())) +
  accessorMember(auth.accessor, style) +
  policyMembers(auth.policies, auth.tokenPolicies, style) +
  member("identity_policies", list(auth.identityPolicies, style)) +
  member("metadata", grantedMetadata(auth, style)) +
  member("num_uses", `${auth.numUses}`) +
  member("entity_id", style.text(auth.entityId)) +
  typeMember(auth.tokenType, style) +
  member("token_ttl", `${auth.leaseDuration}`);

/** Not hashed: who became root is what the line is for. */
const operatorMembers = (arn: string | undefined, style: Style): string =>
  arn === undefined
    ? ""
    : `${put("display_name", '"operator"')}${put("metadata", `{"aws_principal_arn":${style.text(arn)}}`)}`;

/** `caller`: of the record's token, where it is known. */
export const authText = (
  record: AuditRecord,
  response: AuditedResponse | undefined,
  caller: Caller | undefined,
  style: Style,
): string | undefined => {
  const granted = style.compact ? undefined : response?.auth;
  const who = caller?.members ?? (granted ? grantedMembers(granted, style) : operatorMembers(record.operator, style));
  return block(who + member("policy_results", policyResults(record, style)));
};
