/**
 * Texts of a token that become names here: of aliases, of groups, in metadata. Others wrote them, and lists, logs and
 * templated policies show them later, so what could not be a name is refused, not cleaned.
 *
 * A slash and a plus are usual in such names (`repo:org/app:ref:refs/heads/main`, `spiffe://…`, `me+ci@example.com`);
 * a template that would put one into a policy's path fails closed (`src/policy/template.ts`).
 */

const LONGEST = 512;
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Co}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;
const DOT_SEGMENT = /(?:^|[/\\])\.{1,2}(?:[/\\]|$)/;

/** Whether a text may be a name or a value of metadata: short, printable, without `*` and dot segments. */
export const mayBeName = (text: string): boolean =>
  Buffer.byteLength(text) <= LONGEST &&
  !UNPRINTABLE.test(text) &&
  !text.includes("*") &&
  !DOT_SEGMENT.test(text) &&
  text.trim() === text;
