import type { ApiRequest } from "../protocol.ts";
import type { Answer } from "./api.ts";

/** A call that a page shows the answer of. Nothing is cached: an answer lives as long as what shows it. */

export interface Loading {
  /** `undefined`: on its way. */
  readonly answer: Answer | undefined;
  /** Asks again; the answer at hand stays until the new one is there. */
  readonly again: () => void;
}

/** `undefined` for nothing to ask. A changed request (compared by its JSON) is a new call; a late answer is dropped. */
export const useApi = (_request: ApiRequest | undefined): Loading => {
  throw new Error("not wired yet");
};
