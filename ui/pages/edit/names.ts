/** Which names a new secret may have: those that every hop on the way to the server reads alike. */

export type NameFault = "empty" | "cut" | "control" | "blanks" | "dots" | "slashes" | "folder" | "long" | "many";

/** As `src/contract/limits.ts`, less room for the mount and `metadata/`. */
const BYTES = 1900;
const SEGMENTS = 45;

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u;

const faultOfSegment = (segment: string): NameFault | undefined => {
  if (segment === "") return "slashes";
  if (/^\.{1,2}(?:[\\;]|$)|[\\]\.{1,2}(?:[\\;]|$)/.test(segment)) return "dots";
  return segment.trim() === segment ? undefined : "blanks";
};

/** What is wrong with a path in a mount: `team-a/stripe`. */
export const faultOfName = (path: string): NameFault | undefined => {
  if (path === "") return "empty";
  if (/[?#%]/.test(path)) return "cut";
  if (!PRINTABLE.test(path)) return "control";
  if (path.endsWith("/") && !path.endsWith("//") && path !== "/") return "folder";
  const segments = path.split("/");
  const fault = segments.map(faultOfSegment).find((one) => one !== undefined);
  if (fault) return fault;
  if (segments.length > SEGMENTS) return "many";
  return new TextEncoder().encode(path).length > BYTES ? "long" : undefined;
};
