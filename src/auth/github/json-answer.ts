import type { z } from "zod";
import type { OutgoingAnswer } from "../../outgoing/index.ts";
import { parseJson } from "../../std/json.ts";
import { unreadable } from "./failures.ts";

const parsed = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

/** The members of an answer that `shape` names. Throws where there is no answer, no JSON, or another shape. */
export const answeredJson = <T>(answer: OutgoingAnswer | undefined, shape: z.ZodType<T>): T => {
  const result = shape.safeParse(answer && parsed(answer.body));
  if (result.success) return result.data;
  throw unreadable("an answer without the documented members");
};
