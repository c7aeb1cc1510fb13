/** What the kinds of challenges share. */

/** Where hosts are asked. Others than these are for tests, which cannot listen there. */
export interface Ports {
  readonly http: number;
  /** Of redirects, and of `tls-alpn-01`. */
  readonly https: number;
}
export const WELL_KNOWN: Ports = { http: 80, https: 443 };

/** There was an answer, and it proves nothing. */
export class IncorrectResponse extends Error {
  override readonly name = "IncorrectResponse";
}
