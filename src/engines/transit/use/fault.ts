/**
 * Why one input cannot be processed, in the reference's words. In a batch it is the item's `error` and the other items
 * go on; alone it is a 400.
 */
export class UseFault extends Error {
  override readonly name = "UseFault";
  /** The reference calls it a failure of its own: alone it shows as a multi-error, and rewrap stops at it. */
  readonly inner: boolean;
  constructor(text: string, inner = false) {
    super(text);
    this.inner = inner;
  }
}
