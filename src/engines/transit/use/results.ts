import { invalidRequest, type VaultError } from "../../../framework/index.ts";
import { UseFault } from "./fault.ts";

/** What became of each item of a request: a value, or why there is none. */

export type Result<T> = T | UseFault;

export const isFault = <T>(result: Result<T>): result is UseFault => result instanceof UseFault;

/** Runs the work for one item; a fault of the item is its result, anything else is thrown on. */
export const attempt = <T>(work: () => T): Result<T> => {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof UseFault) return cause;
    throw cause;
  }
};

/** The step that follows for an item, unless it failed before. */
export const next = <A, B>(result: Result<A>, work: (value: A) => B): Result<B> =>
  isFault(result) ? result : attempt(() => work(result));

/** What the items gave that did not fail. */
export const succeeded = <T>(results: readonly Result<T>[]): readonly T[] =>
  results.flatMap((result) => (isFault(result) ? [] : [result]));

/** What a batch answers: each result as `show` writes it, with the `reference` of its item. */
export const inBatch = <T, Shown>(
  items: readonly { readonly reference?: string }[],
  results: readonly Result<T>[],
  show: (result: Result<T>, reference: string) => Shown,
): { readonly batch_results: Shown[] } => ({
  batch_results: results.map((result, index) => show(result, items[index]?.reference ?? "")),
});

/** A fault of a request with one item: 400, in the reference's wrapping where that calls it a failure of its own. */
export const refusal = (fault: UseFault, multi = fault.inner): VaultError =>
  invalidRequest(fault.message, { multi, cause: fault });

/** The value of a request with one item. Throws its fault. */
export const single = <T>(results: readonly Result<T>[]): T => {
  const [result = new UseFault("missing input")] = results;
  if (isFault(result)) throw refusal(result);
  return result;
};

/** Statuses that an answer with a body can have. */
const canCarryBody = (status: number): boolean => status >= 200 && status <= 599 && ![204, 205, 304].includes(status);

/**
 * The status of a batch: 400 where an item failed, or what the caller wants to see (`wanted`) where others succeeded.
 */
export const batchStatus = (
  results: readonly Result<unknown>[],
  wanted: number | undefined,
): { readonly status?: number; readonly warnings: readonly string[] } => {
  const failed = results.filter(isFault).length;
  if (failed === 0) return { warnings: [] };
  if (wanted === undefined || failed === results.length) return { status: 400, warnings: [] };
  if (canCarryBody(wanted)) return { status: wanted, warnings: [] };
  const warning = "invalid HTTP response code override from partial_failure_response_code, reverting to 400";
  return { status: 400, warnings: [warning] };
};
