import { VaultError } from "../framework/index.ts";
import { defined } from "../std/defined.ts";
import { writeJson } from "../std/json.ts";
import { createDestinations, type Destination, type Destinations } from "./destinations.ts";
import { checkOptions } from "./device-options.ts";
import { auditEntry, type Style, styleOf } from "./entry.ts";
import { auditedHeaders } from "./headers.ts";
import { hasher, whole } from "./redaction.ts";
import { saltSource, signerSource } from "./signing-key.ts";
import type { AuditSink, OpenAuditFile } from "./sink.ts";
import type {
  Audit,
  AuditConfiguration,
  AuditDevice,
  AuditedResponse,
  AuditRecord,
  AuditSurroundings,
} from "./types.ts";

/**
 * The audit log: one line per request and one per response, for the built-in device and for every enabled one. It
 * trusts core for who asked and what was decided; it must never let a request continue that no device has recorded, and
 * never write a secret in the clear.
 */

export type { AuditSink, OpenAuditFile } from "./sink.ts";
export { LOG_EVENT_BYTES } from "./sink.ts";

export interface AuditOptions {
  /** The built-in device. */
  readonly sink: AuditSink;
  /** Absent: devices of type `file` write to the built-in device's sink. */
  readonly openFile?: OpenAuditFile | undefined;
  /** Whether devices may be enabled with `log_raw`. */
  readonly allowRaw?: boolean | undefined;
}

interface Parts {
  readonly destinations: Destinations;
  readonly salt: (snapshot: AuditConfiguration) => string;
}

/** What to hash when an entry is longer than its sink takes: the data, whole, so that it is still recognised. */
const shortened = (entry: Record<string, unknown>, style: Style): Record<string, unknown> => {
  const short = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null || !("data" in part)) return part;
    return { ...part, data: whole(writeJson(part.data), style.hash) };
  };
  return { ...entry, ...defined({ request: short(entry["request"]), response: short(entry["response"]) }) };
};

/** Room for the link of the chain. */
const LINK_BYTES = 256;

const fitting = (entry: Record<string, unknown>, style: Style, maxBytes: number | undefined): object => {
  if (maxBytes === undefined || Buffer.byteLength(writeJson(entry)) + LINK_BYTES <= maxBytes) return entry;
  const short = shortened(entry, style);
  if (Buffer.byteLength(writeJson(short)) + LINK_BYTES <= maxBytes) return short;
  throw new Error("the audit entry is longer than its sink takes");
};

const refused = (authenticated: boolean): VaultError =>
  new VaultError("internal", {
    wire: "internal error",
    reason: "no audit device accepted the record",
    multi: authenticated,
  });

export const createAudit = (core: () => AuditSurroundings, options: AuditOptions): Audit => {
  let parts: Parts | undefined;
  const counts = { requests: 0, responses: 0, failures: 0 };

  // Core is complete only after this function has returned.
  const ready = (): Parts => {
    if (parts) return parts;
    const { clock, random, configuration, log } = core();
    const signer = signerSource(() => core().store);
    const destinations = createDestinations(options.sink, options.openFile, {
      clock,
      random,
      key: async () => signer(await configuration()),
      failed: (error) => log("audit checkpoint failed", { error: error instanceof Error ? error.name : "unknown" }),
    });
    parts = { destinations, salt: saltSource(random) };
    return parts;
  };

  const failed = (device: string, error: unknown): void => {
    counts.failures += 1;
    core().signal({ kind: "audit-failed" });
    core().log("audit device failed", { device, error: error instanceof Error ? error.name : "unknown" });
  };

  /** Whether the device has the line. A device that keeps nothing never has. */
  const write = async (
    where: Promise<Destination | undefined>,
    style: Style,
    entry: (style: Style) => Record<string, unknown>,
  ): Promise<boolean> => {
    try {
      const destination = await where;
      if (!destination) return false;
      await destination.chain.append(fitting(entry(style), style, destination.sink.maxBytes));
      return true;
    } catch (error) {
      failed(style.device ?? "", error);
      return false;
    }
  };

  const record = async (what: AuditRecord, response: AuditedResponse | undefined): Promise<void> => {
    const { clock, configuration } = core();
    const { destinations, salt } = ready();
    const snapshot = await configuration();
    const audited = auditedHeaders(snapshot);
    const now = clock.now();
    const entry = (style: Style) => auditEntry(what, response, audited, style, now);
    const hash = hasher(salt(snapshot));
    const builtIn: Style = { hash, hashAccessor: hash, elideLists: false };
    const written = await Promise.all([
      write(Promise.resolve(destinations.standard), builtIn, entry),
      ...snapshot.auditDevices.map((device) => write(destinations.of(device), styleOf(device), entry)),
    ]);
    counts[response === undefined ? "requests" : "responses"] += 1;
    if (!written.includes(true)) throw refused(what.known !== undefined);
  };

  return {
    request: (what) => record(what, undefined),
    response: (what, response) => record(what, response),
    hash: (device, input) => hasher(device.salt)(input),
    check: async (device: Pick<AuditDevice, "options">) => {
      checkOptions(device.options, options.allowRaw ?? false);
      await ready().destinations.of(device);
    },
    flush: () => ready().destinations.flush(),
    counts: () => counts,
  };
};
