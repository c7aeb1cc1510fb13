import { noConnection } from "../failure.ts";

/** The work, or a failure when it takes longer; `late` then gives up what the work holds. */
export const within = async <T>(limitMs: number, work: Promise<T>, late: () => void): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(noConnection("the database did not answer in time", "unknown"));
      late();
    }, limitMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
};
