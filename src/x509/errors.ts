/**
 * A certificate or list that cannot be read, or says what nothing here may rely on. `reason` is for operators: fixed
 * words, never a name out of the thing itself.
 */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}
