import { foldLetters } from "../../std/fold.ts";

/**
 * Names of users and groups in the one form in which they are compared, kept and sent to the directory.
 *
 * Security: directories compare by letters, not by bytes: spaces at the ends and doubled ones, letters that only look
 * different (NFKC) and characters that cannot be seen make no difference to them. A name that kept such a difference
 * here would be a second user with a lockout counter and an entity of its own (CVE-2025-6004, CVE-2025-6013).
 * Source: RFC 4518.
 */

const LONGEST = 512;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const CONTROL = /\p{Cc}/u;

const once = (text: string, caseSensitive: boolean): string => {
  // OpenLDAP takes the dotted capital for an I, though Unicode's lower case of it keeps the dot.
  const composed = text.normalize("NFKC").replaceAll("\u0130", "I");
  const plain = composed.replace(INVISIBLE, "").replace(/\s+/g, " ").trim();
  return caseSensitive ? plain : foldLetters(plain);
};

/** Lower case may undo what NFKC made of a letter, and the other way round; that settles at once. */
const ROUNDS = 4;

/** `undefined`: no name of anybody. */
export const canonicalName = (given: string, caseSensitive: boolean): string | undefined => {
  if (given.length > LONGEST || CONTROL.test(given)) return undefined;
  let name = given;
  for (let round = 0; round < ROUNDS; round++) {
    const next = once(name, caseSensitive);
    if (next === name) return name === "" || name.length > LONGEST ? undefined : name;
    name = next;
  }
  return undefined;
};

/**
 * What lockout counts by: as the least exact directory compares. Active Directory takes letters for the same whatever
 * their accents, and `ß` for `ss`. Two users who differ in nothing else share a counter; better that than a counter for
 * each spelling of one.
 */
export const countedName = (given: string): string | undefined => {
  const name = canonicalName(given, false);
  const bare = name?.normalize("NFKD").replace(/\p{M}/gu, "").toUpperCase();
  return bare ? foldLetters(bare) : name;
};
