import { isIPv6 } from "node:net";
import { matchesGlob } from "../../../std/glob.ts";

/**
 * URIs as alternative names: with a scheme, in the characters of RFC 3986, so that what is judged is what is written.
 * Source: RFC 5280, section 4.2.1.6.
 */

const SHAPE = /^[a-z][a-z0-9+.-]*:(?:[a-z0-9._~:/?#[\]@!$&'()*+,;=-]|%[0-9a-f]{2})+$/i;
const AUTHORITY = /^[^:]+:\/\/([^/?#]*)/;
const HOST = /^(?:[^@[\]]*@)?(?:([^@:[\]]*)|\[([^[\]]*)\])(?::\d*)?$/;

const hasReadableHost = (uri: string): boolean => {
  const authority = AUTHORITY.exec(uri)?.[1];
  if (authority === undefined) return true;
  const host = HOST.exec(authority);
  return host !== null && (host[2] === undefined || isIPv6(host[2]));
};

export const isUri = (text: string): boolean => SHAPE.test(text) && hasReadableHost(text);

/** Whether one of a role's patterns allows a URI; `*` is any text. */
export const allowsUri = (uri: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => matchesGlob(pattern, uri));
