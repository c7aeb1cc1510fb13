/**
 * Whether a history of check-and-set writes and reads of one key could have happened one after another.
 *
 * With check-and-set every successful write names the version it follows, so a history is linearisable exactly when the
 * versions made are 1, 2, 3 … without gaps or doubles, each write's version is later than every version known to be
 * there when the write began, and each read shows a version that was there at some moment between its start and end.
 * Times are any counter that rises.
 */
export interface Event {
  readonly kind: "write" | "read";
  readonly started: number;
  readonly ended: number;
  /** The version made or seen; 0 when a read found nothing. */
  readonly version: number;
}

/** What is wrong; empty for a history that holds. */
export const violations = (history: readonly Event[]): string[] => {
  const writes = history.filter(({ kind }) => kind === "write").sort((a, b) => a.version - b.version);
  const found: string[] = [];
  for (const [index, { version }] of writes.entries()) {
    if (version !== index + 1) found.push(`version ${index + 1} is missing or was made twice (found ${version})`);
  }
  const endOf = new Map(writes.map((write) => [write.version, write.ended]));
  const startOf = new Map(writes.map((write) => [write.version, write.started]));
  const settledBefore = (moment: number): number =>
    Math.max(0, ...[...endOf].filter(([, ended]) => ended < moment).map(([version]) => version));
  for (const event of history) {
    const least = settledBefore(event.started) + (event.kind === "write" ? 1 : 0);
    if (event.version < least) found.push(`a ${event.kind} of version ${event.version} began after ${least} was there`);
    if (
      event.kind === "read" &&
      event.version > 0 &&
      (startOf.get(event.version) ?? Number.POSITIVE_INFINITY) > event.ended
    ) {
      found.push(`version ${event.version} was read before its write began`);
    }
  }
  return found;
};
