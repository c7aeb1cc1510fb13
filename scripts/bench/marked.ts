/** A part of a page that a measurement writes: what is between two markers. */

/** The page with another part between its markers. Throws where it has no place for it. */
export const withMarked = (page: string, begin: string, end: string, part: string): string => {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`no page has a place for this: ${begin}`);
  return `${before}${begin}\n\n${part}\n\n${end}${after}`;
};
