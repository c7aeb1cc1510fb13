import type { ApiAnswer, ApiRequest } from "../protocol.ts";
import { askApi } from "./port.ts";

/**
 * What the page needs to be drawn at all, asked for while it is still being loaded: the worker starts and the answer
 * travels meanwhile.
 */

export const MOUNTS: ApiRequest = { method: "GET", path: "sys/internal/ui/mounts" };

let asked: Promise<ApiAnswer> | undefined;

export const askFirst = (): void => {
  asked = askApi(MOUNTS);
};

/** The answer, once: whoever asks later wants to know what is so then. */
export const takeFirst = (): Promise<ApiAnswer> | undefined => {
  const taken = asked;
  asked = undefined;
  return taken;
};
