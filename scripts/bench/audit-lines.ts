import { hash } from "node:crypto";
import { entryText } from "../../src/audit/entry.ts";
import { linkText, NO_DIGEST } from "../../src/audit/link.ts";
import { builtInStyle, styleOf } from "../../src/audit/style.ts";
import type { AuditedResponse, AuditRecord } from "../../src/audit/types.ts";
import { as } from "../../src/std/brand.ts";
import { Sensitive } from "../../src/std/sensitive.ts";
import { type Figure, figure } from "./figures.ts";
import { median } from "./samples.ts";

/**
 * The two audit lines of a KV read, from the record to the hash that the next line has: in the built-in device's form and
 * in an enabled device's. Next to them what no serialiser of objects can do without: `JSON.stringify` of the same two
 * lines, ready-made as objects in Vault's format, and one SHA-256 each.
 */

const NOW = 1_893_456_000_123;
const SALT = Buffer.alloc(32, 7).toString("base64");

/** As the request of a deployment has it, by a token with an entity. */
const record: AuditRecord = {
  decoded: {
    requestId: "fe7f680e-a2bc-4ea7-9e76-26387d8458c6",
    path: "secret/data/app",
    token: new Sensitive("hvs.token-of-the-bench"),
    wrapTtl: undefined,
    data: {},
    headers: {},
    sourceAddress: "203.0.113.10",
  },
  mount: {
    info: {
      id: as("9f1c"),
      path: as("secret/"),
      type: "kv",
      accessor: as("kv_1d9ad02c"),
      options: {},
      defaultTtl: as(0),
      maxTtl: as(0),
    },
    kind: "secret",
    config: {},
  },
  payload: false,
  known: {
    id: new Sensitive("hvs.token-of-the-bench"),
    policies: ["app", "default"],
    identityPolicies: [],
    entity: {},
    token: {
      accessor: as("LyBNgDbCKr7dXzwXqqJmlXgi"),
      displayName: "userpass-ada",
      policies: ["app", "default"],
      meta: { username: "ada" },
      numUses: 0,
      entityId: "7b01d820-f630-45c2-af2c-8b0d98e7c5a7",
      type: "service",
      ttl: as(2_764_800),
      issuedMs: NOW,
    },
  },
  decision: {
    allowed: true,
    reason: "granted",
    isRoot: false,
    rule: { pattern: "*", policies: [{ name: "app", line: 1 }] },
  },
  operation: "read",
};

const response: AuditedResponse = {
  data: {
    data: { value: "x".repeat(600) },
    metadata: {
      created_time: "2030-01-01T00:00:00.123456789Z",
      custom_metadata: null,
      deletion_time: "",
      destroyed: false,
      version: 1,
    },
  },
};

const RUNS = 200;

/** Microseconds of processor that each work takes; they take turns, so that a busy machine falls on all of them. */
const processorOf = (works: readonly (() => void)[], samples: number): readonly number[] => {
  const taken: number[][] = works.map(() => []);
  for (let round = -10; round < samples; round++) {
    for (const [at, work] of works.entries()) {
      const before = process.cpuUsage();
      for (let run = 0; run < RUNS; run++) work();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) taken[at]?.push((user + system) / RUNS);
    }
  }
  return taken.map(median);
};

export const measureAuditLines = (samples: number): readonly Figure[] => {
  const entry = { record, audited: {}, nowMs: NOW };
  const chained = (text: string): string =>
    `${text.slice(0, -1)},"chain":"${linkText("dHJ5aXRvdXQh", 13, NO_DIGEST)}"}`;
  const pairIn = (style: ReturnType<typeof styleOf>): readonly string[] => [
    chained(entryText(entry, style)),
    chained(entryText({ ...entry, response, before: record }, style)),
  ];
  const builtIn = builtInStyle(SALT);
  const device = styleOf({ path: "file/", salt: SALT, options: {} });
  const objects: readonly unknown[] = pairIn(device).map((line) => JSON.parse(line));
  const digests = (lines: readonly string[]): void => {
    for (const line of lines) hash("sha256", line, "base64url");
  };
  const works = [
    () => digests(pairIn(builtIn)),
    () => digests(pairIn(device)),
    () => digests(objects.map((object) => JSON.stringify(object))),
  ];
  const [own = Number.NaN, vault = Number.NaN, baseline = Number.NaN] = processorOf(works, samples);
  const bytes = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  return [
    figure("audit lines of a KV read, built-in device", own, "us"),
    figure("audit lines of a KV read, enabled device", vault, "us"),
    figure("JSON.stringify and SHA-256 of the same lines", baseline, "us"),
    figure("built-in device / JSON.stringify and SHA-256", own / baseline, "x", 4),
    figure("audit lines of a KV read, built-in device", bytes(pairIn(builtIn)), "B", 1100),
    figure("audit lines of a KV read, enabled device", bytes(pairIn(device)), "B"),
  ];
};
