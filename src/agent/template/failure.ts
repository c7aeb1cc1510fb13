import { CallRefused, ConnectionError, ResponseError } from "../../client/index.ts";
import { TemplateError } from "../../go-template/index.ts";
import { FileError } from "../files/index.ts";
import { NotYet } from "./timing.ts";

/** What went wrong with a template, in words that a log may have. */
export class TemplateFailure extends Error {
  override readonly name = "TemplateFailure";
}

/**
 * The words of an error whose texts are known to hold no secret; of every other one its kind alone. Node's own messages
 * quote what they could not read.
 */
export const wordsOf = (error: unknown): string => {
  if (error instanceof ResponseError) return `${error.errors.join(", ") || "no error text"} (status ${error.status})`;
  if (
    error instanceof TemplateFailure ||
    error instanceof FileError ||
    error instanceof ConnectionError ||
    error instanceof CallRefused ||
    error instanceof TemplateError ||
    error instanceof NotYet
  ) {
    return error.message;
  }
  return error instanceof Error ? `unexpected ${error.name}` : "unexpected failure";
};
