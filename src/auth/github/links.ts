/**
 * Paging by the `Link` header. Only the number of the next page is taken from it: where to ask stays ours, so an answer
 * cannot send the token elsewhere, nor keep us asking for the same page.
 * Source: GitHub, "Using pagination in the REST API"; RFC 8288, section 3.
 */

const NEXT = /<([^<>]*)>\s*;[^<>]*\brel="?next"?/;

/** `undefined`: `current` was the last page. */
export const nextPage = (link: string | undefined, current: number): number | undefined => {
  const [, target = ""] = NEXT.exec(link ?? "") ?? [];
  const page = Number(/[?&]page=(\d{1,6})(?:&|$)/.exec(target)?.[1]);
  return page > current ? page : undefined;
};
