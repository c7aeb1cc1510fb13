import type { Answer } from "../../client/api.ts";
import { numberIn, textIn } from "../../client/read-json.ts";

/** A policy as the server has it. */

export interface SavedPolicy {
  readonly name: string;
  readonly text: string;
  /** What a save hands back, so that it overwrites nobody; 0: this policy does not count its versions yet. */
  readonly version: number;
}

/** `undefined`: the answer is a failure. */
export const savedPolicy = (answer: Answer): SavedPolicy | undefined =>
  answer.ok
    ? {
        name: textIn(answer.data, "name"),
        text: textIn(answer.data, "policy"),
        version: numberIn(answer.data, "version"),
      }
    : undefined;
