/**
 * A sealed entry or a wrapped key that cannot be what we wrote here: moved, changed, cut, or under another key.
 *
 * Security: callers above answer one and the same error for every reason; the reason is for the log alone.
 */
export class OpenRefused extends Error {
  override readonly name = "OpenRefused";
}

/** KMS is throttled, out of reach, or its key is disabled for now: nothing is wrong with the data. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}
