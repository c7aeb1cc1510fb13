/**
 * A plan that no certificate, request or list can say. `reason` is for callers: fixed words, without what was planned.
 */
export class Unwritable extends Error {
  override readonly name = "Unwritable";
  readonly reason: string;
  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}
