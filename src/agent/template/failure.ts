import { ResponseError } from "../../client/index.ts";
import { TemplateError } from "../../go-template/index.ts";
import { reasonOf } from "../reason.ts";
import { NotYet } from "./timing.ts";

/** What went wrong with a template, in words that a log may have. */
export class TemplateFailure extends Error {
  override readonly name = "TemplateFailure";
}

/** As `reasonOf`, with the words of templates too, and of a server's answer its errors alone. */
export const wordsOf = (error: unknown): string => {
  if (error instanceof ResponseError) return `${error.errors.join(", ") || "no error text"} (status ${error.status})`;
  const isOurs = error instanceof TemplateFailure || error instanceof TemplateError || error instanceof NotYet;
  return isOurs ? error.message : reasonOf(error);
};
