import { isLoopback } from "../../../jwt/index.ts";

/**
 * Where a provider may send a browser back to. On the user's own machine the port does not count, because clients
 * listen where they can (RFC 8252, section 7.3); everywhere else the whole URL must be one of the role's.
 */

const LONGEST = 2048;
/** No white space, no control characters, and no backslash, which readers of URLs take for different things. */
const PLAIN = /^[!-[\]-~]+$/;

const withoutPort = (text: string): string | undefined => {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  url.port = "";
  return url.href;
};

export const mayRedirectTo = (uri: string, allowed: readonly string[]): boolean => {
  if (uri.length > LONGEST || !PLAIN.test(uri) || !URL.canParse(uri)) return false;
  const url = new URL(uri);
  if (url.username !== "" || url.password !== "" || url.hash !== "") return false;
  if (!isLoopback(url)) return allowed.some((one) => one.toLowerCase() === uri.toLowerCase());
  return allowed.some((one) => withoutPort(one) === withoutPort(uri));
};
