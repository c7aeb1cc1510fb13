import { domainToASCII, domainToUnicode } from "node:url";
import { invalidRequest } from "../../../framework/index.ts";
import { shown } from "../../../std/shown.ts";

/**
 * Which texts are host names, and how they are written in a certificate: letters beyond ASCII as the A-label that
 * stands for them (IDNA 2008 by way of UTS 46), everything else as it is. Labels are split at `.` and at nothing else.
 *
 * Security: a text that would become another, plainer one on the way (full-width letters, dots of other scripts, signs
 * that are left out, an `xn--` label that stands for nothing or for plain ASCII) is not a host name. The reference
 * encodes such texts as they are; clients that read the result make other names of it.
 */

const LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const HOST = new RegExp(`^(?:\\*\\.)?(?:${LABEL}\\.)*${LABEL}\\.?$`);
const WILD_LABEL = new RegExp(`^(?:\\*|\\*${LABEL}|${LABEL}\\*|${LABEL}\\*${LABEL})$`);

const MOST_LABEL = 63;
const MOST_NAME = 253;

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what the expression is about
const ASCII = /^[\x00-\x7f]*$/;
const A_LABEL = /^xn--/i;

/**
 * Letters beyond ASCII among those of a host; nothing that a URL parser would read as anything else. Hyphens are where
 * IDNA has them (RFC 5891, section 4.2.3.1), which URL parsers do not ask for.
 */
const U_LABEL = /^(?!-|..--)[a-zA-Z0-9\u{80}-\u{10ffff}-]+(?<!-)$/u;

/** A name in ASCII; or the part of it that no name has; or nothing: it has no form in ASCII. */
export type AsciiName = { readonly ascii: string } | { readonly invalid: string } | undefined;

const standsForLetters = (label: string): boolean => {
  const letters = domainToUnicode(label);
  return domainToASCII(label) === label.toLowerCase() && U_LABEL.test(letters) && !ASCII.test(letters);
};

const asciiLabel = (label: string): AsciiName => {
  if (ASCII.test(label)) return A_LABEL.test(label) && !standsForLetters(label) ? { invalid: label } : { ascii: label };
  const mapped = U_LABEL.test(label) ? domainToASCII(label) : "";
  return A_LABEL.test(mapped) && !mapped.includes(".") ? { ascii: mapped } : undefined;
};

/** Does not ask whether the labels are those of a host: `a name` is one label. */
export const asciiName = (name: string): AsciiName => {
  const labels = name.split(".");
  const rooted = labels.length > 1 && labels.at(-1) === "";
  const own = rooted ? labels.slice(0, -1) : labels;
  if (own.includes("")) return { invalid: name };
  const written: string[] = [];
  for (const label of own) {
    const made = asciiLabel(label);
    if (made === undefined || "invalid" in made) return made;
    if (made.ascii.length > MOST_LABEL) return { invalid: made.ascii };
    written.push(made.ascii);
  }
  const ascii = written.join(".");
  return ascii.length > MOST_NAME ? { invalid: ascii } : { ascii: rooted ? `${ascii}.` : ascii };
};

/** Whether a text in ASCII is a host name; its first label may be a wildcard. */
export const isHostName = (ascii: string): boolean => ascii.length <= MOST_NAME + 1 && HOST.test(ascii);

/** Whether a label that holds a wildcard is a label of a host but for that. */
export const isWildLabel = (label: string): boolean => label.length <= MOST_LABEL && WILD_LABEL.test(label);

/**
 * The host that a text names, as it is written. A text that names none, such as a common name with blanks, is left out,
 * as in Vault; one that would be written as another name is refused.
 */
export const hostsIn = (text: string): readonly string[] => {
  const name = asciiName(text);
  if (name !== undefined && "invalid" in name) throw invalidRequest(`idna: invalid label ${shown(name.invalid)}`);
  return name !== undefined && isHostName(name.ascii) ? [name.ascii] : [];
};
