import fc from "fast-check";
import type { AuditedResponse, AuditRecord } from "../../src/audit/types.ts";
import type { IssuedAuth } from "../../src/framework/index.ts";
import type { Decision } from "../../src/policy/index.ts";
import { type Accessor, as, type Seconds } from "../../src/std/brand.ts";
import { type JsonObject, parseJson } from "../../src/std/json.ts";
import { Sensitive } from "../../src/std/sensitive.ts";

/** Records for the audit log of every kind that a request can leave, and of values that are hard to write. */

const seconds = (value: number): Seconds => as<Seconds>(value);
const accessor = (value: string): Accessor => as<Accessor>(value);

/** With what lines use themselves, what JSON escapes, and what UTF-8 cannot have. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("#", "##", `#${"A".repeat(43)}`, "a:1", "\ud800", "\u2028", '"\\\n', "__proto__", "", "root"),
);
const filled = text.filter((value) => value !== "");

const jsonText = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.constantFrom(
    '{"__proto__":{"x":"secret"},"ttl":60,"deletion_time":""}',
    '{"ttl":1.50,"pin":1e400,"big":123456789012345678901234567890,"z":-0.0}',
    '{"data":{"a":["b",null,true,1]},"metadata":{"version":3,"created_time":"2030-01-02T03:04:05.123Z"}}',
    '{"keys":["a","b"],"key_info":{"a":{},"b":{}}}',
  ),
);
const data: fc.Arbitrary<JsonObject> = jsonText.map((written): JsonObject => ({ value: parseJson(written) }));
const answered: fc.Arbitrary<unknown> = fc.oneof(
  jsonText.map(parseJson),
  fc.constant(undefined),
  fc.record({
    when: fc.constant(new Date(0)),
    bytes: fc.uint8Array({ maxLength: 3 }),
    n: fc.bigInt(),
    no: fc.constant(undefined),
  }),
);

const meta = fc.option(fc.dictionary(text, text, { maxKeys: 3 }));
const policies = fc.array(text, { maxLength: 3 });

/** Policies of the token, and all of them: mostly the same. */
const bothPolicies = fc.oneof(
  policies.map((all) => ({ all, own: all })),
  fc.record({ all: policies, own: policies }),
);

const known: fc.Arbitrary<NonNullable<AuditRecord["known"]>> = fc
  .record({
    id: filled,
    both: bothPolicies,
    identityPolicies: policies,
    entity: fc.option(fc.constant({}), { nil: undefined }),
    accessor: text,
    displayName: text,
    meta,
    numUses: fc.nat({ max: 3 }),
    entityId: text,
    type: fc.constantFrom("service" as const, "batch" as const),
    ttl: fc.nat(),
    issuedMs: fc.nat({ max: 4e12 }),
  })
  .map(({ id, both, identityPolicies, entity, accessor: its, ttl, ...token }) => ({
    id: new Sensitive(id),
    policies: both.all,
    identityPolicies,
    entity,
    token: { ...token, accessor: its === "" ? "" : accessor(its), policies: both.own, ttl: seconds(ttl) },
  }));

const rule = fc.record({
  pattern: text,
  policies: fc.array(fc.record({ name: text, line: fc.nat({ max: 99 }) }), { minLength: 1, maxLength: 3 }),
});
const decision: fc.Arbitrary<Decision> = fc.oneof(
  fc.constantFrom<Decision>(
    { allowed: true, reason: "root", isRoot: true },
    { allowed: true, reason: "help", isRoot: false },
    { allowed: false, reason: "no_rule", isRoot: false },
  ),
  rule.map((decided): Decision => ({ allowed: true, reason: "granted", rule: decided, isRoot: false })),
  fc
    .record({ rule, parameter: text })
    .map((denied): Decision => ({ allowed: false, reason: "parameter_denied", isRoot: false, ...denied })),
  rule.map((denied): Decision => ({ allowed: false, reason: "capability_missing", rule: denied, isRoot: false })),
);

