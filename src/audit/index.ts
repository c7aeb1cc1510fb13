import { VaultError } from "../framework/index.ts";
import { createDestinations, type Destination, type Destinations } from "./destinations.ts";
import { checkOptions } from "./device-options.ts";
import { entryText, stillHolds } from "./entry.ts";
import { auditedHeaders } from "./headers.ts";
import type { Entry } from "./record.ts";
import { saltSource, signerSource } from "./signing-key.ts";
import type { AuditSink, OpenAuditFile } from "./sink.ts";
import { builtInStyle, hasher, type Style, styleOf } from "./style.ts";
import type {
  Audit,
  AuditConfiguration,
  AuditDevice,
  AuditedRequest,
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

/** Room for the link of the chain. */
const LINK_BYTES = 256;
/** Of one code unit in UTF-8. */
const MOST_BYTES = 3;

const fits = (text: string, most: number): boolean =>
  text.length * MOST_BYTES + LINK_BYTES <= most || Buffer.byteLength(text) + LINK_BYTES <= most;

/** The line as its sink takes it: with its data as one hash where it would be longer. */
const fitting = (entry: Entry, style: Style, most: number | undefined): string => {
  if (most === undefined) return entryText(entry, style);
  const written: Entry["written"] = new Map();
  const text = entryText({ ...entry, written }, style);
  if (fits(text, most)) return text;
  const short = entryText({ ...entry, written, short: true }, style);
  if (fits(short, most)) return short;
  throw new Error("the audit entry is longer than its sink takes");
};

/** Styles by what they are made from, which is the same object until it is changed. */
const styles = (): { readonly builtIn: (salt: string) => Style; readonly of: (device: AuditDevice) => Style } => {
  let known: { readonly salt: string; readonly style: Style } | undefined;
  const devices = new WeakMap<AuditDevice, Style>();
  return {
    builtIn: (salt) => {
      if (known?.salt !== salt) known = { salt, style: builtInStyle(salt) };
      return known.style;
    },
    of: (device) => {
      const style = devices.get(device) ?? styleOf(device);
      devices.set(device, style);
      return style;
    },
  };
};

const refused = (authenticated: boolean): VaultError =>
  new VaultError("internal", {
    wire: "internal error",
    reason: "no audit device accepted the record",
    multi: authenticated,
  });

export const createAudit = (core: () => AuditSurroundings, options: AuditOptions): Audit => {
  let parts: Parts | undefined;
  const { builtIn, of: styleFor } = styles();
  /** The request lines that the built-in device has and whose responses it does not have yet. */
  const open = new WeakMap<AuditedRequest, Entry>();
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
  const write = async (where: Promise<Destination | undefined>, style: Style, entry: Entry): Promise<boolean> => {
    try {
      const destination = await where;
      if (!destination) return false;
      await destination.chain.append(fitting(entry, style, destination.sink.maxBytes));
      return true;
    } catch (error) {
      failed(style.device ?? "", error);
      return false;
    }
  };

  /** What the response's line may leave out; a line is joined once. */
  const lineBefore = (entry: Entry): AuditRecord | undefined => {
    const { decoded } = entry.record;
    const before = entry.response && open.get(decoded);
    open.delete(decoded);
    return before && stillHolds(before, entry) ? before.record : undefined;
  };

  const record = async (what: AuditRecord, response: AuditedResponse | undefined): Promise<void> => {
    const { clock, configuration } = core();
    const { destinations, salt } = ready();
    const snapshot = await configuration();
    const entry: Entry = { record: what, response, audited: auditedHeaders(snapshot), nowMs: clock.now() };
    const before = lineBefore(entry);
    const standard = Promise.resolve(destinations.standard);
    const written = await Promise.all([
      write(standard, builtIn(salt(snapshot)), { ...entry, before }),
      ...snapshot.auditDevices.map((device) => write(destinations.of(device), styleFor(device), entry)),
    ]);
    if (response === undefined && written[0]) open.set(what.decoded, entry);
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
