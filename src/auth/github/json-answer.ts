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

/** The members of an answer that `shape` names. Throws where it is not JSON, or of another shape. */
export const answeredJson = <T>(answer: OutgoingAnswer, shape: z.ZodType<T>): T => {
  const result = shape.safeParse(parsed(answer.body));
  if (result.success) return result.data;
  throw unreadable("an answer without the documented members");
};
