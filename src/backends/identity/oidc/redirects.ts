/**
 * Which redirect URIs a client may name. Pure.
 *
 * Security: a URI is compared as text, with every character. Only the port of a loopback address may differ, because an
 * application on somebody's machine takes whichever is free (RFC 8252, section 7.3). Nothing is normalized, so that no
 * two readers of one text can disagree about where it leads.
 */

/** Scheme, host and the rest behind the port, of a URI whose host is a loopback address by name or number. */
const LOOPBACK = /^([a-z][a-z0-9+.-]*:\/\/(?:localhost|127\.0\.0\.1|\[::1\]))(?::\d{0,5})?((?:[/?#].*)?)$/is;

/** A URI on a loopback address without its port; `undefined` for any other. */
const withoutPort = (uri: string): string | undefined => {
  const [, front, rest] = LOOPBACK.exec(uri) ?? [];
  return front === undefined ? undefined : `${front} ${rest}`;
};

export const isRedirectAllowed = (uri: string, allowed: readonly string[]): boolean => {
  if (allowed.includes(uri)) return true;
  const sent = withoutPort(uri);
  return sent !== undefined && allowed.some((one) => withoutPort(one) === sent);
};
