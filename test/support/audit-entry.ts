import { clientSerialNumber } from "../../src/audit/client-certificate.ts";
import { redactMessage } from "../../src/audit/messages.ts";
import { hasMoreLeaves } from "../../src/audit/redaction.ts";
import type { Hash } from "../../src/audit/style.ts";
import type {
  AuditedCaller,
  AuditedMount,
  AuditedRequest,
  AuditedResponse,
  AuditRecord,
} from "../../src/audit/types.ts";
import { STRANGER_AUDIT_LEAVES } from "../../src/contract/limits.ts";
import type { IssuedAuth } from "../../src/framework/index.ts";
import { type Decision, isListing } from "../../src/policy/index.ts";
import { defined } from "../../src/std/defined.ts";
import { isJsonObject, type JsonObject, writeJson } from "../../src/std/json.ts";
import { rfc3339 } from "../../src/std/time.ts";
import { type DataRules, redactData, whole } from "./audit-data.ts";

/**
 * Vault's audit format as objects, written by its documentation and without regard to speed: what the product's lines are
 * compared with.
 *
 * Source: Vault documentation, "Audit devices", and `audit/format.go`.
 */

interface Style {
  readonly device?: string;
  readonly hash: Hash;
  readonly hashAccessor: Hash;
  readonly elideLists: boolean;
}

/** Empty members are left out. */
const filled = (members: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(members).filter(
      ([, value]) =>
        value !== undefined &&
        value !== "" &&
        value !== 0 &&
        value !== false &&
        value !== null &&
        !(typeof value === "object" && Object.keys(value).length === 0),
    ),
  );

const policyResults = (decision: Decision, style: Style): object => {
  const { allowed, reason, rule, parameter } = decision;
  const names = decision.isRoot ? ["root"] : [...new Set(rule?.policies.map(({ name }) => name) ?? [])];
  const granting = allowed ? names.map((name) => ({ name, namespace_id: "root", type: "acl" })) : [];
  return defined({
    allowed,
    granting_policies: granting.length > 0 ? granting : undefined,
    reason,
    rule: rule ? { path: rule.pattern, policies: rule.policies } : undefined,
    parameter: parameter === undefined ? undefined : style.hash(parameter),
  });
};

const callerBlock = (known: AuditedCaller, style: Style): Record<string, unknown> => {
  const { token, entity } = known;
  return {
    client_token: style.hash(known.id.reveal()),
    accessor: token.accessor === "" ? "" : style.hashAccessor(token.accessor),
    display_name: token.displayName,
    policies: known.policies,
    token_policies: token.policies,
    identity_policies: entity && known.identityPolicies,
    metadata: token.meta,
    num_uses: token.numUses,
    entity_id: token.entityId,
    token_type: token.type,
    token_ttl: token.ttl,
    token_issue_time: rfc3339(token.issuedMs),
  };
};

const hashed = (values: Readonly<Record<string, string>>, style: Style): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, style.hash(value)]));

const grantedBlock = (auth: IssuedAuth, style: Style): Record<string, unknown> => ({
  client_token: style.hash(auth.clientToken.reveal()),
  accessor: auth.accessor === "" ? "" : style.hashAccessor(auth.accessor),
  policies: auth.policies,
  token_policies: auth.tokenPolicies,
  identity_policies: auth.identityPolicies,
  metadata: auth.shownOnce ? { ...auth.metadata, ...hashed(auth.shownOnce, style) } : auth.metadata,
  num_uses: auth.numUses,
  entity_id: auth.entityId,
  token_type: auth.tokenType,
  token_ttl: auth.leaseDuration,
});

/** Not hashed: who became root is what the line is for. */
const operatorBlock = (arn: string | undefined): Record<string, unknown> =>
  arn === undefined ? {} : { display_name: "operator", metadata: { aws_principal_arn: arn } };

const mountMembers = (mount: AuditedMount | undefined): Record<string, unknown> =>
  mount
    ? {
        mount_point: mount.info.path,
        mount_type: mount.info.type,
        mount_accessor: mount.info.accessor,
        mount_class: mount.kind,
      }
    : {};

const keysOf = (names: readonly string[] | undefined): ReadonlySet<string> => new Set(names ?? []);

/** `sys/config/auditing/request-headers`: lower-case name to `{ hmac }`. */
const headersOf = (record: AuditRecord, audited: JsonObject, style: Style): Record<string, unknown> => {
  const { headers } = record.decoded;
  return Object.fromEntries(
    Object.entries(audited).flatMap(([name, settings]): [string, readonly string[]][] => {
      const values = Object.hasOwn(headers, name) ? headers[name] : undefined;
      if (!values) return [];
      const hashed = isJsonObject(settings) && settings["hmac"] === true;
      return [[name, hashed ? values.map(style.hash) : values]];
    }),
  );
};