const mount: fc.Arbitrary<NonNullable<AuditRecord["mount"]>> = fc
  .record({
    path: fc.constantFrom("secret/", "auth/token/", "auth/odd/", "#/", "sys/"),
    type: fc.constantFrom("kv", "token", "a_b", "#"),
    accessor: fc.constantFrom("kv_1d9ad02c", "auth_token_0ccfa388", "a_b_1", "auth_kv_1", "plain", ""),
    kind: fc.constantFrom("secret" as const, "auth" as const),
    keys: fc.option(fc.constantFrom(["label", "value"], ["label", ""]), { nil: undefined }),
  })
  .map(({ path, type, accessor: its, kind, keys }) => ({
    info: {
      id: as("id"),
      path: as(path),
      type,
      accessor: as(its),
      options: {},
      defaultTtl: seconds(0),
      maxTtl: seconds(0),
    },
    kind,
    config: keys ? { auditNonHmacRequestKeys: keys, auditNonHmacResponseKeys: keys } : {},
  }));

const decoded: fc.Arbitrary<AuditRecord["decoded"]> = fc
  .record({
    requestId: filled,
    path: text,
    sentPath: fc.option(text, { nil: undefined }),
    token: fc.option(filled, { nil: undefined }),
    wrapTtl: fc.option(fc.nat(), { nil: undefined }),
    data,
    unread: fc.option(fc.uint8Array({ minLength: 1, maxLength: 20 }), { nil: undefined }),
    headers: fc.dictionary(fc.constantFrom("x-shown", "x-hashed", "x-other"), fc.array(text, { maxLength: 2 })),
    sourceAddress: text,
  })
  .map(({ token, wrapTtl, sentPath, unread, ...rest }) => ({
    ...rest,
    ...(sentPath === undefined ? {} : { sentPath }),
    ...(unread === undefined ? {} : { unread: { bytes: unread } }),
    token: token === undefined ? undefined : new Sensitive(token),
    wrapTtl: wrapTtl === undefined ? undefined : seconds(wrapTtl),
  }));

export const AUDITED = { "x-shown": { hmac: false }, "x-hashed": { hmac: true } };

const problem = fc.option(fc.record({ error: filled, reason: fc.option(filled, { nil: undefined }) }), { nil: {} });

/** As a request's line is written. */
export const auditRecords: fc.Arbitrary<AuditRecord> = fc
  .record({
    decoded,
    mount: fc.option(mount, { nil: undefined }),
    payload: fc.boolean(),
    known: fc.option(known, { nil: undefined }),
    decision: fc.option(decision, { nil: undefined }),
    operation: fc.constantFrom("read", "update", "list", "scan", "help"),
    operator: fc.option(filled, { nil: undefined, freq: 5 }),
    refused: fc.boolean(),
    problem,
  })
  .map(({ problem: told, ...record }) => ({ ...record, ...told }));

const granted: fc.Arbitrary<IssuedAuth> = fc
  .record({
    token: filled,
    accessor: text,
    both: bothPolicies,
    identityPolicies: policies,
    metadata: meta,
    shownOnce: fc.option(fc.dictionary(text, text, { maxKeys: 2 }), { nil: undefined }),
    ttl: fc.nat(),
    entityId: text,
    tokenType: fc.constantFrom("service" as const, "batch" as const),
    numUses: fc.nat({ max: 2 }),
  })
  .map(({ token, accessor: its, both, ttl, ...rest }) => ({
    ...rest,
    clientToken: new Sensitive(token),
    accessor: its === "" ? "" : accessor(its),
    policies: both.all,
    tokenPolicies: both.own,
    leaseDuration: seconds(ttl),
    renewable: true,
    orphan: true,
  }));

const wrap = fc
  .record({ token: filled, accessor: filled, ttl: fc.nat(), creationTime: fc.nat({ max: 4e12 }), creationPath: text })
  .map(({ token, accessor: its, ttl, ...rest }) => ({
    ...rest,
    token: new Sensitive(token),
    accessor: accessor(its),
    ttl: seconds(ttl),
    wrappedAccessor: accessor(its),
  }));

export const auditedResponses: fc.Arbitrary<AuditedResponse> = fc.record(
  {
    data: answered,
    auth: granted,
    mfaRequestId: filled.map((id) => new Sensitive(id)),
    wrapInfo: wrap,
    leaseId: text,
    warnings: fc.array(text, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

/** What the response's line is written from: mostly the same, failed where the request was let through. */
export const endings: fc.Arbitrary<(record: AuditRecord) => AuditRecord> = fc.oneof(
  fc.constant((record: AuditRecord) => record),
  problem.map((told) => (record: AuditRecord) => ({ ...record, error: undefined, reason: undefined, ...told })),
  known.map((later) => (record: AuditRecord) => ({ ...record, known: later })),
  fc.constant((record: AuditRecord) => ({ ...record, operation: "create" })),
);
