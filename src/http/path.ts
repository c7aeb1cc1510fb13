import { PATH_BYTES, PATH_SEGMENTS } from "../contract/limits.ts";
import { invalidRequest } from "../framework/errors.ts";

/**
 * The one place that decides what a path means. It takes a path that was decoded once and never decodes again;
 * policies, routing and storage all see what it gives back.
 */

const PREFIX = "/v1/";

// Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII blank.
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u;

/**
 * False for controls, line separators, invisible characters, and for what a front door put in place of broken UTF-8.
 */
export const isPrintable = (path: string): boolean => PRINTABLE.test(path) && !path.includes("\ufffd");

/** Slashes in a row are one, as the reference server's redirect would have it. */
const collapse = (path: string): string => path.replace(/\/{2,}/g, "/");

/**
 * Throws `invalid_request` for segments `.` and `..`: they are refused everywhere and never resolved. So is what others
 * on the way may take for one: dots before a parameter (`..;`) or next to a backslash. Three dots are a name.
 */
const checkSegments = (path: string): void => {
  if (/(?:^|[/\\])\.{1,2}(?:[/\\;]|$)/.test(path)) throw invalidRequest("relative paths not supported");
  // A separator encoded twice would become one for anything that decodes again.
  if (/%(?:2f|5c)/i.test(path) || /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(path)) {
    throw invalidRequest("path separators must not be encoded twice");
  }
};

/**
 * The path without `/v1/`; `undefined` for a path that is not the API's.
 *
 * Throws `invalid_request` for relative and over-long paths (2 KiB, 50 segments).
 */
export const apiPath = (path: string): string | undefined => {
  const clean = collapse(path);
  checkSegments(clean);
  if (!clean.startsWith(PREFIX)) return undefined;
  const below = clean.slice(PREFIX.length);
  if (Buffer.byteLength(below) > PATH_BYTES) throw invalidRequest("path is too long");
  if (below.split("/").length > PATH_SEGMENTS + 1) throw invalidRequest("path has too many segments");
  return below;
};