/** One hash instead of very many: a line costs its sender's work, not ours. */
const strangersData = ({ data, unread }: AuditedRequest, rules: DataRules): unknown => {
  if (unread) return whole(Buffer.from(unread.bytes).toString("utf8"), rules.hash);
  return hasMoreLeaves(data, STRANGER_AUDIT_LEAVES) ? whole(writeJson(data), rules.hash) : redactData(data, rules);
};

const requestBlock = (record: AuditRecord, audited: JsonObject, style: Style): Record<string, unknown> => {
  const { decoded, mount, known } = record;
  const id = known?.id ?? decoded.token;
  const rules = {
    hash: style.hash,
    clearKeys: keysOf(mount?.config.auditNonHmacRequestKeys),
    payload: record.payload,
  };
  return filled({
    id: decoded.requestId,
    client_id: known?.token.entityId,
    operation: record.operation,
    ...mountMembers(mount),
    client_token: id === undefined ? undefined : style.hash(id.reveal()),
    client_token_accessor: known && known.token.accessor !== "" ? style.hashAccessor(known.token.accessor) : undefined,
    namespace: { id: "root" },
    path: decoded.path,
    sent_path: decoded.sentPath,
    data: known ? redactData(decoded.data, rules) : strangersData(decoded, rules),
    remote_address: decoded.sourceAddress,
    client_certificate_serial_number: clientSerialNumber(decoded.peerCertificates),
    wrap_ttl: decoded.wrapTtl,
    headers: headersOf(record, audited, style),
  });
};

/** `keys` and `key_info` of a listing as their number. */
const elided = (redacted: unknown): unknown => {
  if (typeof redacted !== "object" || redacted === null) return redacted;
  const count = ([name, value]: [string, unknown]): [string, unknown] =>
    (name === "keys" || name === "key_info") && typeof value === "object" && value !== null
      ? [name, Object.keys(value).length]
      : [name, value];
  return Object.fromEntries(Object.entries(redacted).map(count));
};

const responseBlock = (record: AuditRecord, response: AuditedResponse, style: Style): Record<string, unknown> => {
  const { decoded, mount } = record;
  const { wrapInfo } = response;
  const rules = {
    hash: style.hash,
    clearKeys: keysOf(mount?.config.auditNonHmacResponseKeys),
    payload: record.payload,
  };
  const data = redactData(response.data, rules);
  const message = (text: string) => redactMessage({ text, data: decoded.data, path: decoded.path }, style.hash);
  return filled({
    auth: response.auth ? filled(grantedBlock(response.auth, style)) : undefined,
    mfa_request_id: response.mfaRequestId && style.hash(response.mfaRequestId.reveal()),
    ...mountMembers(mount),
    secret: response.leaseId === undefined ? undefined : { lease_id: response.leaseId },
    data: style.elideLists && isListing(record.operation) ? elided(data) : data,
    warnings: response.warnings?.map(message),
    wrap_info: wrapInfo
      ? filled({
          ttl: wrapInfo.ttl,
          token: style.hash(wrapInfo.token.reveal()),
          accessor: style.hashAccessor(wrapInfo.accessor),
          creation_time: rfc3339(wrapInfo.creationTime),
          creation_path: wrapInfo.creationPath,
          wrapped_accessor: wrapInfo.wrappedAccessor ? style.hashAccessor(wrapInfo.wrappedAccessor) : undefined,
        })
      : undefined,
  });
};

/** One record as one device shows it, without its place in the chain. `response` absent: the request. */
export const auditEntry = (
  record: AuditRecord,
  response: AuditedResponse | undefined,
  audited: JsonObject,
  style: Style,
  nowMs: number,
): Record<string, unknown> => {
  const { decoded, known, decision } = record;
  const results = decision ? policyResults(decision, style) : { allowed: record.refused !== true };
  const who = known
    ? callerBlock(known, style)
    : response?.auth
      ? grantedBlock(response.auth, style)
      : operatorBlock(record.operator);
  const message = (text: string) => redactMessage({ text, data: decoded.data, path: decoded.path }, style.hash);
  return defined({
    time: rfc3339(nowMs),
    type: response === undefined ? "request" : "response",
    device: style.device,
    auth: filled({ ...who, policy_results: results }),
    request: requestBlock(record, audited, style),
    ...(response && filled({ response: responseBlock(record, response, style) })),
    error: record.error === undefined ? undefined : message(record.error),
    reason: record.reason === undefined ? undefined : message(record.reason),
  });
};
