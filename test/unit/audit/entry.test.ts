import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { entryText, stillHolds } from "../../../src/audit/entry.ts";
import { expandAudit } from "../../../src/audit/expand.ts";
import { builtInStyle, hasher, styleOf } from "../../../src/audit/style.ts";
import type { AuditedResponse, AuditRecord } from "../../../src/audit/types.ts";
import type { Decision } from "../../../src/policy/index.ts";
import { parseJson, writeJson } from "../../../src/std/json.ts";
import { raw } from "../../support/audit-data.ts";
import { auditEntry } from "../../support/audit-entry.ts";
import { AUDITED, auditedResponses, auditRecords, endings } from "../../support/audit-records.ts";
import { runs } from "../../support/runs.ts";

const salt = Buffer.alloc(32, 7).toString("base64");
const hash = hasher(salt);
const nowMs = 1_893_456_000_123;

const device = (options: Readonly<Record<string, string>>) => styleOf({ path: "f/", salt, options });
const vault = (record: AuditRecord, response: AuditedResponse | undefined, style: Partial<object> = {}): string =>
  writeJson(auditEntry(record, response, AUDITED, { hash, hashAccessor: hash, elideLists: false, ...style }, nowMs));

const pairs = fc.record({ record: auditRecords, response: auditedResponses, end: endings });

describe("a line of an enabled device", () => {
  it.each([
    ["as it comes", {}, {}],
    ["with accessors in the clear", { hmac_accessor: "false" }, { hashAccessor: raw }],
    ["with listings as counts", { elide_list_responses: "true" }, { elideLists: true }],
    ["with nothing hashed", { log_raw: "true" }, { hash: raw, hashAccessor: raw }],
  ])("is Vault's entry, member by member: %s", (_name, options, style) => {
    fc.assert(
      fc.property(pairs, ({ record, response }) => {
        const entry = { record, audited: AUDITED, nowMs };

        expect(entryText(entry, device(options))).toBe(vault(record, undefined, { device: "f/", ...style }));
        expect(entryText({ ...entry, response }, device(options))).toBe(
          vault(record, response, { device: "f/", ...style }),
        );
      }),
      { numRuns: runs(100, 3000) },
    );
  });
});

describe("a line that is too long for its sink", () => {
  it("is written shorter from data as it was written before, which is not gone through again", () => {
    fc.assert(
      fc.property(pairs, fc.boolean(), ({ record, response }, answers) => {
        const written = new Map<"request" | "response", string | undefined>();
        const entry = { record, audited: AUDITED, nowMs, ...(answers && { response }) };
        const style = device({});
        entryText({ ...entry, written }, style);
        const asked: string[] = [];
        const counting = { ...style, hashed: (value: string) => `${asked.push(value)}` };
        for (const [side, text] of written) written.set(side, text && '{"seen":true}');
        entryText({ ...entry, written, short: true }, counting);

        expect(asked.filter((text) => text === '{"seen":true}').length).toBe(
          [...written.values()].filter((text) => text !== undefined).length,
        );
        written.clear();
        expect(entryText({ ...entry, written, short: true }, style)).toBe(entryText({ ...entry, short: true }, style));
      }),
      { numRuns: runs(50, 1000) },
    );
  });
});

describe("what a request's line said", () => {
  const decision: Decision = { allowed: true, reason: "help", isRoot: false };
  const [record = undefined] = fc.sample(auditRecords, { numRuns: 1, seed: 1 });
  const [mount = undefined] = fc.sample(
    auditRecords.map((one) => one.mount).filter((one) => one !== undefined),
    1,
  );
  const [known = undefined] = fc.sample(
    auditRecords.map((one) => one.known).filter((one) => one !== undefined),
    1,
  );
  const [other = undefined] = fc.sample(
    auditRecords.map(({ decoded }) => decoded),
    1,
  );

  it("holds for a response, failed or not, to the same request, by the same caller, as it was decided", () => {
    const before = record && { record, audited: AUDITED };

    expect(
      before && stillHolds(before, { record: { ...record, error: "e", reason: "r" }, audited: { ...AUDITED } }),
    ).toBe(true);
  });

  it.each<[string, Partial<AuditRecord>, object?]>([
    ["another request", other ? { decoded: other } : {}],
    ["another caller", { known }],
    ["another decision", { decision }],
    ["another operation", { operation: "other" }],
    ["another mount", { mount }],
    ["data that belongs to the caller", { payload: record?.payload !== true }],
    ["another operator", { operator: "arn" }],
    ["a request that was not let through", { refused: record?.refused !== true }],
    ["other headers to show", {}, { "x-shown": { hmac: true } }],
  ])("does not hold for %s", (_what, change, audited = AUDITED) => {
    const before = record && { record, audited: AUDITED };

    expect(before && stillHolds(before, { record: { ...before.record, ...change }, audited: { ...audited } })).toBe(
      false,
    );
  });
});

describe("the built-in device's lines", () => {
  const style = builtInStyle(salt);
  const compact = (record: AuditRecord, response: AuditedResponse, after: AuditRecord): readonly string[] => [
    entryText({ record, audited: AUDITED, nowMs }, style),
    entryText(
      {
        record: after,
        response,
        before: stillHolds({ record, audited: AUDITED }, { record: after, audited: AUDITED }) ? record : undefined,
        audited: AUDITED,
        nowMs,
      },
      style,
    ),
  ];
  /** Empty texts are not hashed. */
  const known = (value: string): string => (value === "" ? "" : hash(value));
  const expected = { hash: known, hashAccessor: known };

  it("lose nothing: expanded, they are Vault's entries, member by member", () => {
    fc.assert(
      fc.property(pairs, ({ record, response, end }) => {
        const after = end(record);
        const { lines, others, alone } = expandAudit(compact(record, response, after));

        expect(lines).toEqual([vault(record, undefined, expected), vault(after, response, expected)]);
        expect([others, alone]).toEqual([0, 0]);
      }),
      { numRuns: runs(300, 10_000) },
    );
  });

  it("are JSON as a parser would write it again", () => {
    fc.assert(
      fc.property(pairs, ({ record, response, end }) => {
        for (const line of compact(record, response, end(record))) expect(writeJson(parseJson(line))).toBe(line);
      }),
      { numRuns: runs(100, 3000) },
    );
  });

  it("say all of a response whose request's line the device does not have", () => {
    fc.assert(
      fc.property(pairs, ({ record, response }) => {
        const line = entryText({ record, response, audited: AUDITED, nowMs }, style);

        expect(expandAudit([line]).lines).toEqual([vault(record, response, expected)]);
      }),
      { numRuns: runs(100, 3000) },
    );
  });

  it("show no hash in more than 44 characters outside messages", () => {
    fc.assert(
      fc.property(pairs, ({ record, response }) => {
        const { error: _error, reason: _reason, ...fine } = record;
        const lines = compact(fine, { ...response, warnings: [] }, fine);

        expect(lines.join()).not.toContain("hmac-sha256:");
      }),
    );
  });
});
