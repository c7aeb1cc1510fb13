import type { Mutant } from "./operators.ts";

/** Changes that no test can notice, because the product does the same with them; each with its reason. */

interface Equivalent {
  readonly file: string;
  /** The line before the change, without the white space around it. */
  readonly code: string;
  readonly from: string;
  readonly reason: string;
}

export const EQUIVALENTS: readonly Equivalent[] = [];

export const equivalentOf = ({ file, code, from }: Mutant): Equivalent | undefined =>
  EQUIVALENTS.find((one) => one.file === file && one.code === code && one.from === from);
