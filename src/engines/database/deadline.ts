import { noConnection } from "./failure.ts";

/**
 * The work, or a failure when it takes longer; `late` then gives up what the work holds. `kind`: what is known of work
 * that was not waited for.
 */
export const within = async <T>(
  limitMs: number,
  work: Promise<T>,
  options: { readonly kind?: "unreachable" | "unknown"; readonly late?: () => void } = {},
): Promise<T> => {
  const { kind = "unknown", late } = options;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(noConnection("the database did not answer in time", kind));
      late?.();
    }, limitMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
};
