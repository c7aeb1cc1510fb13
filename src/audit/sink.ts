/**
 * Where lines go. A sink takes one line at a time, in order, and answers only when the line is safe; it never changes
 * a line. It trusts that a line holds no secret: that is the entry's business.
 */

export interface AuditSink {
  /** Without line feed. Throws when the line may not have been kept. */
  write(line: string): Promise<void>;
  /** Longest line it takes, in bytes; absent: any. A log service cuts longer events, which would be a silent loss. */
  readonly maxBytes?: number;
}

/**
 * Opens files for devices of type `file`. Given only where there is a file system that lasts. Throws `invalid_request`.
 */
export type OpenAuditFile = (path: string, mode: number) => Promise<AuditSink>;

/** Event size that CloudWatch Logs has always taken, less its own 26 bytes. */
export const LOG_EVENT_BYTES = 262_144 - 26;
